#include "server/tunnel_queues.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/process_hardening.hpp"
#include "shared/platform/processors.hpp"
#include "shared/runtime/offload_survey.hpp"

namespace godwit::server {
namespace {

using platform::TunDevice;
using platform::TunSteering;

std::string advice_on(std::error_code refusal) {
    if (refusal == std::errc::operation_not_permitted) {
        return " (needs CAP_BPF: docs/configuration.md, \"More workers\")";
    }
    if (refusal == std::errc::value_too_large) {
        return " (ipv4_pool has more than " + std::to_string(TunSteering::most_pool_bits) +
               " bits for addresses)";
    }
    return "";
}

}  // namespace

mobility::Shards wanted_shards(std::optional<std::size_t> configured, std::size_t processors) {
    return mobility::Shards(configured.value_or(processors / 2));
}

TunnelQueues::TunnelQueues(const Configuration& configuration, bool has_networks)
    : shards_(wanted_shards(configuration.workers, platform::usable_processors())) {
    queues_.reserve(shards_.count());
    if (shards_.count() > 1 && has_networks) {
        shortfall_ = "prefixes behind clients (network_prefixes) go with one pair of workers only";
    } else if (shards_.count() > 1) {
        if (const std::error_code refusal = open_first_of_several(configuration)) {
            queues_.clear();
            steering_.reset();
            shortfall_ = "the program that divides packets among " +
                         std::to_string(shards_.count()) +
                         " pairs of workers is refused: " + refusal.message() + advice_on(refusal);
        }
    }
    if (queues_.empty()) {
        shards_ = mobility::Shards();
        queues_.emplace_back(configuration.interface, runtime::offloading(configuration.offloads));
    }
    platform::give_up_loading_programs();
}

// A packet's shard is taken modulo the number of queues, so that the first alone gets all of them.
std::error_code TunnelQueues::open_first_of_several(const Configuration& configuration) {
    auto steering = TunSteering::load(configuration.ipv4_pool);
    if (!steering) {
        return steering.error();
    }
    steering_ = *std::move(steering);
    queues_.emplace_back(configuration.interface, runtime::offloading(configuration.offloads),
                         TunDevice::Queues::several);
    return steering_->attach(queues_.front());
}

mobility::Shards TunnelQueues::open_others() {
    while (queues_.size() < shards_.count()) {
        queues_.push_back(queues_.front().another_queue());
    }
    return shards_;
}

}  // namespace godwit::server

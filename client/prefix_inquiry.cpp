#include "client/prefix_inquiry.hpp"

#include <utility>

#include "shared/runtime/clock.hpp"
#include "shared/runtime/rfc3339.hpp"
#include "shared/runtime/some_packets.hpp"
#include "shared/security/random.hpp"

namespace godwit::client {
namespace {

// What leaves from the home address takes the tunnel, unless it is marked.
constexpr std::uint32_t unmarked = 0;

std::optional<runtime::WallTime> wall_time(const std::optional<mobility::Instant>& instant) {
    return instant ? std::optional(runtime::wall_now() + (*instant - runtime::boot_now()))
                   : std::nullopt;
}

std::string text_of(const std::optional<runtime::WallTime>& time) {
    return time ? runtime::rfc3339(*time) : "never";
}

}  // namespace

PrefixInquiry::PrefixInquiry(const Settings& settings, runtime::EventLoop& loop,
                             const runtime::Log& log, std::function<void()> on_change)
    : settings_(settings),
      log_(log),
      on_change_(std::move(on_change)),
      socket_({wire::MobilePrefixAdvertisement::type}, unmarked),
      discovery_(settings.home, settings.home_agent, security::random_number),
      watch_(loop.on_readable(socket_.descriptor(), [this] { on_packets(); })) {}

void PrefixInquiry::follow(State state) {
    discovery_.on_bound(runtime::boot_now(), state == State::registered);
}

void PrefixInquiry::ask() {
    discovery_.on_doubt(runtime::boot_now());
}

void PrefixInquiry::on_packets() {
    runtime::take_some_packets(
        socket_, [this](const platform::Icmpv6Arrival& arrival) { on_advertisement(arrival); });
    on_deadline();
}

void PrefixInquiry::on_advertisement(const platform::Icmpv6Arrival& arrival) {
    const auto* advertisement = std::get_if<wire::MobilePrefixAdvertisement>(&arrival.message);
    if (advertisement == nullptr || arrival.interface != settings_.tunnel ||
        arrival.destination != settings_.home.address ||
        !discovery_.on_advertisement(runtime::boot_now(), arrival.source, *advertisement)) {
        return;
    }
    if (known()) {
        log_.info("home-prefix", {{"prefix", known()->prefix},
                                  {"preferred_until", text_of(wall_time(known()->preferred_until))},
                                  {"valid_until", text_of(wall_time(known()->valid_until))}});
    }
    on_change_();
}

void PrefixInquiry::on_deadline() {
    while (const auto solicitation = discovery_.take(runtime::boot_now())) {
        if (const auto error =
                socket_.send(settings_.home.address, settings_.home_agent.address, *solicitation)) {
            log_.debug("home-prefix-not-asked", {{"reason", error.message()}});
        }
    }
}

void PrefixInquiry::report(Status& status) const {
    if (!known()) {
        return;
    }
    const mobility::Instant now = runtime::boot_now();
    status.home_prefix = HomePrefixReport{.prefix = known()->prefix,
                                          .preferred_until = wall_time(known()->preferred_until),
                                          .valid_until = wall_time(known()->valid_until)};
    const std::string prefix = "the home prefix " + known()->prefix.text();
    if (!known()->is_valid(now)) {
        status.health.push_back(prefix + " is no longer valid, says the home agent");
    } else if (known()->is_deprecated(now)) {
        status.health.push_back(prefix + " is deprecated, says the home agent; it ends: " +
                                text_of(status.home_prefix->valid_until));
    }
}

}  // namespace godwit::client

// How many handshakes a second the disk allows: the time of each is on it before the handshake is
// answered, one by one, or as many together as one turn of the control loop takes. Prints one JSON
// object.
//   ledger_bench DIRECTORY [HANDSHAKES]

#include <algorithm>
#include <chrono>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "server/store/home_agent_store.hpp"
#include "shared/security/authenticator.hpp"

namespace godwit::bench {
namespace {

using Clock = std::chrono::steady_clock;

security::PublicKey key_of(std::uint32_t peer) {
    security::PublicKey key;
    std::memcpy(key.octets.data(), &peer, sizeof peer);
    return key;
}

// Handshakes put on record in a second, so many at a time, each of another peer.
double advances_per_second(server::HomeAgentStore& store, std::uint32_t handshakes,
                           std::uint32_t together, std::int64_t time) {
    const auto at = security::Tai64n::from(
        std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(time)));
    const auto began = Clock::now();
    for (std::uint32_t first = 0; first < handshakes; first += together) {
        store.begin_batch();
        for (std::uint32_t peer = first; peer < std::min(first + together, handshakes); ++peer) {
            if (!store.advance({.used = key_of(0)}, key_of(peer), at)) {
                throw std::runtime_error("not taken");
            }
        }
        if (!store.commit_batch()) {
            throw std::runtime_error("not on record: " + store.failure().message());
        }
    }
    return handshakes / std::chrono::duration<double>(Clock::now() - began).count();
}

}  // namespace
}  // namespace godwit::bench

int main(int count, char** arguments) {
    using namespace godwit;
    const auto handshakes = static_cast<std::uint32_t>(count > 2 ? std::stoul(arguments[2]) : 4096);
    server::HomeAgentStore store(arguments[1]);
    nlohmann::json result{{"handshakes", handshakes}};
    result["one_by_one_per_second"] = bench::advances_per_second(store, handshakes, 1, 1);
    result["together_per_second"] =
        bench::advances_per_second(store, handshakes, security::max_handshakes_together, 2);
    std::cout << result.dump(2) << '\n';
}

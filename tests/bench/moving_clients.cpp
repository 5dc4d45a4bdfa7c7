// Many mobile nodes in one process, which a home agent sees as if each were somewhere of its own:
// they register over UDP, then send binding updates within their sessions as fast as these are
// acknowledged, and answer what comes through their tunnels.
//   moving_clients HOME_AGENT PUBLIC_KEY CLIENTS SECONDS ENTRIES
// Writes [[mobile_node]] entries into the file ENTRIES, prints "ready", waits for a line, and then
// prints one JSON object. Its own addresses are 2001:db8:100::/40, which the network namespace must
// have as a local route. tests/bench/moves.py sets all of this up.

#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/bench/crowd.hpp"

namespace godwit::bench {
namespace {

using Clock = Crowd::Clock;

constexpr std::size_t batch = ManyAddresses::batch;
constexpr std::size_t updates_at_once = 1024;

class MovingClients : public Crowd {
  public:
    using Crowd::Crowd;

    enum class Kind : std::uint8_t { refreshes, moves };
    nlohmann::json measure(Kind kind, double seconds);
};

nlohmann::json MovingClients::measure(Kind kind, double seconds) {
    std::size_t acknowledged = 0;
    std::size_t again = 0;
    std::uint32_t next = 0;
    const auto after = [count = static_cast<std::uint32_t>(nodes_.size())](std::uint32_t node) {
        return (node + 1) % count;
    };
    const auto begin = [&](std::uint32_t node) {
        if (kind == Kind::moves) {
            nodes_[node].place = nodes_[node].place == 0 ? 1 : 0;
        }
        seal_update(node);
        send_update(node);
    };
    const auto began = Clock::now();
    auto checked = began;
    std::size_t outstanding = 0;
    std::vector<bool> is_waiting(nodes_.size());
    while (Clock::now() - began < std::chrono::duration<double>(seconds)) {
        for (std::size_t sent = 0; outstanding < updates_at_once && sent < batch; ++sent) {
            while (is_waiting[next]) {
                next = after(next);
            }
            begin(next);
            is_waiting[next] = true;
            next = after(next);
            ++outstanding;
        }
        take_arrivals();
        for (const std::uint32_t node : answered_) {
            if (is_waiting[node]) {
                is_waiting[node] = false;
                --outstanding;
                ++acknowledged;
            }
        }
        if (Clock::now() - checked > patience) {
            checked = Clock::now();
            for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
                if (is_waiting[node] && checked - nodes_[node].sent > patience) {
                    send_update(node);
                    ++again;
                }
            }
        }
        socket().flush();
    }
    return {{"per_second", std::round(static_cast<double>(acknowledged) / seconds)},
            {"sent_again", again}};
}

}  // namespace
}  // namespace godwit::bench

int main(int count, char** arguments) {
    using namespace godwit;
    using Kind = bench::MovingClients::Kind;
    if (count != 6) {
        std::cerr << "moving_clients HOME_AGENT PUBLIC_KEY CLIENTS SECONDS ENTRIES\n";
        return 2;
    }
    security::initialise();
    std::ofstream entries(arguments[5]);
    bench::MovingClients clients({wire::Ipv6Address::parse(arguments[1]).value()},
                                 security::PublicKey::parse(arguments[2]).value(),
                                 static_cast<std::uint32_t>(std::stoul(arguments[3])), entries);
    entries.close();
    std::cout << "ready" << std::endl;
    std::string line;
    std::getline(std::cin, line);
    clients.register_all();
    const double seconds = std::stod(arguments[4]);
    nlohmann::json figures;
    for (int round = 0; round < 3; ++round) {
        figures["refreshes"].push_back(clients.measure(Kind::refreshes, seconds));
        figures["moves"].push_back(clients.measure(Kind::moves, seconds));
    }
    std::cout << figures.dump() << '\n';
}

#pragma once
// What the doctor sees of a machine on which all is well, and what it says after a change.

#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "client/checkup.hpp"
#include "client/status.hpp"
#include "tests/security/sample_keys.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::client {

using namespace std::chrono_literals;
using mobility::Encapsulation;
using runtime::Json;
using runtime::Verdict;

inline constexpr mobility::InterfaceIndex wlan0{2};
inline constexpr mobility::InterfaceIndex tun0{3};

inline Configuration configuration() {
    Configuration settings;
    settings.home_address = test::home;
    settings.private_key_file = "/etc/godwit/mn.key";
    settings.home_agent.address = test::home_agent;
    settings.home_agent.endpoints = {"ha.example.net"};
    settings.home_agent.public_key = security::key_pair(2).public_key();
    return settings;
}

inline PathAsked asked(Encapsulation encapsulation, const char* local, const char* remote,
                       std::uint16_t port, PathOutcome outcome = PathOutcome::answered) {
    PathAsked path{.answer = {.path = {.encapsulation = encapsulation,
                                       .interface = wlan0,
                                       .local = test::ip(local),
                                       .remote = test::ip(remote),
                                       .remote_port = port},
                              .outcome = outcome},
                   .interface = "wlan0"};
    if (outcome == PathOutcome::answered) {
        path.answer.round_trip = 20500us;
    }
    return path;
}

inline std::vector<PathAsked> all_paths(PathOutcome outcome = PathOutcome::answered) {
    return {asked(Encapsulation::ip6, "2001:db8:a::2", "2001:db8:f::1", 0, outcome),
            asked(Encapsulation::udp, "2001:db8:a::2", "2001:db8:e::2", 4191, outcome),
            asked(Encapsulation::udp, "::ffff:192.168.3.7", "::ffff:203.0.113.2", 4191, outcome)};
}

// Registered over UDP and IPv4.
inline Json status() {
    Status status{
        .state = State::registered, .home_address = test::home, .home_agent = test::home_agent};
    status.path = PathReport{.encapsulation = Encapsulation::udp,
                             .link = {.name = "wlan0"},
                             .local = test::ip("::ffff:192.168.3.7"),
                             .remote = test::ip("::ffff:203.0.113.2"),
                             .remote_port = 4191,
                             .is_behind_nat = true};
    status.tunnel = TunnelReport{.mtu = 1438};
    status.confinement = {.is_filtered = true};
    return to_json(status);
}

inline CheckupFacts healthy() {
    CheckupFacts facts;
    facts.configuration = {.file = "/etc/godwit/mn.toml",
                           .content = configuration(),
                           .service_user = "godwit",
                           .key = platform::FileOwner{"godwit", 0600}};
    facts.system = {.has_network_rights = true,
                    .disable_ipv6 = "0",
                    .now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 25),
                    .services = {"systemd-resolved"}};
    facts.system.network.links = {{.index = wlan0, .name = "wlan0"},
                                  {.index = tun0, .name = "tun0", .driver = "tun"}};
    facts.daemon.status = status();
    facts.network.names = {{.name = "ha.example.net", .addresses = {test::ip("2001:db8:e::2")}}};
    facts.network.paths = all_paths();
    facts.network.tunnel_round_trip = 21.0;
    return facts;
}

inline std::vector<Finding> faults(const CheckupFacts& facts) {
    std::vector<Finding> found;
    std::ranges::copy_if(check_up(facts), std::back_inserter(found),
                         [](const Finding& finding) { return finding.verdict == Verdict::wrong; });
    return found;
}

// What is wrong, and the only thing that is.
template <class Change>
Finding fault_after(Change change) {
    CheckupFacts facts = healthy();
    change(facts);
    const auto found = faults(facts);
    EXPECT_EQ(found.size(), 1) << text_of(check_up(facts));
    return found.empty() ? Finding() : found.front();
}

template <class Change>
std::string text_after(Change change) {
    CheckupFacts facts = healthy();
    change(facts);
    return text_of(check_up(facts));
}

}  // namespace godwit::client

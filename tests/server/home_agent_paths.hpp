#pragma once
// The paths of a home agent to a mobile node at care-of address a, and to one behind a NAT.

#include <cstdint>

#include "shared/mobility/answer_delay.hpp"
#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {

inline const mobility::Path native_a{.local = test::home_agent.address,
                                     .remote = test::care_of_a.address};

inline mobility::Path nat_path(std::uint16_t port) {
    return {.encapsulation = mobility::Encapsulation::udp,
            .local = test::ip("::ffff:203.0.113.1"),
            .remote = test::ip("::ffff:198.51.100.5"),
            .local_port = 4191,
            .remote_port = port};
}
inline wire::BindingUpdate udp_update(std::uint16_t sequence) {
    wire::BindingUpdate asked = update(sequence);
    asked.options = {wire::Ipv4CareOfAddress{*test::ip("::ffff:192.168.1.7").mapped_ipv4()}};
    return asked;
}
// Of the mobile node.
inline const mobility::Path udp_path{.encapsulation = mobility::Encapsulation::udp,
                                     .local = test::ip("::ffff:192.168.1.7"),
                                     .remote = test::ip("::ffff:203.0.113.1"),
                                     .local_port = 40000,
                                     .remote_port = 4191};

inline mobility::Path directed(const Actions& actions) {
    return test::all<mobility::DirectTunnel>(actions).at(0).path;
}
inline mobility::SessionId admitted(const Actions& actions) {
    return test::all<mobility::AdmitSession>(actions).at(0).session;
}

inline wire::Heartbeat answered_after(std::chrono::seconds delay, std::uint32_t sequence) {
    return {.sequence = sequence, .options = {mobility::answer_after(delay)}};
}

}  // namespace godwit::server

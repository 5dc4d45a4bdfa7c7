#pragma once
// Routers on one link, as they advertise themselves.

#include "client/core/router_watch.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::client::test {

using godwit::test::care_of_a;
using godwit::test::care_of_b;
using godwit::test::home_agent;
using godwit::test::home_prefix;
using godwit::test::ip;
using godwit::test::noon;

inline constexpr mobility::InterfaceIndex link{3};

inline RouterHeard router(std::uint8_t number, std::string_view prefix) {
    using namespace std::chrono_literals;
    RouterHeard heard{.interface = link,
                      .router = ip("fe80::"),
                      .prefixes = {{wire::Prefix::parse(prefix).value(), 30min}},
                      .default_for = 30min,
                      .link_layer = wire::LinkLayerAddress{2, 0, 0, 0, 0, number}};
    heard.router.octets.back() = number;
    return heard;
}

inline const RouterHeard home_router = router(1, "2001:db8:f::/64");
inline const RouterHeard router_a = router(0xa, "2001:db8:a::/64");
inline const RouterHeard router_b = router(0xb, "2001:db8:b::/64");

inline const SolicitRouters solicit{link};
inline ProbeRouter probe(const RouterHeard& heard) {
    return {link, heard.router, *heard.link_layer};
}

}  // namespace godwit::client::test

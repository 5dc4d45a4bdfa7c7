#pragma once
// A home agent's place on its home link, and a neighbour there with what it says of test::home.

#include <utility>
#include <vector>

#include "server/core/home_link_defence.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::server {

using namespace std::chrono_literals;
using mobility::NeighborPacket;
using test::ip;
using test::noon;

inline constexpr wire::LinkLayerAddress own{2, 0, 0, 0, 0, 1};
inline constexpr wire::LinkLayerAddress gateway{2, 0, 0, 0, 0, 2};
inline constexpr wire::LinkLayerAddress to_all_nodes{0x33, 0x33, 0, 0, 0, 1};
inline const wire::Ipv6Address own_address = ip("fe80::1");
inline const wire::Ipv6Address gateways_address = ip("fe80::2");
inline const wire::Ipv6Address group = ip("ff02::1:ff00:9");  // of test::home, 2001:db8:f::9

inline NeighborPacket solicitation(const wire::Ipv6Address& source,
                                   const wire::Ipv6Address& destination) {
    return {.link_layer = gateway,
            .source = source,
            .destination = destination,
            .message = wire::NeighborSolicitation{.target = test::home.address, .options = {}}};
}
inline NeighborPacket multicast_solicitation() {
    return solicitation(gateways_address, group);
}
inline NeighborPacket probe() {
    return solicitation({}, group);
}
inline NeighborPacket claim() {
    return {.link_layer = gateway,
            .source = test::home.address,
            .destination = mobility::all_nodes,
            .message = wire::NeighborAdvertisement{.target = test::home.address}};
}

// What RFC 6275 §10.4.1 has a home agent say.
inline NeighborPacket advertisement(const wire::LinkLayerAddress& to,
                                    const wire::Ipv6Address& destination, bool solicited,
                                    bool overrides) {
    wire::NeighborAdvertisement message{.router = false,
                                        .solicited = solicited,
                                        .overrides = overrides,
                                        .target = test::home.address};
    message.options.target_link_layer = own;
    return {.link_layer = to,
            .source = own_address,
            .destination = destination,
            .message = std::move(message)};
}
inline NeighborPacket answer() {
    return advertisement(gateway, gateways_address, true, false);
}
inline NeighborPacket announcement() {
    return advertisement(to_all_nodes, mobility::all_nodes, false, true);
}
inline NeighborPacket own_probe() {
    return {.link_layer = {0x33, 0x33, 0xff, 0, 0, 9},
            .source = {},
            .destination = group,
            .message = wire::NeighborSolicitation{.target = test::home.address, .options = {}}};
}

class HomeLinkDefenceTest : public testing::Test {
  protected:
    explicit HomeLinkDefenceTest(const DefenceSettings& settings = {}) : defence_(settings) {
        (void)defence_.on_place(noon, {.link_layer = own, .link_local = own_address, .global = {}});
    }
    void bind(mobility::Instant now = noon) { (void)defence_.bind(now, test::home); }
    // Lets as much time pass as it wants.
    mobility::Instant finish() {
        mobility::Instant now = noon;
        while (const auto next = defence_.next_deadline()) {
            now = *next;
            (void)defence_.on_deadline(now);
        }
        return now;
    }
    std::vector<NeighborPacket> sent_on(mobility::Instant now, const NeighborPacket& packet) {
        return defence_.on_packet(now, packet).send;
    }

    HomeLinkDefence defence_;
};

}  // namespace godwit::server

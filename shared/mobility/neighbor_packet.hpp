#pragma once
// A Neighbor Solicitation or Advertisement (RFC 4861 §4.3, §4.4) as a link carries it.

#include <variant>

#include "shared/wire/address.hpp"
#include "shared/wire/neighbor_discovery.hpp"

namespace godwit::mobility {

struct NeighborPacket {
    wire::LinkLayerAddress link_layer{};  // whom it came from, or where it shall go
    wire::Ipv6Address source;
    wire::Ipv6Address destination;
    std::variant<wire::NeighborSolicitation, wire::NeighborAdvertisement> message;

    bool operator==(const NeighborPacket&) const = default;
};

inline constexpr wire::Ipv6Address all_nodes{
    {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

// RFC 4291 §2.7.1.
inline wire::Ipv6Address solicited_node_group(const wire::Ipv6Address& address) {
    const auto& own = address.octets;
    return {
        {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xff, own.at(13), own.at(14), own.at(15)}};
}

// RFC 2464 §7.
inline wire::LinkLayerAddress link_layer_group(const wire::Ipv6Address& group) {
    const auto& own = group.octets;
    return {0x33, 0x33, own.at(12), own.at(13), own.at(14), own.at(15)};
}

}  // namespace godwit::mobility

#pragma once
// Which flow a packet is of, and whose that flow is: what a fair queue tells apart.

#include <cstddef>
#include <cstdint>

#include "shared/datapath/look_up_by.hpp"
#include "shared/datapath/network_prefixes.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::datapath {

struct FlowIdentity {
    std::uint32_t flow = 0;
    std::uint32_t host = 0;  // among whom the machine is shared first

    bool operator==(const FlowIdentity&) const = default;
};

class FlowHash {
  public:
    // At a home agent a host is a mobile node, by the inner destination: one that has an IPv4 home
    // address too is two. A mobile node has only itself to share with. A seed that nobody else
    // knows keeps others from choosing whose flow theirs falls together with (RFC 8290 §4.1). What
    // is behind a mobile node is its: else whoever has many addresses would have many shares.
    // `networks` outlives this; nullptr: there are none.
    FlowHash(LookUpBy look_up_by, std::uint64_t seed, const NetworkPrefixes* networks = nullptr)
        : look_up_by_(look_up_by), seed_(seed), networks_(networks) {}

    // By addresses, protocol, and the ports of TCP and UDP. Of fragments by addresses alone, so
    // that all of a packet are of one flow, and likewise of what does not show its protocol. What
    // is no IP packet is of one flow.
    [[nodiscard]] FlowIdentity of(wire::BytesView packet) const;

  private:
    [[nodiscard]] std::uint64_t mixed(std::uint64_t hash, std::uint64_t part) const;
    [[nodiscard]] std::uint64_t mixed(std::uint64_t hash, wire::BytesView addresses) const;
    [[nodiscard]] FlowIdentity identity(wire::BytesView addresses, std::uint64_t upper_layer) const;
    [[nodiscard]] std::uint64_t host_of(wire::BytesView destination) const;

    LookUpBy look_up_by_;
    std::uint64_t seed_;
    const NetworkPrefixes* networks_;
};

}  // namespace godwit::datapath

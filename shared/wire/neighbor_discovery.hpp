#pragma once
// Neighbor Discovery, as far as a mobile node and its home agent need it: RFC 4861 §4.1 to §4.4,
// and the H flag of RFC 6275 §7.1. What a packet must satisfy to be believed at all, hop limit 255
// above all, is checked by parse_icmpv6.

#include <chrono>
#include <cstdint>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/neighbor_options.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct RouterSolicitation {
    static constexpr std::uint8_t type = 133;

    NeighborOptions options;

    bool operator==(const RouterSolicitation&) const = default;
    static Parsed<RouterSolicitation> parse(Reader& in);  // behind type, code and checksum
    void serialize(Writer& out) const;
};

//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | Cur Hop Limit |M|O|H|Reserved |       Router Lifetime         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                         Reachable Time                        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                          Retrans Timer                        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct RouterAdvertisement {
    static constexpr std::uint8_t type = 134;

    std::uint8_t current_hop_limit = 0;                      // 0: unspecified
    bool managed = false;                                    // M
    bool other_configuration = false;                        // O
    bool home_agent = false;                                 // H
    std::chrono::duration<std::uint16_t> router_lifetime{};  // 0: not a default router
    Milliseconds reachable_time{};                           // 0: unspecified
    Milliseconds retransmission_timer{};                     // 0: unspecified
    NeighborOptions options;

    bool operator==(const RouterAdvertisement&) const = default;
    static Parsed<RouterAdvertisement> parse(Reader& in);  // behind type, code and checksum
    void serialize(Writer& out) const;
};

struct NeighborSolicitation {
    static constexpr std::uint8_t type = 135;

    Ipv6Address target;
    NeighborOptions options;

    bool operator==(const NeighborSolicitation&) const = default;
    static Parsed<NeighborSolicitation> parse(Reader& in);  // behind type, code and checksum
    void serialize(Writer& out) const;
};

struct NeighborAdvertisement {
    static constexpr std::uint8_t type = 136;

    bool router = false;     // R
    bool solicited = false;  // S
    bool overrides = false;  // O
    Ipv6Address target;
    NeighborOptions options;

    bool operator==(const NeighborAdvertisement&) const = default;
    static Parsed<NeighborAdvertisement> parse(Reader& in);  // behind type, code and checksum
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire

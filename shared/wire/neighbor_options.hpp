#pragma once
// The options of Neighbor Discovery messages: RFC 4861 §4.6; RFC 6275 §7.2 to §7.4; RFC 8910 §2.3.
// Their Length counts units of 8 octets, type and length included.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <ratio>
#include <string>
#include <vector>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

using Seconds = std::chrono::duration<std::uint32_t>;
using Milliseconds = std::chrono::duration<std::uint32_t, std::milli>;

inline constexpr Seconds infinite_lifetime{0xffffffff};  // RFC 4861 §4.6.2

using LinkLayerAddress = std::array<std::uint8_t, 6>;  // IEEE 802

struct PrefixInformation {
    Prefix prefix;                // with the R flag, the whole address of the router
    bool on_link = false;         // L
    bool autonomous = false;      // A
    bool router_address = false;  // R, RFC 6275 §7.2
    Seconds valid_lifetime{};
    Seconds preferred_lifetime{};

    bool operator==(const PrefixInformation&) const = default;
};

struct HomeAgentInformation {                         // RFC 6275 §7.4
    std::uint16_t preference = 0;                     // the higher, the more preferable
    std::chrono::duration<std::uint16_t> lifetime{};  // never 0 on the wire

    bool operator==(const HomeAgentInformation&) const = default;
};

// Whatever of these a message has; RFC 4861 wants all others ignored.
struct NeighborOptions {
    std::optional<LinkLayerAddress> source_link_layer;
    std::optional<LinkLayerAddress> target_link_layer;
    std::vector<PrefixInformation> prefixes;
    std::optional<std::uint32_t> mtu;                    // octets
    std::optional<Milliseconds> advertisement_interval;  // RFC 6275 §7.3
    std::optional<HomeAgentInformation> home_agent;
    // Where this network's captive portal is, RFC 8910 §2.3. Anything may stand in it but zeros at
    // the end, which pad.
    //   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    //   |     Type 37   |     Length    |              URI              .
    //   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
    //   .                                                               .
    //   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    std::optional<std::string> captive_portal;

    bool operator==(const NeighborOptions&) const = default;
    // Up to the end of `in`. An option of length zero or one that overruns is bad_option, and so is
    // a known one of a wrong length.
    static Parsed<NeighborOptions> parse(Reader& in);
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire

#pragma once
// A flow as a person names it: "udp port 5060", "tcp port 22 to 2001:db8::/32", "dscp 46"; and as
// RFC 6088 has it on the wire.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/wire/address.hpp"
#include "shared/wire/options/traffic_selector.hpp"
#include "shared/wire/range.hpp"

namespace godwit::mobility {

enum class FlowProtocol : std::uint8_t {
    tcp,
    udp,
    icmp,  // in IPv6 packets ICMPv6
};

std::string_view name(FlowProtocol protocol);

// What is not said is anything. The same packets in both directions: the port is that of either
// end, the prefix that of the correspondent.
struct FlowSelector {
    std::optional<FlowProtocol> protocol;
    std::optional<wire::Range<std::uint16_t>> ports;  // from 1; of TCP and UDP
    std::optional<wire::Prefix> remote;               // IPv4 as one of ::ffff:0:0/96
    std::optional<std::uint8_t> dscp;                 // 6 bits

    bool operator==(const FlowSelector&) const = default;

    // Words in any order, each kind at most once: "tcp", "udp", "icmp" or "any"; "port" or "ports"
    // with "5060" or "10000-20000"; "to" with an address or a prefix of either family; "dscp" with
    // 0 to 63. Else what is wrong, with the word in quotes: "\"prot\" is not understood".
    static std::expected<FlowSelector, std::string> parse(std::string_view text);
    // As parse() reads it.
    [[nodiscard]] std::string text() const;
};

// Of one mobile node, each of one traffic selector: a home agent compares every packet with all.
inline constexpr std::size_t max_flow_bindings = 32;

// The traffic selectors that together mean the flow on its way from the correspondent to the mobile
// node, which is how RFC 6088 has them: one, or two where there is a port, that of the source and
// that of the destination; of each family that the flow may be of, IPv4 only if it is asked for.
std::vector<wire::TrafficSelector> traffic_selectors(const FlowSelector& flow, bool with_ipv4);

}  // namespace godwit::mobility

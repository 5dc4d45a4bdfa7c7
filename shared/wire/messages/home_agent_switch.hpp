#pragma once
// RFC 5142 §4: go to another home agent; to one that you find yourself if none is listed.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   | # of Addresses|    Reserved   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                    Home Agent Addresses ...                   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .                        Mobility Options                       .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <cstdint>
#include <vector>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/mobility_options.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

struct HomeAgentSwitch {
    static constexpr std::uint8_t type = 12;
    static constexpr std::uint8_t minimum_header_length = 0;
    // As many as a packet of 1280 octets has room for, in UDP over IPv6 too, beside the options of
    // an authenticated message.
    static constexpr std::size_t max_home_agents = 72;

    std::vector<HomeAgentAddress> home_agents;  // of one sent: at most max_home_agents
    MobilityOptions options;

    bool operator==(const HomeAgentSwitch&) const = default;
    static Parsed<HomeAgentSwitch> parse(Reader& in);  // at Message Data
    void serialize(Bytes& message) const;  // appends Message Data to the header's 6 octets
};

}  // namespace godwit::wire

#pragma once
// From where a message has come, as its receiver has seen it: behind a NAT, what the NAT has made
// of it. The home agent tells it to who asks without a session, in UDP, in an Experimental mobility
// option (RFC 5096 §4):
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |   Type = 18   |  Length = 20  |    Kind = 9   |  Version = 1  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                Address (16 octets; IPv4 mapped)               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |              Port             |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>
#include <optional>

#include "shared/wire/address.hpp"
#include "shared/wire/mobility_options.hpp"

namespace godwit::mobility {

struct ObservedSource {
    wire::Ipv6Address address;
    std::uint16_t port = 0;

    bool operator==(const ObservedSource&) const = default;
};

wire::ExperimentalOption to_option(const ObservedSource& source);
std::optional<ObservedSource> observed_source(const wire::MobilityOptions& options);

}  // namespace godwit::mobility

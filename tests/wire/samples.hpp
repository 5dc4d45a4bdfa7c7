#pragma once
// One of everything that can be written, every field set to something that can be told apart.

#include <string>
#include <vector>

#include "shared/wire/icmpv6.hpp"
#include "shared/wire/mobility_header.hpp"
#include "shared/wire/mobility_options.hpp"

namespace godwit::test {

template <class Value>
struct Named {
    std::string name;
    Value value;
};

// Every option that may stand anywhere; those that must be the last are left out.
std::vector<Named<wire::MobilityOption>> every_option();
wire::AuthenticationOption sample_authentication();  // with 16 octets of authenticator
wire::BindingAuthorizationData sample_authorization();

// Every message, with the options that its RFC names for it.
std::vector<Named<wire::MobilityMessage>> every_message();

std::vector<Named<wire::Icmpv6Message>> every_icmpv6_message();

// Whole IPv6 packets: every message as it crosses the native network, a binding update with each
// option, every ICMPv6 message, ESP and a fragment.
std::vector<Named<wire::Bytes>> every_packet();

// With hop limit 255, as Neighbor Discovery wants it.
wire::Bytes ipv6_packet(wire::NextHeader next_header, const wire::PseudoHeader& addresses,
                        wire::BytesView payload);

}  // namespace godwit::test

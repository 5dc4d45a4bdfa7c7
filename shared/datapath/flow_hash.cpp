#include "shared/datapath/flow_hash.hpp"

#include <algorithm>
#include <cstring>

#include "shared/datapath/packet_fields.hpp"
#include "shared/wire/extension_headers.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"

namespace godwit::datapath {
namespace {

using wire::BytesView;
using wire::NextHeader;

// The protocol, and the ports if there are any, as one number that is never 0.
std::uint64_t upper_layer_number(NextHeader protocol, BytesView payload) {
    const bool has_ports = (protocol == NextHeader::tcp || protocol == NextHeader::udp) &&
                           payload.size() >= field::ports_size;
    return std::uint64_t{1} << 40U |
           static_cast<std::uint64_t>(static_cast<std::uint8_t>(protocol)) << 32U |
           (has_ports ? field::number_at(payload, 0) : 0U);
}

// 0: it does not show, or is to be passed over.
std::uint64_t upper_layer_of_ipv4(BytesView packet) {
    constexpr unsigned more_fragments_and_offset = 0x3fff;
    const std::size_t header = std::size_t{4} * (packet[0] & 0xfU);
    if ((field::word_at(packet, field::ipv4::fragment) & more_fragments_and_offset) != 0 ||
        header < wire::Ipv4Header::size || header > packet.size()) {
        return 0;
    }
    return upper_layer_number(NextHeader{packet[field::ipv4::protocol]}, packet.subspan(header));
}

std::uint64_t upper_layer_of_ipv6(BytesView packet) {
    const auto upper = wire::find_upper_layer(NextHeader{packet[field::ipv6::next_header]},
                                              packet.subspan(wire::Ipv6Header::size));
    return upper && !upper->fragment ? upper_layer_number(upper->type, upper->payload) : 0;
}

}  // namespace

FlowIdentity FlowHash::of(BytesView packet) const {
    if (packet.size() >= wire::Ipv6Header::size && packet[0] >> 4U == 6) {
        return identity(packet.subspan(field::ipv6::addresses, field::ipv6::addresses_size),
                        upper_layer_of_ipv6(packet));
    }
    if (packet.size() >= wire::Ipv4Header::size && packet[0] >> 4U == 4) {
        return identity(packet.subspan(field::ipv4::addresses, field::ipv4::addresses_size),
                        upper_layer_of_ipv4(packet));
    }
    return {};
}

FlowIdentity FlowHash::identity(BytesView addresses, std::uint64_t upper_layer) const {
    const std::size_t half = addresses.size() / 2;
    const std::uint64_t host =
        look_up_by_ == LookUpBy::inner_destination ? host_of(addresses.subspan(half)) : seed_;
    const std::uint64_t flow = mixed(mixed(seed_, addresses), upper_layer);
    return {.flow = static_cast<std::uint32_t>(flow), .host = static_cast<std::uint32_t>(host)};
}

std::uint64_t FlowHash::host_of(BytesView destination) const {
    if (networks_ != nullptr && !networks_->empty() && destination.size() == 16) {
        wire::Reader in(destination);
        if (const auto home = networks_->home_of(wire::Ipv6Address::read(in))) {
            return mixed(seed_, home->address.octets);
        }
    }
    return mixed(seed_, destination);
}

std::uint64_t FlowHash::mixed(std::uint64_t hash, BytesView addresses) const {
    for (std::size_t at = 0; at < addresses.size(); at += sizeof hash) {
        std::uint64_t part = 0;
        std::memcpy(&part, addresses.data() + at, std::min(sizeof part, addresses.size() - at));
        hash = mixed(hash, part);
    }
    return hash;
}

// Not a cipher, but the seed goes through every multiplication.
std::uint64_t FlowHash::mixed(std::uint64_t hash, std::uint64_t part) const {
    constexpr std::uint64_t golden_ratio = 0x9e37'79b9'7f4a'7c15;
    hash = (hash ^ part) * golden_ratio;
    return hash ^ hash >> 32U;
}

}  // namespace godwit::datapath

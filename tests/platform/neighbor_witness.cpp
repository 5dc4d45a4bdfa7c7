#include "tests/platform/neighbor_witness.hpp"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>

#include "shared/platform/control_messages.hpp"
#include "shared/platform/socket_options.hpp"
#include "shared/wire/icmpv6.hpp"

namespace godwit::platform {
namespace {

constexpr std::size_t type_position = wire::Ipv6Header::size;
constexpr std::size_t target_position = wire::Ipv6Header::size + 8;

template <class Message>
bool is_about(const wire::Ipv6Address& target, wire::BytesView packet) {
    return packet.size() >= target_position + target.octets.size() &&
           packet[type_position] == Message::type &&
           std::ranges::equal(packet.subspan(target_position, target.octets.size()), target.octets);
}

template <class Message>
std::optional<std::pair<wire::Ipv6Header, Message>> read(wire::BytesView packet) {
    const auto header = wire::Ipv6Header::parse(packet);
    const auto payload = header ? header->payload_of(packet) : std::unexpected(header.error());
    const auto message =
        payload ? wire::parse_icmpv6(*header, *payload) : std::unexpected(payload.error());
    const auto* seen = message ? std::get_if<Message>(&*message) : nullptr;
    return seen == nullptr ? std::nullopt : std::optional(std::pair(*header, *seen));
}

}  // namespace

NeighborWitness::NeighborWitness(const std::string& interface)
    : packets_(open_socket(AF_PACKET, SOCK_DGRAM, 0)),
      sending_(open_socket(AF_INET6, SOCK_DGRAM, 0)) {
    sockaddr_ll link{};
    link.sll_family = AF_PACKET;
    link.sll_protocol = htons(ETH_P_IPV6);
    link.sll_ifindex = static_cast<int>(interface_called(interface).value);
    check_syscall("see all packets",
                  ::bind(packets_.number(), reinterpret_cast<const sockaddr*>(&link), sizeof link));
}

void NeighborWitness::look_for(const wire::Ipv6Address& neighbor) const {
    sockaddr_in6 to = socket_address(neighbor, {});
    to.sin6_port = htons(9);  // discard, RFC 863
    check_syscall("look for a neighbor",
                  ::sendto(sending_.number(), nullptr, 0, 0, reinterpret_cast<const sockaddr*>(&to),
                           sizeof to));
}

template <class Message>
std::optional<std::pair<wire::Ipv6Header, Message>> NeighborWitness::next_about(
    const wire::Ipv6Address& target) const {
    std::array<std::uint8_t, 2048> buffer{};
    while (becomes_readable(packets_.number())) {
        const auto length = check_syscall(
            "see a packet", ::recv(packets_.number(), buffer.data(), buffer.size(), 0));
        const auto packet = wire::BytesView(buffer).first(static_cast<std::size_t>(length));
        if (is_about<Message>(target, packet)) {
            return read<Message>(packet);
        }
    }
    return std::nullopt;
}

std::optional<WitnessedAdvertisement> NeighborWitness::advertisement_of(
    const wire::Ipv6Address& target) const {
    const auto seen = next_about<wire::NeighborAdvertisement>(target);
    return seen ? std::optional(WitnessedAdvertisement{seen->first, seen->second}) : std::nullopt;
}

std::optional<WitnessedSolicitation> NeighborWitness::solicitation_of(
    const wire::Ipv6Address& target) const {
    const auto seen = next_about<wire::NeighborSolicitation>(target);
    return seen ? std::optional(WitnessedSolicitation{seen->first, seen->second}) : std::nullopt;
}

}  // namespace godwit::platform

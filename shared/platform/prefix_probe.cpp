#include "shared/platform/prefix_probe.hpp"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <span>
#include <variant>

#include "shared/platform/alarm.hpp"
#include "shared/platform/control_messages.hpp"
#include "shared/platform/socket_options.hpp"
#include "shared/platform/wait.hpp"
#include "shared/wire/icmpv6.hpp"

namespace godwit::platform {
namespace {

constexpr int tries = 4;  // a router may limit how often it answers, or be looking for us first
constexpr std::size_t longest_packet = 2048;  // octets: more of it is not looked at
constexpr int neighbor_hops = 255;            // RFC 4861 §7.1
// A root name server's: never reached, since the first router ends the packet's life and says so.
constexpr wire::Ipv6Address far_away{
    {0x20, 0x01, 0x05, 0x03, 0xba, 0x3e, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0x30}};
constexpr std::array<std::uint8_t, 8> echo_request{128, 0, 0, 0, 0x67, 0x77, 0, 1};

wire::Ipv6Address solicited_node_group(const wire::Ipv6Address& address) {  // RFC 4291 §2.7.1
    wire::Ipv6Address group{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff}};
    for (std::size_t place = 13; place < group.octets.size(); ++place) {
        group.octets.at(place) = address.octets.at(place);
    }
    return group;
}

// Everything that comes by the link; a switch that looks into MLD passes on the questions, too.
FileDescriptor listen(const PrefixProbe& probe) {
    FileDescriptor packets = open_socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IPV6));
    sockaddr_ll link{};
    link.sll_family = AF_PACKET;
    link.sll_protocol = htons(ETH_P_IPV6);
    link.sll_ifindex = static_cast<int>(probe.interface.value);
    check_syscall("listen on the link",
                  ::bind(packets.number(), reinterpret_cast<sockaddr*>(&link), sizeof link));
    return packets;
}

FileDescriptor join_group(const PrefixProbe& probe) {
    FileDescriptor member = open_socket(AF_INET6, SOCK_DGRAM, 0);
    ipv6_mreq membership{};
    const wire::Ipv6Address group = solicited_node_group(probe.unused);
    membership.ipv6mr_multiaddr = socket_address(group, {}).sin6_addr;
    membership.ipv6mr_interface = probe.interface.value;
    set_option(member, IPPROTO_IPV6, IPV6_JOIN_GROUP, membership, "join a solicited-node group");
    return member;
}

FileDescriptor open_icmpv6(const PrefixProbe& probe) {
    FileDescriptor socket = open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    require("send by one interface only", bind_to_interface(socket, probe.interface));
    return socket;
}

// Sends from an address that this machine does not have.
FileDescriptor open_stranger(const PrefixProbe& probe) {
    constexpr int on = 1;
    FileDescriptor socket = open_icmpv6(probe);
    set_option(socket, IPPROTO_IPV6, IPV6_FREEBIND, on, "send from an unused address");
    const sockaddr_in6 source = socket_address(probe.unused, {});
    check_syscall(
        "send from an unused address",
        ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&source), sizeof source));
    return socket;
}

// What cannot be sent is not answered, which is what counts.
void send_to(const FileDescriptor& socket, const wire::Ipv6Address& destination,
             mobility::InterfaceIndex interface, int hops, std::span<const std::uint8_t> message) {
    sockaddr_in6 to = socket_address(destination, interface);
    to.sin6_scope_id = destination.is_link_local() ? interface.value : 0;
    set_option(socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, hops, "set a packet's hop limit");
    [[maybe_unused]] const ssize_t sent =
        ::sendto(socket.number(), message.data(), message.size(), MSG_DONTWAIT,
                 reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

class Trial {
  public:
    explicit Trial(const PrefixProbe& probe)
        : probe_(probe),
          packets_(listen(probe)),
          member_(join_group(probe)),
          stranger_(open_stranger(probe)),
          own_(open_icmpv6(probe)) {}

    [[nodiscard]] int descriptor() const { return packets_.number(); }
    [[nodiscard]] bool is_delivered() const { return is_delivered_; }

    void ask() const {
        constexpr int one = 1;
        constexpr int many = 64;
        send_to(stranger_, probe_.router, probe_.interface, many, echo_request);
        send_to(stranger_, far_away, probe_.interface, one, echo_request);
    }

    void read() {
        std::array<std::uint8_t, longest_packet> buffer{};
        for (;;) {
            sockaddr_ll from{};
            socklen_t size = sizeof from;
            const ssize_t length = ::recvfrom(packets_.number(), buffer.data(), buffer.size(), 0,
                                              reinterpret_cast<sockaddr*>(&from), &size);
            if (length < 0) {
                return;
            }
            if (from.sll_pkttype != PACKET_OUTGOING) {
                look_at({buffer.data(), static_cast<std::size_t>(length)});
            }
        }
    }

    [[nodiscard]] PrefixAnswer answer() const {
        if (is_delivered_) {
            return is_asked_ ? PrefixAnswer::answered : PrefixAnswer::delivered;
        }
        return is_asked_ ? PrefixAnswer::asked : PrefixAnswer::silent;
    }

  private:
    void look_at(wire::BytesView packet) {
        const auto header = wire::Ipv6Header::parse(packet);
        if (!header) {
            return;
        }
        if (header->destination == probe_.unused) {
            is_delivered_ = !is_question(*header, packet) || is_delivered_;
        } else {
            is_question(*header, packet);
        }
    }

    // Whether it asks for the unused address; then it is told.
    bool is_question(const wire::Ipv6Header& header, wire::BytesView packet) {
        if (header.next_header != wire::NextHeader::icmpv6) {
            return false;
        }
        const auto payload = header.payload_of(packet);
        const auto message =
            payload ? wire::parse_icmpv6(header, *payload) : std::unexpected(payload.error());
        const auto* question =
            message ? std::get_if<wire::NeighborSolicitation>(&*message) : nullptr;
        if (question == nullptr || question->target != probe_.unused) {
            return false;
        }
        is_asked_ = true;
        if (probe_.link_layer && !header.source.is_unspecified()) {
            tell(header.source);
        }
        return true;
    }

    // The kernel writes the checksum, and a source that fits the destination.
    void tell(const wire::Ipv6Address& asker) const {
        wire::NeighborAdvertisement advertisement{
            .solicited = true, .overrides = true, .target = probe_.unused, .options = {}};
        advertisement.options.target_link_layer = probe_.link_layer;
        send_to(own_, asker, probe_.interface, neighbor_hops,
                wire::serialize_icmpv6(advertisement, {}));
    }

    PrefixProbe probe_;
    FileDescriptor packets_;
    FileDescriptor member_;
    FileDescriptor stranger_;
    FileDescriptor own_;
    bool is_asked_ = false;
    bool is_delivered_ = false;
};

}  // namespace

PrefixAnswer probe_prefix(const PrefixProbe& probe, std::chrono::milliseconds patience) {
    Trial trial(probe);
    Alarm alarm;
    for (int attempt = 0; attempt < tries && !trial.is_delivered(); ++attempt) {
        trial.ask();
        alarm.set(patience / tries);
        std::array<Watched, 2> watched{Watched{trial.descriptor()}, Watched{alarm.descriptor()}};
        while (!trial.is_delivered()) {
            wait_until_readable(watched);
            trial.read();
            if (watched.back().readable) {
                alarm.clear();
                break;
            }
        }
    }
    return trial.answer();
}

}  // namespace godwit::platform

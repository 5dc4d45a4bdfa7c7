#include "tests/impair/port.hpp"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace godwit::impair {

namespace {

constexpr std::size_t batch = 64;
constexpr std::uint16_t every_protocol =  // in network order
    std::endian::native == std::endian::little ? std::byteswap(std::uint16_t{ETH_P_ALL})
                                               : ETH_P_ALL;
constexpr int socket_buffer = 16 << 20;  // octets

int check(int result, const std::string& attempt) {
    if (result < 0) {
        throw std::system_error(errno, std::system_category(), attempt);
    }
    return result;
}

template <class Value>
void set(int descriptor, int level, int option, const Value& value, const std::string& attempt) {
    check(setsockopt(descriptor, level, option, &value, sizeof value), attempt);
}

// In a user namespace only as far as net.core.rmem_max allows.
void enlarge_receive_buffer(int descriptor) {
    if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &socket_buffer, sizeof socket_buffer) <
        0) {
        set(descriptor, SOL_SOCKET, SO_RCVBUF, socket_buffer, "enlarging the receive buffer");
    }
}

using Messages = std::array<mmsghdr, batch>;
using Vectors = std::array<iovec, batch>;

}  // namespace

Port::Port(const std::string& interface)
    : descriptor_(check(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                        "opening a packet socket")) {
    const auto index = static_cast<int>(if_nametoindex(interface.c_str()));
    check(index == 0 ? -1 : 0, "interface " + interface);
    set(descriptor_, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "ignoring what this program sends");
    set(descriptor_, SOL_PACKET, PACKET_QDISC_BYPASS, 1, "sending without a queueing discipline");
    enlarge_receive_buffer(descriptor_);
    packet_mreq promiscuous{};
    promiscuous.mr_ifindex = index;
    promiscuous.mr_type = PACKET_MR_PROMISC;
    set(descriptor_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, promiscuous, "promiscuous mode");
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = every_protocol;
    address.sll_ifindex = index;
    // The sockets API wants this cast.
    check(bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "binding to " + interface);
}

Port::~Port() {
    close(descriptor_);
}

std::size_t Port::receive(std::span<Frame> frames) const {
    Messages messages{};
    Vectors vectors{};
    const std::size_t wanted = std::min(frames.size(), batch);
    for (std::size_t i = 0; i < wanted; ++i) {
        vectors.at(i) = {frames[i].buffer->data(), longest_frame};
        messages.at(i).msg_hdr.msg_iov = &vectors.at(i);
        messages.at(i).msg_hdr.msg_iovlen = 1;
    }
    const int count =
        recvmmsg(descriptor_, messages.data(), static_cast<unsigned>(wanted), MSG_TRUNC, nullptr);
    for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
        frames[i].length = messages.at(i).msg_len;
    }
    return count > 0 ? static_cast<std::size_t>(count) : 0;
}

std::size_t Port::send(std::span<const Frame> frames) const {
    Messages messages{};
    Vectors vectors{};
    std::size_t sent = 0;
    while (sent < frames.size()) {
        const std::size_t wanted = std::min(frames.size() - sent, batch);
        for (std::size_t i = 0; i < wanted; ++i) {
            vectors.at(i) = {frames[sent + i].buffer->data(), frames[sent + i].length};
            messages.at(i).msg_hdr.msg_iov = &vectors.at(i);
            messages.at(i).msg_hdr.msg_iovlen = 1;
        }
        const int count = sendmmsg(descriptor_, messages.data(), static_cast<unsigned>(wanted), 0);
        if (count <= 0) {
            break;
        }
        sent += static_cast<std::size_t>(count);
    }
    return sent;
}

}  // namespace godwit::impair

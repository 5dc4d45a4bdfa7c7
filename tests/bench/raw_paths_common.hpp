#pragma once
// What the ways of raw_paths_bench share: where the packets go, and how they look.

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace godwit::bench {

constexpr std::size_t payload_octets = 1400;  // of ESP
constexpr std::size_t ipv6_octets = 40;
constexpr std::size_t packet_octets = ipv6_octets + payload_octets;
constexpr std::size_t frame_octets = ETH_HLEN + packet_octets;
constexpr std::size_t batch = 64;

struct Ends {
    std::string interface;
    in6_addr local;
    in6_addr remote;
    std::array<std::uint8_t, ETH_ALEN> remote_hardware;
};

inline void check(bool is_done, const char* what) {
    if (!is_done) {
        throw std::system_error(errno, std::generic_category(), what);
    }
}

template <class T>
void option(int socket, int level, int name, const T& value, const char* what) {
    check(::setsockopt(socket, level, name, &value, sizeof value) == 0, what);
}

inline int open_socket(int family, int type, int protocol) {
    const int socket = ::socket(family, type, protocol);
    check(socket >= 0, "open a socket");
    constexpr int octets = 8 << 20;
    option(socket, SOL_SOCKET, SO_RCVBUFFORCE, octets, "enlarge the buffer");
    option(socket, SOL_SOCKET, SO_SNDBUFFORCE, octets, "enlarge the buffer");
    return socket;
}

inline int index_of(const Ends& ends) {
    return static_cast<int>(::if_nametoindex(ends.interface.c_str()));
}

inline sockaddr_in6 address(const in6_addr& host) {
    sockaddr_in6 whole{};
    whole.sin6_family = AF_INET6;
    whole.sin6_addr = host;
    return whole;
}

inline sockaddr_ll link_address(const Ends& ends) {
    sockaddr_ll whole{};
    whole.sll_family = AF_PACKET;
    whole.sll_protocol = htons(ETH_P_IPV6);
    whole.sll_ifindex = index_of(ends);
    whole.sll_halen = ETH_ALEN;
    std::memcpy(whole.sll_addr, ends.remote_hardware.data(), ETH_ALEN);
    return whole;
}

template <class Address>
void bind_socket(int socket, const Address& to) {
    check(::bind(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0, "bind");
}

// A whole frame; the packet and its payload are its ends.
inline std::array<std::uint8_t, frame_octets> frame(const Ends& ends) {
    std::array<std::uint8_t, frame_octets> octets{};
    std::memcpy(octets.data(), ends.remote_hardware.data(), ETH_ALEN);
    octets[6] = 2;  // a source of local administration
    octets[12] = ETH_P_IPV6 >> 8;
    octets[13] = ETH_P_IPV6 & 0xff;
    std::uint8_t* header = octets.data() + ETH_HLEN;
    header[0] = 0x60;
    header[4] = payload_octets >> 8;
    header[5] = payload_octets & 0xff;
    header[6] = IPPROTO_ESP;
    header[7] = 64;
    std::memcpy(header + 8, &ends.local, sizeof ends.local);
    std::memcpy(header + 24, &ends.remote, sizeof ends.remote);
    return octets;
}

}  // namespace godwit::bench

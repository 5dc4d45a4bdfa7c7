#include "tests/bench/many_addresses.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "shared/mobility/path.hpp"

namespace godwit::bench {
namespace {

void require(bool condition, const char* what) {
    if (!condition) {
        throw std::system_error(errno, std::generic_category(), what);
    }
}

}  // namespace

ManyAddresses::ManyAddresses(const wire::Ipv6Address& peer)
    : number_(::socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    constexpr int on = 1;
    constexpr int octets = 32 << 20;
    require(number_ >= 0, "open a UDP socket");
    ::setsockopt(number_, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on);
    ::setsockopt(number_, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    ::setsockopt(number_, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets);
    peer_.sin6_family = AF_INET6;
    peer_.sin6_port = htons(mobility::dsmip_port);
    const sockaddr_in6 any = peer_;
    require(::bind(number_, reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0, "bind");
    std::memcpy(&peer_.sin6_addr, peer.octets.data(), sizeof peer_.sin6_addr);
}

std::span<const ManyAddresses::Arrival> ManyAddresses::receive() {
    Headers headers{};
    for (std::size_t i = 0; i < batch; ++i) {
        Slot& slot = (*in_)[i];
        slot.part = {slot.payload.data(), slot.payload.size()};
        headers[i].msg_hdr = {.msg_iov = &slot.part,
                              .msg_iovlen = 1,
                              .msg_control = slot.control.data(),
                              .msg_controllen = slot.control.size()};
    }
    const int count = ::recvmmsg(number_, headers.data(), batch, 0, nullptr);
    arrivals_.clear();
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(count, 0)); ++i) {
        const cmsghdr* control = CMSG_FIRSTHDR(&headers[i].msg_hdr);
        if (control != nullptr && control->cmsg_type == IPV6_PKTINFO) {
            Arrival arrival{.payload = std::span((*in_)[i].payload).first(headers[i].msg_len)};
            std::memcpy(arrival.local.octets.data(), CMSG_DATA(control), 16);
            arrivals_.push_back(arrival);
        }
    }
    return arrivals_;
}

void ManyAddresses::send(const wire::Ipv6Address& from, wire::BytesView payload) {
    Slot& slot = (*out_)[waiting_];
    std::ranges::copy(payload, slot.payload.begin());
    slot.part = {slot.payload.data(), payload.size()};
    slot.peer = peer_;
    msghdr& header = departing_[waiting_].msg_hdr;
    header = {.msg_name = &slot.peer,
              .msg_namelen = sizeof slot.peer,
              .msg_iov = &slot.part,
              .msg_iovlen = 1,
              .msg_control = slot.control.data(),
              .msg_controllen = slot.control.size()};
    cmsghdr* control = CMSG_FIRSTHDR(&header);
    *control = {.cmsg_len = CMSG_LEN(sizeof(in6_pktinfo)),
                .cmsg_level = IPPROTO_IPV6,
                .cmsg_type = IPV6_PKTINFO};
    in6_pktinfo information{};
    std::memcpy(&information.ipi6_addr, from.octets.data(), 16);
    std::memcpy(CMSG_DATA(control), &information, sizeof information);
    if (++waiting_ == batch) {
        flush();
    }
}

void ManyAddresses::flush() {
    if (waiting_ > 0) {
        ::sendmmsg(number_, departing_.data(), static_cast<unsigned>(waiting_), 0);
    }
    waiting_ = 0;
}

}  // namespace godwit::bench

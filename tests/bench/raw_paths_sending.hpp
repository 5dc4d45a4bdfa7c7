#pragma once
// Ways to send a batch of ESP packets (raw_paths_bench send WAY).

#include <liburing.h>
#include <netinet/udp.h>
#include <xdp/xsk.h>

#include "tests/bench/raw_paths_common.hpp"

namespace godwit::bench {

class Sender {
  public:
    Sender() = default;
    Sender(const Sender&) = delete;
    Sender& operator=(const Sender&) = delete;
    virtual ~Sender() = default;
    virtual std::size_t send() = 0;  // how many packets went
};

// sendmmsg: from `skipped` on of the frame, to whom the socket is connected or `name` says.
class MessageSender : public Sender {
  public:
    MessageSender(int socket, const Ends& ends, std::size_t skipped) : socket_(socket) {
        const auto one = frame(ends);
        for (std::size_t i = 0; i < batch; ++i) {
            octets_[i].assign(one.begin() + static_cast<std::ptrdiff_t>(skipped), one.end());
            parts_[i] = {octets_[i].data(), octets_[i].size()};
            messages_[i].msg_hdr.msg_iov = &parts_[i];
            messages_[i].msg_hdr.msg_iovlen = 1;
        }
    }
    std::size_t send() override {
        const int count = ::sendmmsg(socket_, messages_.data(), batch, 0);
        check(count > 0 || errno == ENOBUFS, "sendmmsg");
        return count > 0 ? static_cast<std::size_t>(count) : 0;
    }

  protected:
    void name(const sockaddr_in6& to) {
        to_ = to;
        for (mmsghdr& message : messages_) {
            message.msg_hdr.msg_name = &to_;
            message.msg_hdr.msg_namelen = sizeof to_;
        }
    }
    // From where, and as which class unless the header says that.
    void control(const Ends& ends, bool has_class) {
        in6_pktinfo departure{.ipi6_addr = ends.local,
                              .ipi6_ifindex = static_cast<unsigned>(index_of(ends))};
        constexpr int traffic_class = 0;
        for (std::size_t i = 0; i < batch; ++i) {
            msghdr& header = messages_[i].msg_hdr;
            header.msg_control = rooms_[i].octets.data();
            header.msg_controllen =
                has_class ? rooms_[i].octets.size() : CMSG_SPACE(sizeof departure);
            cmsghdr* part = CMSG_FIRSTHDR(&header);
            *part = {CMSG_LEN(sizeof departure), IPPROTO_IPV6, IPV6_PKTINFO};
            std::memcpy(CMSG_DATA(part), &departure, sizeof departure);
            if (has_class) {
                part = CMSG_NXTHDR(&header, part);
                *part = {CMSG_LEN(sizeof traffic_class), IPPROTO_IPV6, IPV6_TCLASS};
                std::memcpy(CMSG_DATA(part), &traffic_class, sizeof traffic_class);
            }
        }
    }
    [[nodiscard]] int socket() const { return socket_; }
    std::array<mmsghdr, batch> messages_{};

  private:
    struct alignas(cmsghdr) Room {
        std::array<std::byte, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int))> octets{};
    };
    int socket_;
    sockaddr_in6 to_{};
    std::array<std::vector<std::uint8_t>, batch> octets_;
    std::array<iovec, batch> parts_{};
    std::array<Room, batch> rooms_{};
};

inline int raw_socket(const Ends& ends, int protocol) {
    const int socket = open_socket(AF_INET6, SOCK_RAW, protocol);
    constexpr int omit = IPV6_PMTUDISC_OMIT;
    option(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, omit, "turn off path MTU discovery");
    option(socket, SOL_SOCKET, SO_BINDTOIFINDEX, index_of(ends), "bind to the interface");
    return socket;
}

inline int connected(int socket, const Ends& ends, std::uint16_t port = 0) {
    bind_socket(socket, address(ends.local));
    sockaddr_in6 to = address(ends.remote);
    to.sin6_port = htons(port);
    check(::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0, "connect");
    return socket;
}

// As the product did first: each message says where to, from where, and its traffic class.
class RawWithControl : public MessageSender {
  public:
    explicit RawWithControl(const Ends& ends)
        : MessageSender(raw_socket(ends, IPPROTO_ESP), ends, ETH_HLEN + ipv6_octets) {
        name(address(ends.remote));
        control(ends, true);
    }

  protected:
    using MessageSender::socket;
};

// The same without a hash of each packet for its flow label.
class RawUnlabelled final : public RawWithControl {
  public:
    explicit RawUnlabelled(const Ends& ends) : RawWithControl(ends) {
        constexpr int off = 0;
        option(socket(), IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, off, "leave the flow label alone");
    }
};

class RawConnected final : public MessageSender {
  public:
    explicit RawConnected(const Ends& ends)
        : MessageSender(connected(raw_socket(ends, IPPROTO_ESP), ends), ends,
                        ETH_HLEN + ipv6_octets) {}
};

// The IPv6 header comes from here; the kernel sees to it that the source is its own.
class RawHeaderIncluded final : public MessageSender {
  public:
    explicit RawHeaderIncluded(const Ends& ends)
        : MessageSender(raw_socket(ends, IPPROTO_RAW), ends, ETH_HLEN) {
        name(address(ends.remote));
        control(ends, false);
    }
};

// As the product does now: the socket is bound to the source, and it is asked for once in a batch.
class RawHeaderIncludedBound final : public MessageSender {
  public:
    explicit RawHeaderIncludedBound(const Ends& ends)
        : MessageSender(raw_socket(ends, IPPROTO_RAW), ends, ETH_HLEN) {
        bind_socket(socket(), address(ends.local));
        name(address(ends.remote));
        control(ends, true);
        for (std::size_t i = 1; i < batch; ++i) {
            messages_[i].msg_hdr.msg_controllen = 0;
        }
    }
};

class RawHeaderIncludedConnected final : public MessageSender {
  public:
    explicit RawHeaderIncludedConnected(const Ends& ends)
        : MessageSender(connected(raw_socket(ends, IPPROTO_RAW), ends), ends, ETH_HLEN) {}
};

inline int packet_socket(const Ends& ends) {
    const int socket = open_socket(AF_PACKET, SOCK_RAW, 0);
    constexpr int on = 1;
    option(socket, SOL_PACKET, PACKET_QDISC_BYPASS, on, "pass the queueing by");
    sockaddr_ll to = link_address(ends);
    to.sll_protocol = 0;  // hear nothing
    bind_socket(socket, to);
    return socket;
}

class PacketMessages final : public MessageSender {
  public:
    explicit PacketMessages(const Ends& ends) : MessageSender(packet_socket(ends), ends, 0) {}
};

// For comparison: as many datagrams as go in one message of UDP.
class UdpSegments final : public Sender {
  public:
    explicit UdpSegments(const Ends& ends)
        : socket_(connected(open_socket(AF_INET6, SOCK_DGRAM, 0), ends, discard)) {
        constexpr int size = payload_octets;
        option(socket_, SOL_UDP, UDP_SEGMENT, size, "send in segments");
    }
    std::size_t send() override {
        constexpr std::size_t at_once = 46;
        check(::send(socket_, octets_.data(), at_once * payload_octets, 0) > 0, "send");
        return at_once;
    }

  private:
    static constexpr std::uint16_t discard = 9;
    int socket_;
    std::vector<std::uint8_t> octets_ = std::vector<std::uint8_t>(64 * payload_octets);
};

// A ring of frames shared with the kernel (packet_mmap); version 2 or 3 of its headers.
template <class Header, int version>
class PacketRing final : public Sender {
  public:
    explicit PacketRing(const Ends& ends) : socket_(packet_socket(ends)), frame_(frame(ends)) {
        option(socket_, SOL_PACKET, PACKET_VERSION, version, "choose the ring's version");
        union {
            tpacket_req two;
            tpacket_req3 three;
        } request{};
        request.two = {.tp_block_size = slot * 32,
                       .tp_block_nr = slots / 32,
                       .tp_frame_size = slot,
                       .tp_frame_nr = slots};
        check(::setsockopt(socket_, SOL_PACKET, PACKET_TX_RING, &request,
                           version == TPACKET_V3 ? sizeof request.three : sizeof request.two) == 0,
              "make a ring");
        void* mapped =
            ::mmap(nullptr, slot * slots, PROT_READ | PROT_WRITE, MAP_SHARED, socket_, 0);
        check(mapped != MAP_FAILED, "map the ring");
        ring_ = static_cast<std::uint8_t*>(mapped);
    }
    std::size_t send() override {
        std::size_t count = 0;
        for (; count < batch; ++count) {
            auto* header = reinterpret_cast<Header*>(ring_ + (next_ * slot));
            if (__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) != TP_STATUS_AVAILABLE) {
                break;
            }
            constexpr std::size_t offset =
                TPACKET_ALIGN(sizeof(Header));  // where without PACKET_TX_HAS_OFF the frame begins
            std::memcpy(reinterpret_cast<std::uint8_t*>(header) + offset, frame_.data(),
                        frame_.size());
            header->tp_len = frame_octets;
            if constexpr (version == TPACKET_V3) {
                header->tp_next_offset = 0;
            }
            __atomic_store_n(&header->tp_status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
            next_ = (next_ + 1) % slots;
        }
        check(::send(socket_, nullptr, 0, MSG_DONTWAIT) >= 0 || errno == EAGAIN || errno == ENOBUFS,
              "send the ring");
        return count;
    }

  private:
    static constexpr unsigned slot = 2048;
    static constexpr unsigned slots = 1024;
    int socket_;
    std::array<std::uint8_t, frame_octets> frame_;
    std::uint8_t* ring_ = nullptr;
    std::size_t next_ = 0;
};

// io_uring over a connected raw socket; with a thread of the kernel that does the work, or not.
template <bool has_thread>
class UringSender final : public MessageSender {
  public:
    explicit UringSender(const Ends& ends)
        : MessageSender(connected(raw_socket(ends, IPPROTO_RAW), ends), ends, ETH_HLEN) {
        io_uring_params how{};
        how.flags = has_thread ? IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF
                               : IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
        how.sq_thread_cpu = 1;
        how.sq_thread_idle = 100;
        check(::io_uring_queue_init_params(256, &ring_, &how) == 0, "make a ring");
    }
    std::size_t send() override {
        for (std::size_t i = 0; i < batch; ++i) {
            io_uring_sqe* entry = ::io_uring_get_sqe(&ring_);
            ::io_uring_prep_sendmsg(entry, socket(), &messages_[i].msg_hdr, 0);
            if (i + 1 < batch) {
                entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
            }
        }
        ::io_uring_submit_and_wait(&ring_, 1);
        io_uring_cqe* done = nullptr;
        unsigned count = 0;
        unsigned head = 0;
        io_uring_for_each_cqe(&ring_, head, done) {
            ++count;
        }
        ::io_uring_cq_advance(&ring_, count);
        return batch + 1 - count;  // the last tells of itself, others of failure
    }

  private:
    io_uring ring_{};
};

// AF_XDP in copy mode, which any device has.
class XdpSender final : public Sender {
  public:
    explicit XdpSender(const Ends& ends) : frame_(frame(ends)) {
        void* mapped = ::mmap(nullptr, slot * slots, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        check(mapped != MAP_FAILED, "make room");
        room_ = static_cast<std::uint8_t*>(mapped);
        check(::xsk_umem__create(&umem_, room_, slot * slots, &filled_, &sent_, nullptr) == 0,
              "share the room");
        xsk_socket_config how{};
        how.rx_size = slots;
        how.tx_size = slots;
        how.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD;
        how.bind_flags = XDP_COPY | XDP_USE_NEED_WAKEUP;
        check(::xsk_socket__create(&socket_, ends.interface.c_str(), 0, umem_, nullptr, &ring_,
                                   &how) == 0,
              "open an AF_XDP socket");
    }
    std::size_t send() override {
        std::uint32_t finished = 0;
        const auto done = ::xsk_ring_cons__peek(&sent_, batch, &finished);
        ::xsk_ring_cons__release(&sent_, done);
        free_ += done;
        const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(batch, free_));
        std::uint32_t first = 0;
        if (::xsk_ring_prod__reserve(&ring_, count, &first) == count) {
            for (std::uint32_t i = 0; i < count; ++i) {
                const std::uint64_t place = std::uint64_t{next_++ % slots} * slot;
                std::memcpy(room_ + place, frame_.data(), frame_.size());
                *::xsk_ring_prod__tx_desc(&ring_, first + i) = {place, frame_octets, 0};
            }
            ::xsk_ring_prod__submit(&ring_, count);
            free_ -= count;
        }
        while (::sendto(::xsk_socket__fd(socket_), nullptr, 0, MSG_DONTWAIT, nullptr, 0) < 0 &&
               errno == EAGAIN) {  // it takes 32 at once
        }
        return count;
    }

  private:
    static constexpr std::size_t slot = 2048;
    static constexpr std::size_t slots = 1024;
    std::array<std::uint8_t, frame_octets> frame_;
    std::uint8_t* room_ = nullptr;
    xsk_umem* umem_ = nullptr;
    xsk_socket* socket_ = nullptr;
    xsk_ring_prod filled_{};
    xsk_ring_cons sent_{};
    xsk_ring_prod ring_{};
    std::size_t next_ = 0;
    std::size_t free_ = slots;
};

inline std::unique_ptr<Sender> sender(const std::string& way, const Ends& ends) {
    if (way == "raw")
        return std::make_unique<RawWithControl>(ends);
    if (way == "raw-connected")
        return std::make_unique<RawConnected>(ends);
    if (way == "raw-unlabelled")
        return std::make_unique<RawUnlabelled>(ends);
    if (way == "header")
        return std::make_unique<RawHeaderIncluded>(ends);
    if (way == "header-bound")
        return std::make_unique<RawHeaderIncludedBound>(ends);
    if (way == "header-connected")
        return std::make_unique<RawHeaderIncludedConnected>(ends);
    if (way == "packet")
        return std::make_unique<PacketMessages>(ends);
    if (way == "ring-v2")
        return std::make_unique<PacketRing<tpacket2_hdr, TPACKET_V2>>(ends);
    if (way == "ring-v3")
        return std::make_unique<PacketRing<tpacket3_hdr, TPACKET_V3>>(ends);
    if (way == "uring")
        return std::make_unique<UringSender<false>>(ends);
    if (way == "uring-thread")
        return std::make_unique<UringSender<true>>(ends);
    if (way == "xdp")
        return std::make_unique<XdpSender>(ends);
    if (way == "udp-segments")
        return std::make_unique<UdpSegments>(ends);
    return nullptr;
}

}  // namespace godwit::bench

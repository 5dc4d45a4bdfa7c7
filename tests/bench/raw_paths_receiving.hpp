#pragma once
// Ways to receive ESP packets (raw_paths_bench receive WAY).

#include <linux/filter.h>
#include <linux/if_link.h>
#include <poll.h>
#include <xdp/xsk.h>

#include "tests/bench/raw_paths_common.hpp"

namespace godwit::bench {

class Receiver {
  public:
    Receiver() = default;
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;
    virtual ~Receiver() = default;
    virtual std::size_t receive() = 0;  // how many packets were there
    [[nodiscard]] virtual int descriptor() const = 0;
};

inline int raw_receiving_socket(const Ends& ends) {
    const int socket = open_socket(AF_INET6, SOCK_RAW, IPPROTO_ESP);
    bind_socket(socket, address(ends.local));
    return socket;
}

// recvmmsg; with what the product asks to be told of each, or the payload and nothing else.
template <bool is_told>
class RawMessages final : public Receiver {
  public:
    explicit RawMessages(const Ends& ends) : socket_(raw_receiving_socket(ends)) {
        constexpr int on = 1;
        if (is_told) {
            option(socket_, IPPROTO_IPV6, IPV6_RECVPKTINFO, on, "ask for the address");
            option(socket_, IPPROTO_IPV6, IPV6_RECVTCLASS, on, "ask for the traffic class");
        }
        for (std::size_t i = 0; i < batch; ++i) {
            parts_[i] = {octets_.data() + (i * room), room};
            messages_[i].msg_hdr.msg_iov = &parts_[i];
            messages_[i].msg_hdr.msg_iovlen = 1;
        }
    }
    std::size_t receive() override {
        for (std::size_t i = 0; is_told && i < batch; ++i) {
            msghdr& header = messages_[i].msg_hdr;
            header.msg_name = &from_[i];
            header.msg_namelen = sizeof from_[i];
            header.msg_control = control_[i].data();
            header.msg_controllen = control_[i].size();
        }
        const int count = ::recvmmsg(socket_, messages_.data(), batch, MSG_DONTWAIT, nullptr);
        return count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    [[nodiscard]] int descriptor() const override { return socket_; }

  private:
    static constexpr std::size_t room = 65536;  // as long as a packet may be
    int socket_;
    std::vector<std::uint8_t> octets_ = std::vector<std::uint8_t>(batch * room);
    std::array<mmsghdr, batch> messages_{};
    std::array<iovec, batch> parts_{};
    std::array<sockaddr_in6, batch> from_{};
    std::array<std::array<std::byte, 128>, batch> control_{};
};

template <std::size_t count>
void attach(int socket, std::array<sock_filter, count> statements) {
    const sock_fprog program{count, statements.data()};
    option(socket, SOL_SOCKET, SO_ATTACH_FILTER, program, "attach a filter");
}

// A packet socket for ESP alone. Beside it a raw socket that takes nothing, so that the kernel does
// not answer with a Parameter Problem.
class PacketReceiver : public Receiver {
  public:
    explicit PacketReceiver(const Ends& ends)
        : guard_(raw_receiving_socket(ends)), socket_(open_socket(AF_PACKET, SOCK_DGRAM, 0)) {
        attach(guard_, std::array{sock_filter{BPF_RET | BPF_K, 0, 0, 0}});
        attach(socket_, std::array{
                            sock_filter{BPF_LD | BPF_B | BPF_ABS, 0, 0, 6},  // next header
                            sock_filter{BPF_JMP | BPF_JEQ | BPF_K, 0, 1, IPPROTO_ESP},
                            sock_filter{BPF_RET | BPF_K, 0, 0, 0xffffffff},
                            sock_filter{BPF_RET | BPF_K, 0, 0, 0},
                        });
    }
    [[nodiscard]] int descriptor() const override { return socket_; }

  protected:
    std::uint8_t* map(std::size_t octets) {
        void* mapped = ::mmap(nullptr, octets, PROT_READ | PROT_WRITE, MAP_SHARED, socket_, 0);
        check(mapped != MAP_FAILED, "map the ring");
        return static_cast<std::uint8_t*>(mapped);
    }

  private:
    int guard_;
    int socket_;
};

// A ring of frames shared with the kernel (packet_mmap, version 2): each is there at once.
class PacketFrames final : public PacketReceiver {
  public:
    explicit PacketFrames(const Ends& ends) : PacketReceiver(ends) {
        constexpr int version = TPACKET_V2;
        option(descriptor(), SOL_PACKET, PACKET_VERSION, version, "choose the ring's version");
        const tpacket_req request{.tp_block_size = slot * 32,
                                  .tp_block_nr = slots / 32,
                                  .tp_frame_size = slot,
                                  .tp_frame_nr = slots};
        option(descriptor(), SOL_PACKET, PACKET_RX_RING, request, "make a ring");
        ring_ = map(std::size_t{slot} * slots);
        bind_socket(descriptor(), link_address(ends));
    }
    std::size_t receive() override {
        std::size_t count = 0;
        for (; count < batch; ++count) {
            auto* header = reinterpret_cast<tpacket2_hdr*>(ring_ + (next_ * slot));
            if ((__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) == 0) {
                break;
            }
            seen_ = seen_ + reinterpret_cast<std::uint8_t*>(header)[header->tp_net];
            __atomic_store_n(&header->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
            next_ = (next_ + 1) % slots;
        }
        return count;
    }

  private:
    static constexpr unsigned slot = 2048;
    static constexpr unsigned slots = 4096;
    std::uint8_t* ring_ = nullptr;
    std::size_t next_ = 0;
    volatile unsigned seen_ = 0;
};

// A ring of blocks (version 3): one is there when it is full, or after 1 ms.
class PacketBlocks final : public PacketReceiver {
  public:
    explicit PacketBlocks(const Ends& ends) : PacketReceiver(ends) {
        constexpr int version = TPACKET_V3;
        option(descriptor(), SOL_PACKET, PACKET_VERSION, version, "choose the ring's version");
        tpacket_req3 request{};
        request.tp_block_size = block;
        request.tp_block_nr = blocks;
        request.tp_frame_size = 2048;
        request.tp_frame_nr = block / 2048 * blocks;
        request.tp_retire_blk_tov = 1;  // ms, the least that there is
        option(descriptor(), SOL_PACKET, PACKET_RX_RING, request, "make a ring");
        ring_ = map(std::size_t{block} * blocks);
        bind_socket(descriptor(), link_address(ends));
    }
    std::size_t receive() override {
        auto* header = reinterpret_cast<tpacket_block_desc*>(ring_ + (next_ * block));
        tpacket_hdr_v1& state = header->hdr.bh1;
        if ((__atomic_load_n(&state.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) == 0) {
            return 0;
        }
        const std::size_t count = state.num_pkts;
        auto* packet = reinterpret_cast<std::uint8_t*>(header) + state.offset_to_first_pkt;
        for (std::size_t i = 0; i < count; ++i) {
            auto* one = reinterpret_cast<tpacket3_hdr*>(packet);
            seen_ = seen_ + packet[one->tp_net];
            packet += one->tp_next_offset;
        }
        __atomic_store_n(&state.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
        next_ = (next_ + 1) % blocks;
        return count;
    }

  private:
    static constexpr unsigned block = 1 << 17;
    static constexpr unsigned blocks = 64;
    std::uint8_t* ring_ = nullptr;
    std::size_t next_ = 0;
    volatile unsigned seen_ = 0;
};

// AF_XDP in copy mode, with libxdp's program, which takes every frame of the interface.
template <unsigned mode>
class XdpReceiver final : public Receiver {
  public:
    explicit XdpReceiver(const Ends& ends) {
        void* mapped = ::mmap(nullptr, slot * slots, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        check(mapped != MAP_FAILED, "make room");
        room_ = static_cast<std::uint8_t*>(mapped);
        check(::xsk_umem__create(&umem_, room_, slot * slots, &free_, &sent_, nullptr) == 0,
              "share the room");
        xsk_socket_config how{};
        how.rx_size = slots / 2;
        how.tx_size = slots / 2;
        how.xdp_flags = mode;
        how.bind_flags = XDP_COPY | XDP_USE_NEED_WAKEUP;
        check(::xsk_socket__create(&socket_, ends.interface.c_str(), 0, umem_, &ring_, nullptr,
                                   &how) == 0,
              "open an AF_XDP socket");
        std::uint32_t first = 0;
        constexpr auto filled = static_cast<std::uint32_t>(slots / 2);
        ::xsk_ring_prod__reserve(&free_, filled, &first);
        for (std::uint32_t i = 0; i < filled; ++i) {
            *::xsk_ring_prod__fill_addr(&free_, first + i) = std::uint64_t{i} * slot;
        }
        ::xsk_ring_prod__submit(&free_, filled);
    }
    std::size_t receive() override {
        std::uint32_t first = 0;
        const auto count = ::xsk_ring_cons__peek(&ring_, batch, &first);
        std::uint32_t place = 0;
        if (count == 0 || ::xsk_ring_prod__reserve(&free_, count, &place) != count) {
            return 0;
        }
        for (std::uint32_t i = 0; i < count; ++i) {
            const xdp_desc& one = *::xsk_ring_cons__rx_desc(&ring_, first + i);
            seen_ = seen_ + room_[one.addr + ETH_HLEN];
            *::xsk_ring_prod__fill_addr(&free_, place + i) = one.addr & ~std::uint64_t{slot - 1};
        }
        ::xsk_ring_prod__submit(&free_, count);
        ::xsk_ring_cons__release(&ring_, count);
        return count;
    }
    [[nodiscard]] int descriptor() const override { return ::xsk_socket__fd(socket_); }

  private:
    static constexpr std::size_t slot = 2048;
    static constexpr std::size_t slots = 4096;
    std::uint8_t* room_ = nullptr;
    xsk_umem* umem_ = nullptr;
    xsk_socket* socket_ = nullptr;
    xsk_ring_prod free_{};
    xsk_ring_cons sent_{};
    xsk_ring_cons ring_{};
    volatile unsigned seen_ = 0;
};

inline std::unique_ptr<Receiver> receiver(const std::string& way, const Ends& ends) {
    if (way == "raw")
        return std::make_unique<RawMessages<true>>(ends);
    if (way == "raw-untold")
        return std::make_unique<RawMessages<false>>(ends);
    if (way == "ring-v2")
        return std::make_unique<PacketFrames>(ends);
    if (way == "ring-v3")
        return std::make_unique<PacketBlocks>(ends);
    if (way == "xdp")
        return std::make_unique<XdpReceiver<XDP_FLAGS_SKB_MODE>>(ends);
    if (way == "xdp-driver")
        return std::make_unique<XdpReceiver<XDP_FLAGS_DRV_MODE>>(ends);
    return nullptr;
}

}  // namespace godwit::bench

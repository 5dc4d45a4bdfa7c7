#pragma once
// What has been read from the TUN device and waits for its turn, each packet with room around it,
// so that one that is whole is sealed where it lies. The device's own queue lets a ping wait behind
// 500 packets of 64 KiB; so it is emptied whenever there is something in it, and who comes next is
// decided here.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "shared/datapath/flow_hash.hpp"
#include "shared/datapath/flow_queue.hpp"
#include "shared/datapath/look_up_by.hpp"
#include "shared/datapath/network_prefixes.hpp"
#include "shared/datapath/packet_buffer.hpp"
#include "shared/datapath/packet_pool.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/wire/virtio_net_header.hpp"

namespace godwit::runtime {

class TunnelReads {
  public:
    struct Read {
        wire::VirtioNetHeader header;
        datapath::PacketSlot slot;
        // So many from its front are lost, to tell its sender that it is too fast: 1 or 0.
        std::size_t lost = 0;
    };
    enum class Device : std::uint8_t { there, lost };

    // Whose packets they are is told apart by the address that they are looked up by, and by what
    // is behind it. The networks outlive this; none: there are none.
    explicit TunnelReads(datapath::LookUpBy look_up_by,
                         const datapath::NetworkPrefixes* networks = nullptr);

    // Takes what the device has to give. Without room for it the longest queue loses its oldest
    // packets. Not between next() and release().
    [[nodiscard]] Device fill(const platform::TunDevice& tun, mobility::Instant now);
    // Packets lost for want of room, each of many in one; since the last time.
    [[nodiscard]] std::uint64_t take_displaced() { return std::exchange(displaced_, 0); }

    // How many came whose header speaks of what this end did not ask for; since the last time.
    [[nodiscard]] std::size_t take_unintelligible() { return std::exchange(unintelligible_, 0); }

    [[nodiscard]] bool empty() const { return queue_.empty(); }
    // Whose turn it is, until the present turn of the loop has had its share: a long packet, or as
    // many short ones as one system call sends. Then nothing, until release(). One whose flow is to
    // be told of its queue (RFC 8289) has a mark, if its sender understands marks (RFC 3168).
    [[nodiscard]] std::optional<Read> next(mobility::Instant now);
    // What next() has given is needed no more.
    void release();

  private:
    static constexpr std::size_t longest =
        datapath::PacketSlot::octets_for(platform::TunDevice::longest_read);
    // For each turn. Two of them would cost fewer system calls, and a sparse flow twice the time.
    static constexpr std::size_t share_octets = 65'536;
    static constexpr std::size_t share_packets = 64;
    // In one fill(). Whoever sends more than can be sealed, and does not heed what is lost of it,
    // should not cost much processor time: what is read to be dropped takes it from what is sent.
    // An eighth of a turn's packets still empties the device's queue.
    static constexpr std::uint64_t most_displaced = 8;

    // Likewise.
    static constexpr std::size_t most_unintelligible = 64;

    // Where packets come one by one, this far apart at least, the device is not asked for another.
    static constexpr std::chrono::nanoseconds rare = std::chrono::microseconds(50);

    struct Kept {
        wire::VirtioNetHeader header;
        std::size_t size = 0;  // octets
    };
    static_assert(datapath::FlowQueue::max_packets == datapath::PacketPool::cells);

    void keep(const wire::VirtioNetHeader& header, std::size_t size, mobility::Instant now);
    void displace();
    [[nodiscard]] datapath::PacketSlot slot_at(std::size_t place) const;

    datapath::FlowHash hash_;
    datapath::PacketPool pool_{longest};
    datapath::FlowQueue queue_;
    std::array<Kept, datapath::PacketPool::cells> kept_{};  // by place
    std::vector<std::size_t> given_;                        // places, since release()
    std::size_t given_octets_ = 0;
    std::uint64_t displaced_ = 0;
    std::size_t unintelligible_ = 0;
    bool was_alone_ = false;  // the last packet, when the device was asked for another
    mobility::Instant filled_at_{};
};

}  // namespace godwit::runtime

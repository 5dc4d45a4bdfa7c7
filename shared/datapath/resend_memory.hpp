#pragma once
// The memory of all resend queues of one worker: blocks of one size, of which there are only so
// many. When there is no more, the oldest of all gives way.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "shared/datapath/drop_reason.hpp"
#include "shared/mobility/instant.hpp"

namespace godwit::datapath {

// What is kept of the sealed packets that have gone out. Beyond it, a packet that a move has cost
// is lost, as it would be without Godwit.
struct ResendLimits {
    std::size_t each = std::size_t{16} << 20U;  // octets, of one tunnel; 0: nothing is kept
    std::size_t all = std::size_t{256} << 20U;  // octets, of all tunnels
    // Longer nobody waits for a packet: half a second without a link, and what it takes to see that
    // a path is dead and to register.
    std::chrono::nanoseconds age = std::chrono::seconds(2);
};

struct KeptPacket {
    std::uint32_t spi = 0;
    std::uint32_t sequence = 0;
    std::uint32_t offset = 0;        // octets, in its block
    std::uint32_t size = 0;          // octets, sealed
    std::uint32_t sent_along = 0;    // the number of the last path it was sent along; 0: of none
    std::uint16_t inner_size = 0;    // octets; it is in a block
    std::uint8_t traffic_class = 0;  // of the outer header
    DropReason refused_for = DropReason::held;  // why it has not been sent; held: it has waited
    mobility::Instant at;
};

struct ResendBlock {
    static constexpr std::size_t capacity = std::size_t{32} << 10U;  // octets

    std::uint64_t number = 0;  // in the order in which they were taken; from 1 on
    std::size_t used = 0;      // octets
    std::vector<KeptPacket> packets;
    std::array<std::uint8_t, capacity> octets;

    ResendBlock() {}  // the octets are not cleared
};

class ResendQueue;

class ResendMemory {
  public:
    explicit ResendMemory(const ResendLimits& limits) : limits_(limits) {}

    // An empty block; another queue's oldest may go for it.
    std::unique_ptr<ResendBlock> take();
    // Its packets may still be on their way to the system: its octets stay until on_departed().
    void give_back(std::unique_ptr<ResendBlock> block);
    // No packet that was kept is on its way any more.
    void on_departed();
    // The number of a queue's oldest block, whenever it becomes another one; 0: it has none.
    void on_oldest(ResendQueue& queue, std::uint64_t before, std::uint64_t after);

    // Whoever is older than the limit of age goes. At next_deadline(), or whenever it is
    // convenient.
    void expire(mobility::Instant now);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;

    // Octets that have been freed since it was asked last.
    [[nodiscard]] std::size_t take_freed() { return std::exchange(freed_, 0); }

    // Packets that have left without ever having been sent, and why: how many since it was asked
    // last.
    using Unsent = std::map<DropReason, std::uint64_t>;
    void note_unsent(DropReason reason) { ++unsent_[reason]; }
    [[nodiscard]] Unsent take_unsent() { return std::exchange(unsent_, {}); }

    [[nodiscard]] const ResendLimits& limits() const { return limits_; }
    [[nodiscard]] std::size_t octets_in_use() const { return in_use_ * ResendBlock::capacity; }

  private:
    // Beyond as many as are in use.
    static constexpr std::size_t most_spare = 16;  // blocks

    void free(std::vector<std::unique_ptr<ResendBlock>>& blocks);
    void free_all_but(std::size_t spare);

    ResendLimits limits_;
    std::uint64_t last_number_ = 0;
    std::size_t in_use_ = 0;
    std::size_t freed_ = 0;
    Unsent unsent_;
    std::vector<std::unique_ptr<ResendBlock>> departing_;
    std::vector<std::unique_ptr<ResendBlock>> spare_;
    std::map<std::uint64_t, ResendQueue*> by_oldest_;
};

}  // namespace godwit::datapath

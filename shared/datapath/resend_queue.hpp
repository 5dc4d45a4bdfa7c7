#pragma once
// The last sealed packets of a tunnel, in the order in which they were made. When the tunnel gets
// another path, those go out again, byte for byte, of which the other end says that they have not
// come in (docs/protocol.md); the rest of what it needs is in its replay window. What was made
// while there was no path goes out then for the first time. Until all that is done, new packets
// wait their turn: a move costs time, and neither packets nor their order.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "shared/datapath/drop_reason.hpp"
#include "shared/datapath/resend_memory.hpp"
#include "shared/datapath/resend_pace.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/mobility/reception.hpp"

namespace godwit::datapath {

class ResendQueue {
  public:
    // The memory outlives it.
    explicit ResendQueue(ResendMemory& memory) : memory_(&memory) {}
    ResendQueue(const ResendQueue&) = delete;
    ResendQueue& operator=(const ResendQueue&) = delete;
    ~ResendQueue();

    // Where a packet that is about to be sealed may lie, so that keeping it is no copy; empty if
    // one of so many octets is too long to be kept.
    [[nodiscard]] std::span<std::uint8_t> room_for(std::size_t sealed);
    // A packet has been sealed, there or elsewhere, to go with this traffic class. Whether it is to
    // be sent now; else it waits for next() to come to it. What is too long to be kept is always
    // sent.
    [[nodiscard]] bool keep(mobility::Instant now, std::span<const std::uint8_t> sealed,
                            std::size_t inner_size, std::uint8_t traffic_class = 0);
    // The system has not taken it: it has not been sent after all. False if it is not kept.
    bool on_refused(std::span<const std::uint8_t> sealed, DropReason reason);
    // From now on all that is kept waits, until on_path().
    void hold();

    // What is kept has to wait for its turn.
    [[nodiscard]] bool is_behind() const { return is_behind_; }

    // What is sent from now on goes along another path. What was sent along the one before since
    // `doubted_since` is sent again at once.
    void on_path(mobility::Instant now,
                 std::optional<mobility::Instant> doubted_since = std::nullopt);
    // What the other end had received when it was told of the present path. Told of it once more,
    // without another path between, it has been away, or is in doubt of what it gets: the path
    // counts as another one from now on. What is on its way comes twice then, no more.
    void on_reception(mobility::Instant now, const std::vector<mobility::Reception>& receptions);

    struct Due {
        std::span<const std::uint8_t> sealed;
        std::size_t inner_size = 0;
        std::uint8_t traffic_class = 0;
        bool is_new = false;  // it has never been sent
    };
    // The next one that is to be sent now; it counts as sent.
    std::optional<Due> next(mobility::Instant now);
    // When there may be one; nothing if all have been sent.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return is_behind_ && !is_held_ ? std::optional(pace_.next()) : std::nullopt;
    }

    // What became of those that a move had cost, once all is done that on_reception() has begun.
    struct Outcome {
        std::uint64_t resent = 0;
        std::uint64_t lost = 0;  // they had gone from the queue
    };
    std::optional<Outcome> take_outcome();

    // For ResendMemory.
    void give_up_oldest();
    bool expire_oldest(mobility::Instant now);
    [[nodiscard]] mobility::Instant oldest_expires() const;

  private:
    struct Position {
        std::uint64_t block = 0;  // counted from the first that there ever was
        std::size_t packet = 0;
    };
    // Packets of one session that have made room for others before their time.
    struct GivenUp {
        std::uint32_t spi = 0;
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        mobility::Instant at;  // when the last one was made
    };

    std::unique_ptr<ResendBlock> take_block();
    void begin_next_block();
    void drop_oldest();
    void note_given_up(const ResendBlock& block);
    void count_given_up(mobility::Instant now);
    void count_lost(const KeptPacket& packet);
    void set_pace(mobility::Instant now);
    void begin_path(mobility::Instant now);
    void go_back();
    KeptPacket* find_next();
    [[nodiscard]] ResendBlock* block_at(std::uint64_t number) const;
    [[nodiscard]] bool is_wanted(const KeptPacket& packet) const;
    [[nodiscard]] bool is_too_old(mobility::Instant now, mobility::Instant at) const {
        return now - at > memory_->limits().age;
    }

    ResendMemory* memory_;
    std::deque<std::unique_ptr<ResendBlock>> blocks_;
    std::unique_ptr<ResendBlock> next_block_;  // the next packet's, if blocks_.back() is full
    std::uint64_t first_block_ = 0;            // the number of blocks_.front(), as in Position
    std::uint32_t path_ = 1;                   // the number of the present one
    bool is_told_of_ = true;                   // the other end, of the present one: it has said so
    bool is_behind_ = false;                   // what is kept has to wait
    bool is_held_ = false;
    Position next_;  // of those that may have to be sent, if it is behind
    std::vector<mobility::Reception> receptions_;
    std::optional<mobility::Instant> doubted_since_;
    std::uint64_t resent_ = 0;  // along the present path
    std::optional<Outcome> outcome_;
    std::optional<GivenUp> given_up_;
    ResendPace pace_;
};

}  // namespace godwit::datapath

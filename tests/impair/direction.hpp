#pragma once
// One direction of a link: decides at once, as a frame arrives, whether and when it comes out.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "tests/impair/impairment.hpp"
#include "tests/impair/port.hpp"

namespace godwit::impair {

class Direction {
  public:
    struct Counts {
        std::uint64_t forwarded = 0;
        std::uint64_t lost = 0;           // by chance
        std::uint64_t queue_full = 0;     // at the bottleneck
        std::uint64_t too_long = 0;       // for the MTU
        std::uint64_t swallowed = 0;      // by the black hole, or as an ICMP error
        std::uint64_t not_segmented = 0;  // for this program: the interface's offloads are on
        std::uint64_t refused = 0;        // by the interface it goes out of
    };

    // The impairment may change meanwhile; it outlives this.
    Direction(const Impairment& impairment, std::uint64_t stream);

    // Takes what has arrived at `from`, puts out at `to` what is due.
    void receive(const Port& from, Instant now);
    void send_due(const Port& to, Instant now);

    // When the next frame is due.
    [[nodiscard]] std::optional<Instant> next() const;
    [[nodiscard]] const Counts& counts() const { return counts_; }

  private:
    // When a frame that arrives now comes out, if it does.
    std::optional<Instant> due(const Frame& frame, Instant now);
    // What drops the frame whatever the load is, if anything does.
    std::uint64_t* dropped_by(const Frame& frame);
    std::chrono::nanoseconds delay();
    bool admitted_by_bottleneck(std::size_t length, Instant now);

    const Impairment* impairment_;
    std::mt19937_64 random_;
    std::vector<Frame> arriving_;  // buffers for the next batch
    std::vector<Frame> leaving_;
    std::vector<Frame> idle_;
    std::multimap<Instant, Frame> in_flight_;  // by when they are due, then as they came
    std::deque<Instant> waiting_;              // when each frame has left the bottleneck's queue
    Instant bottleneck_free_{};
    Counts counts_;
};

}  // namespace godwit::impair

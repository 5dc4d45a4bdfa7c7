#pragma once
// When a queue has to tell its flow that it is too long: CoDel (RFC 8289 §5), for a queue whose
// packets may also be marked, or lose a part. It reads no clock.

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "shared/mobility/instant.hpp"

namespace godwit::datapath {

class Codel {
  public:
    // RFC 8289 has 5 ms, for the queue of a path. This one is in front of a processor that moves
    // gigabits a second: all that has room waits for 2 ms at full speed. 1 ms is some ten turns of
    // the loop, enough to keep it busy.
    static constexpr std::chrono::nanoseconds target = std::chrono::milliseconds(1);
    // For how long a burst may last: the round trip of most connections, wherever their ends are.
    static constexpr std::chrono::nanoseconds interval = std::chrono::milliseconds(100);
    // Octets that are no queue: what one turn of the loop takes (in RFC 8289, one packet).
    static constexpr std::size_t short_queue = 65'536;

    // A packet leaves that has waited for so long, and so many octets stay behind it. Whether it
    // has to tell. To be asked for each packet that leaves, `now` never going back.
    [[nodiscard]] bool tells(mobility::Instant now, std::chrono::nanoseconds waited,
                             std::size_t behind);
    // Its queue has been too long for an interval, and has not become short since.
    [[nodiscard]] bool is_telling() const { return is_telling_; }

  private:
    [[nodiscard]] bool is_too_long(mobility::Instant now, std::chrono::nanoseconds waited,
                                   std::size_t behind);
    void begin(mobility::Instant now);
    // The control law: the more often it had to be told, the sooner it is told again.
    [[nodiscard]] std::chrono::nanoseconds spacing() const;

    static constexpr mobility::Instant never = mobility::Instant::max();

    mobility::Instant too_long_at_ = never;  // an interval after the first that waited too long
    mobility::Instant next_{};               // the last one's successor, while it is telling
    std::uint32_t count_ = 0;                // how often it has told
    std::uint32_t count_at_begin_ = 0;
    bool is_telling_ = false;
};

}  // namespace godwit::datapath

#pragma once
// One end of a flow, as the program's loop sees it.

#include <chrono>
#include <cstdint>
#include <string>

namespace godwit::flow {

using Instant = std::chrono::steady_clock::time_point;

// Nanoseconds of CLOCK_REALTIME: what all ends on a machine, and Python's time.time(), agree on.
using Stamp = std::int64_t;
inline Stamp stamp_now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

class Flow {
  public:
    Flow() = default;
    virtual ~Flow() = default;
    Flow(const Flow&) = delete;
    Flow& operator=(const Flow&) = delete;
    Flow(Flow&&) = delete;
    Flow& operator=(Flow&&) = delete;

    // May wait for the other end.
    virtual void start() = 0;
    // To be waited for with these epoll events, after the start.
    [[nodiscard]] virtual int descriptor() const = 0;
    [[nodiscard]] virtual std::uint32_t events() const = 0;
    virtual void on_ready() = 0;

    virtual void send_due(Instant now) = 0;
    // When something is to be sent; Instant::max(): never.
    [[nodiscard]] virtual Instant next() const = 0;
    // Sends no more, and goes on receiving.
    virtual void be_quiet() = 0;

    // "received COUNT newest STAMP": of what arrived last, when it was sent (of a stream: arrived).
    [[nodiscard]] virtual std::string state() const = 0;
    virtual void write_log(const std::string& path) const = 0;
};

}  // namespace godwit::flow

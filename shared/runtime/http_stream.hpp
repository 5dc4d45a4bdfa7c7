#pragma once
// An answer that goes on: whoever has news writes it, and the connection sends what has been
// written as fast as its reader takes it. A reader who is too slow loses the connection, so that
// nobody's slowness costs the daemon memory.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace godwit::runtime {

class HttpStream {
  public:
    // Octets that may wait for the reader: more than all that a feed keeps for latecomers.
    static constexpr std::size_t max_backlog = std::size_t{1} << 20U;

    // Nothing happens once the stream has ended.
    void write(std::string_view text);
    // What has been written still goes out.
    void finish() { end(State::finished); }
    // At once: the reader is gone, or too slow.
    void cut() { end(State::cut); }

    [[nodiscard]] bool is_open() const { return state_ == State::open; }
    [[nodiscard]] bool is_cut() const { return state_ == State::cut; }

    // For the connection: calls back after each change of this stream.
    void on_change(std::function<void()> callback) { on_change_ = std::move(callback); }
    // For who writes: calls back once it has ended, whoever has ended it.
    void on_end(std::function<void()> callback) { on_end_ = std::move(callback); }
    // For the connection: what waits; it waits no longer.
    [[nodiscard]] std::string take() { return std::exchange(backlog_, {}); }

  private:
    enum class State : unsigned char { open, finished, cut };
    void end(State state);

    State state_ = State::open;
    std::string backlog_;
    std::function<void()> on_change_ = [] {};
    std::function<void()> on_end_ = [] {};
};

}  // namespace godwit::runtime

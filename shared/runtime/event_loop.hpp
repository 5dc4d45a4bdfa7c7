#pragma once
// The control thread's loop: descriptors that become readable, one deadline, and the signals that
// end a daemon. A Node says when it wants to be called next; the loop sees to it.

#include <csignal>
#include <functional>
#include <list>
#include <optional>

#include "shared/mobility/instant.hpp"
#include "shared/runtime/asio.hpp"

namespace godwit::runtime {

class EventLoop {
  public:
    EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    ~EventLoop() = default;

    // Calls back whenever the descriptor is readable, until the loop ends; between two such calls
    // everything else has its turn. It stays its owner's, who keeps it open as long as the loop
    // runs.
    void on_readable(int descriptor, std::function<void()> callback);

    // Asks `next` after each callback, whichever it was, and calls `callback` once that instant has
    // come.
    using NextDeadline = std::function<std::optional<mobility::Instant>()>;
    void on_deadline(NextDeadline next, std::function<void()> callback);

    // Calls back after each callback, whichever it was.
    void after_each_turn(std::function<void()> callback);

    // Until stop(), SIGTERM or SIGINT. Whatever a callback throws ends it too.
    void run();
    void stop() { context_.stop(); }

    // For what brings its own asynchronous operations.
    asio::io_context& context() { return context_; }

  private:
    struct Readable {
        Readable(asio::io_context& context, int descriptor, std::function<void()> on_readable)
            : stream(context, descriptor), callback(std::move(on_readable)) {}
        Readable(const Readable&) = delete;
        Readable& operator=(const Readable&) = delete;
        ~Readable() { stream.release(); }

        asio::posix::stream_descriptor stream;
        std::function<void()> callback;
    };

    static void await(Readable& readable);
    void arm(mobility::Instant deadline);
    void call_if_due();

    asio::io_context context_{1};
    asio::signal_set signals_{context_, SIGTERM, SIGINT};
    asio::steady_timer timer_{context_};
    std::optional<mobility::Instant> wakes_at_;  // while the timer runs
    NextDeadline next_deadline_ = [] { return std::nullopt; };
    std::function<void()> on_deadline_;
    std::function<void()> after_turn_ = [] {};
    std::list<Readable> readables_;
};

}  // namespace godwit::runtime

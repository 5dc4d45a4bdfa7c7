#pragma once
// The control thread's loop: descriptors that become readable, one deadline, and the signals that
// end a daemon. A Node says when it wants to be called next; the loop sees to it.

#include <csignal>
#include <functional>
#include <memory>
#include <optional>

#include "shared/mobility/instant.hpp"
#include "shared/platform/alarm.hpp"
#include "shared/runtime/asio.hpp"
#include "shared/runtime/sleep_detection.hpp"

namespace godwit::runtime {

class EventLoop {
  public:
    EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    ~EventLoop() = default;

    // A descriptor that is watched, until this object goes; the callback may end it too. The loop
    // outlives it.
    class Watch {
      public:
        Watch() = default;
        Watch(Watch&&) noexcept = default;
        Watch& operator=(Watch&& other) noexcept;
        ~Watch() { end(); }

      private:
        friend class EventLoop;
        struct Readable;
        explicit Watch(std::shared_ptr<Readable> readable) : readable_(std::move(readable)) {}
        void end();

        std::shared_ptr<Readable> readable_;
    };
    // Calls back whenever the descriptor is readable, as long as it is watched; between two such
    // calls everything else has its turn. It stays its owner's, who keeps it open until then.
    [[nodiscard]] Watch on_readable(int descriptor, std::function<void()> callback);

    // Asks `next` after each callback, whichever it was, and calls `callback` once that instant has
    // come.
    using NextDeadline = std::function<std::optional<mobility::Instant>()>;
    void on_deadline(NextDeadline next, std::function<void()> callback);

    // The machine has been asleep: calls back as soon as the loop wakes up.
    void on_resume(std::function<void()> callback) { on_resume_ = std::move(callback); }

    // Calls back after each callback, whichever it was.
    void after_each_turn(std::function<void()> callback);

    // Calls back on the first SIGTERM, SIGINT or SIGHUP, in place of stop().
    void on_end(std::function<void()> callback) { on_end_ = std::move(callback); }

    // Until stop(), SIGTERM, SIGINT or SIGHUP. Whatever a callback throws ends it too.
    void run();
    void stop() { context_.stop(); }

    // For what brings its own asynchronous operations.
    asio::io_context& context() { return context_; }

  private:
    static void await(const std::shared_ptr<Watch::Readable>& readable);
    void await_signal();
    void call_if_resumed();
    void arm(mobility::Instant deadline);
    void call_if_due();

    asio::io_context context_{1};
    asio::signal_set signals_{context_, SIGTERM, SIGINT};
    platform::Alarm alarm_;  // Asio's timers stand still while the machine sleeps
    Watch alarm_watch_;
    std::optional<mobility::Instant> wakes_at_;  // while the alarm is set
    SleepDetection sleep_;
    std::function<void()> on_resume_ = [] {};
    NextDeadline next_deadline_ = [] { return std::nullopt; };
    std::function<void()> on_deadline_;
    std::function<void()> after_turn_ = [] {};
    std::function<void()> on_end_ = [this] { stop(); };
};

}  // namespace godwit::runtime

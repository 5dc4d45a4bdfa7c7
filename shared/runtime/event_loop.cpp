#include "shared/runtime/event_loop.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include "shared/runtime/clock.hpp"

namespace godwit::runtime {

// The stream is open as long as somebody wants to be called.
struct EventLoop::Watch::Readable {
    Readable(asio::io_context& context, int descriptor, std::function<void()> on_readable)
        : stream(context, descriptor), callback(std::move(on_readable)) {}

    asio::posix::stream_descriptor stream;
    std::function<void()> callback;
};

EventLoop::Watch& EventLoop::Watch::operator=(Watch&& other) noexcept {
    if (this != &other) {
        end();
        readable_ = std::move(other.readable_);
    }
    return *this;
}

void EventLoop::Watch::end() {
    if (readable_) {
        readable_->stream.release();
        readable_.reset();
    }
}

EventLoop::EventLoop() : sleep_(time_asleep()) {
    alarm_watch_ = on_readable(alarm_.descriptor(), [this] {
        alarm_.clear();
        wakes_at_.reset();
    });
    // Who reads the log, or the terminal, may be gone before the end: that is to be orderly all the
    // same. nohup(1) has the loss of the terminal ignored.
    std::signal(SIGPIPE, SIG_IGN);
    if (std::signal(SIGHUP, SIG_IGN) != SIG_IGN) {
        signals_.add(SIGHUP);
    }
    await_signal();
}

void EventLoop::await_signal() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) {
            const auto end = std::exchange(on_end_, [this] { stop(); });
            await_signal();
            end();
        }
    });
}

EventLoop::Watch EventLoop::on_readable(int descriptor, std::function<void()> callback) {
    auto readable = std::make_shared<Watch::Readable>(context_, descriptor, std::move(callback));
    await(readable);
    return Watch(std::move(readable));
}

void EventLoop::on_deadline(NextDeadline next, std::function<void()> callback) {
    next_deadline_ = std::move(next);
    on_deadline_ = std::move(callback);
}

void EventLoop::after_each_turn(std::function<void()> callback) {
    after_turn_ = std::move(callback);
}

void EventLoop::run() {
    while (!context_.stopped()) {
        call_if_due();
        after_turn_();
        context_.run_one();
        call_if_resumed();
    }
}

void EventLoop::await(const std::shared_ptr<Watch::Readable>& readable) {
    const auto on_ready = [watched = std::weak_ptr(readable)](const auto& error) {
        const auto still = watched.lock();
        if (error || !still) {
            return;  // nobody watches it any more, though it may have become readable before
        }
        still->callback();
        if (still->stream.is_open()) {
            await(still);
        }
    };
    readable->stream.async_wait(asio::posix::stream_descriptor::wait_read, on_ready);
}

void EventLoop::call_if_resumed() {
    if (sleep_.is_over(time_asleep())) {
        on_resume_();
    }
}

void EventLoop::call_if_due() {
    auto deadline = next_deadline_();
    if (deadline && *deadline <= boot_now()) {
        on_deadline_();
        deadline = next_deadline_();
    }
    if (deadline) {
        arm(*deadline);
    }
}

void EventLoop::arm(mobility::Instant deadline) {
    const mobility::Instant now = boot_now();
    const mobility::Instant wake = std::max(deadline, now);
    // To wake too early does no harm, and spares setting the alarm anew for each packet.
    if (wakes_at_ && *wakes_at_ <= wake) {
        return;
    }
    wakes_at_ = wake;
    alarm_.set(std::max<std::chrono::nanoseconds>(wake - now, std::chrono::nanoseconds(1)));
}

}  // namespace godwit::runtime

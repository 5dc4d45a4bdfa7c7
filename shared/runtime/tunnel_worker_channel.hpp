#pragma once
// Between the control thread and one worker: commands one way, and for each of them a receipt the
// other way, with what the command replaced. So what the control thread allocated, secrets above
// all, it also frees. Neither thread ever waits for the other.

#include <cassert>
#include <cstddef>
#include <deque>
#include <utility>

#include "shared/platform/event_signal.hpp"
#include "shared/runtime/command_queue.hpp"

namespace godwit::runtime {

template <class Command, class Receipt>
class TunnelWorkerChannel {
  public:
    // `control` is raised when there are receipts.
    explicit TunnelWorkerChannel(const platform::EventSignal& control) : control_(&control) {}

    // The control thread: sends a command on its way, behind all that came before it.
    void publish(Command command) {
        waiting_.push_back(std::move(command));
        submit();
    }

    // The control thread: take(Receipt) for each command carried out since the last time.
    template <class Take>
    void collect(Take take) {
        while (auto receipt = receipts_.pop()) {
            --outstanding_;
            take(std::move(*receipt));
        }
        submit();
    }

    // The worker: readable while there are commands.
    [[nodiscard]] int descriptor() const { return published_.descriptor(); }

    // The worker: carry_out(Command) -> Receipt for each. Without any it costs next to nothing.
    template <class CarryOut>
    void receive(CarryOut carry_out) {
        auto command = commands_.pop();
        if (!command) {
            return;
        }
        while (command) {
            const bool room = receipts_.push(carry_out(std::move(*command)));
            assert(room && "no more commands are out than there is room for receipts");
            static_cast<void>(room);
            command = commands_.pop();
        }
        control_->raise();
    }

    // Any thread: makes the worker look up; the worker: has looked up, and receives next.
    void wake() const { published_.raise(); }
    void woken() const { published_.lower(); }

  private:
    static constexpr std::size_t capacity = 256;

    void submit() {
        bool any = false;
        while (!waiting_.empty() && outstanding_ < capacity) {
            const bool room = commands_.push(std::move(waiting_.front()));
            assert(room && "no more commands are out than the queue holds");
            static_cast<void>(room);
            waiting_.pop_front();
            ++outstanding_;
            any = true;
        }
        if (any) {
            wake();
        }
    }

    const platform::EventSignal* control_;
    platform::EventSignal published_;
    CommandQueue<Command, capacity> commands_;
    CommandQueue<Receipt, capacity> receipts_;
    // The control thread's alone.
    std::deque<Command> waiting_;  // for room
    std::size_t outstanding_ = 0;  // commands submitted whose receipts are not collected
};

}  // namespace godwit::runtime

#pragma once
// A bounded queue from one thread to one other, without locks: the way by which the control thread
// publishes changes to a worker, and gets back what they replaced.

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace godwit::runtime {

template <class T, std::size_t capacity_>
class CommandQueue {
    static_assert(std::has_single_bit(capacity_), "so that the positions may wrap");

  public:
    static constexpr std::size_t capacity = capacity_;

    CommandQueue() {}  // the slots are not touched: pages that no item has reached cost nothing
    CommandQueue(const CommandQueue&) = delete;
    CommandQueue& operator=(const CommandQueue&) = delete;
    ~CommandQueue() {
        while (pop()) {
        }
    }

    // From the one thread: whether push() will find room.
    [[nodiscard]] bool has_room() const {
        return tail_.load(std::memory_order_relaxed) - head_.load(std::memory_order_acquire) !=
               capacity;
    }

    // From the one thread. If there is no room: false, and `item` is as it was.
    [[nodiscard]] bool push(T&& item) {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_.load(std::memory_order_acquire) == capacity) {
            return false;
        }
        std::construct_at(&slots_[tail % capacity].item, std::move(item));
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }

    // From the other. The oldest, or nothing.
    [[nodiscard]] std::optional<T> pop() {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        if (head == tail_.load(std::memory_order_acquire)) {
            return std::nullopt;
        }
        T& oldest = slots_[head % capacity].item;
        std::optional<T> item(std::move(oldest));
        std::destroy_at(&oldest);
        head_.store(head + 1, std::memory_order_release);
        return item;
    }

  private:
    union Slot {
        Slot() {}
        ~Slot() {}
        T item;  // alive between head and tail
    };

    // On cache lines of their own, so that neither thread's writing disturbs the other's reading.
    static constexpr std::size_t cache_line = 64;  // octets, on all machines this runs on

    alignas(cache_line) std::atomic<std::size_t> head_ = 0;
    alignas(cache_line) std::atomic<std::size_t> tail_ = 0;
    alignas(cache_line) std::array<Slot, capacity> slots_;
};

}  // namespace godwit::runtime

#include "shared/datapath/tunnel_memory.hpp"

#include <sanitizer/asan_interface.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>

namespace godwit::datapath {
namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t huge_page = std::size_t{2} * 1024 * 1024;
constexpr std::size_t longest_chunk = 8 * huge_page;

// The system gives a page when it is first written to, so a long chunk costs no more than a short
// one. Without huge pages it is as well, but slower.
std::byte* allocate(std::size_t octets) {
    const bool is_huge = octets >= huge_page;
    void* chunk = std::aligned_alloc(is_huge ? huge_page : page, octets);
    if (chunk == nullptr) {
        throw std::bad_alloc();
    }
    if (is_huge) {
        static_cast<void>(::madvise(chunk, octets, MADV_HUGEPAGE));
    }
    return static_cast<std::byte*>(chunk);
}

}  // namespace

void* TunnelMemory::take() {
    const std::scoped_lock lock(mutex_);
    if (given_back_ != nullptr) {
        Free* slot = given_back_;
        ASAN_UNPOISON_MEMORY_REGION(slot, slot_);
        given_back_ = slot->next;
        return slot;
    }
    if (unused_ == end_) {
        add_chunk();
    }
    std::byte* slot = unused_;
    unused_ += slot_;
    ASAN_UNPOISON_MEMORY_REGION(slot, slot_);
    return slot;
}

void TunnelMemory::give_back(void* slot) noexcept {
    const std::scoped_lock lock(mutex_);
    given_back_ = new (slot) Free{given_back_};
    ASAN_POISON_MEMORY_REGION(slot, slot_);
}

std::size_t TunnelMemory::held() const {
    const std::scoped_lock lock(mutex_);
    return held_;
}

// Twice as much as there is, so that one tunnel costs little and a million are in few chunks.
void TunnelMemory::add_chunk() {
    const std::size_t octets = std::clamp(held_, page, longest_chunk);
    std::byte* chunk = chunks_.emplace_back(allocate(octets)).get();
    held_ += octets;
    unused_ = chunk;
    end_ = chunk + (octets / slot_ * slot_);
    ASAN_POISON_MEMORY_REGION(chunk, octets);
}

}  // namespace godwit::datapath

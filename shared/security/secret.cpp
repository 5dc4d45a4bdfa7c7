#include "shared/security/secret.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <vector>

namespace godwit::security {
namespace {

// Leaves room in its last page for libsodium's canary, and keeps the slots aligned: sodium_malloc
// puts the end of an allocation at the end of a page.
constexpr std::size_t slab_length = 65536 - 64;
static_assert(slab_length % secret_alignment == 0);

// Free slots, by length. Slabs are kept for use again until the program ends.
class SecretSlabs {
  public:
    SecretSlabs() { initialise(); }
    SecretSlabs(const SecretSlabs&) = delete;
    SecretSlabs& operator=(const SecretSlabs&) = delete;
    ~SecretSlabs() {
        for (void* slab : slabs_) {
            sodium_free(slab);
        }
    }

    void* take(std::size_t length) {
        const std::scoped_lock lock(mutex_);
        SlotClass& slots = class_of(length);
        if (slots.free.empty()) {
            add_slab(slots, rounded(length));
        }
        void* slot = slots.free.back();
        slots.free.pop_back();
        return slot;
    }

    void give_back(void* slot, std::size_t length) noexcept {
        sodium_memzero(slot, rounded(length));
        const std::scoped_lock lock(mutex_);
        class_of(length).free.push_back(slot);  // has room for every slot that was ever cut
    }

  private:
    struct SlotClass {
        std::vector<void*> free;
        std::size_t total = 0;
    };

    static std::size_t rounded(std::size_t length) {
        return (length + secret_alignment - 1) / secret_alignment * secret_alignment;
    }
    SlotClass& class_of(std::size_t length) {
        return classes_.at((rounded(length) / secret_alignment) - 1);
    }

    void add_slab(SlotClass& slots, std::size_t slot_length) {
        const std::size_t count = slab_length / slot_length;
        slots.free.reserve(slots.total + count);
        slabs_.reserve(slabs_.size() + 1);
        auto* slab = static_cast<std::uint8_t*>(sodium_malloc(slab_length));
        if (slab == nullptr) {
            throw std::bad_alloc();
        }
        slabs_.push_back(slab);
        slots.total += count;
        for (std::size_t slot = count; slot-- > 0;) {
            slots.free.push_back(slab + (slot * slot_length));
        }
    }

    std::mutex mutex_;
    std::array<SlotClass, max_secret / secret_alignment> classes_;
    std::vector<void*> slabs_;
};

SecretSlabs& secret_slabs() {
    static SecretSlabs slabs;
    return slabs;
}

}  // namespace

void initialise() {
    if (sodium_init() < 0) {
        throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                                "libsodium finds no source of randomness");
    }
}

void wipe(void* memory, std::size_t length) noexcept {
    sodium_memzero(memory, length);
}

void* take_secret_memory(std::size_t length) {
    return secret_slabs().take(length);
}

void return_secret_memory(void* memory, std::size_t length) noexcept {
    secret_slabs().give_back(memory, length);
}

}  // namespace godwit::security

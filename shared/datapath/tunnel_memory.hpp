#pragma once
// Where tunnels lie: each begins with a cache line, and many of them lie in huge pages. Of a
// million tunnels at random places nearly every one is a miss in the table of pages too, and that
// costs as much as the miss itself (decision 0034).
//
// What is given back is kept for the next: what a home agent once needed it keeps.

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace godwit::datapath {

// Slots of one size, at most a page.
class TunnelMemory {
  public:
    static constexpr std::size_t alignment = 64;  // octets: a cache line

    explicit TunnelMemory(std::size_t octets)
        : slot_((octets + alignment - 1) / alignment * alignment) {}
    TunnelMemory(const TunnelMemory&) = delete;
    TunnelMemory& operator=(const TunnelMemory&) = delete;

    // A slot; throws std::bad_alloc. For any thread, at the pace of the control plane.
    [[nodiscard]] void* take();
    void give_back(void* slot) noexcept;

    [[nodiscard]] std::size_t slot_size() const { return slot_; }  // octets
    // What it has from the system, in octets; pages that no slot has reached are not there yet.
    [[nodiscard]] std::size_t held() const;

  private:
    struct Free {
        Free* next;
    };

    struct FreeChunk {
        void operator()(std::byte* chunk) const noexcept { std::free(chunk); }
    };

    void add_chunk();

    const std::size_t slot_;
    mutable std::mutex mutex_;
    Free* given_back_ = nullptr;
    std::byte* unused_ = nullptr;  // of the last chunk
    std::byte* end_ = nullptr;
    std::size_t held_ = 0;
    std::vector<std::unique_ptr<std::byte, FreeChunk>> chunks_;
};

// An Entry that derives from this is made and freed there by new and delete.
template <class Entry>
struct InTunnelMemory {
    static void* operator new(std::size_t /*size*/) { return memory().take(); }
    static void operator delete(void* entry) noexcept { memory().give_back(entry); }

  private:
    // It is never destroyed: nobody knows who frees the last tunnel.
    static TunnelMemory& memory() {
        static TunnelMemory& memory = *new TunnelMemory(sizeof(Entry));
        return memory;
    }
};

}  // namespace godwit::datapath

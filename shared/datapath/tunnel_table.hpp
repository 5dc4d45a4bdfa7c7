#pragma once
// The look-up at the heart of both directions: a hash table of chained entries that grows by one
// bucket for each entry (linear hashing, Litwin 1980). No insertion ever moves all the others, so
// publishing one binding costs the same with one of them and with a million.
//
// Entries are allocated and freed by whoever publishes them; the table links and unlinks them. An
// Entry has a hashable `key()` and a `std::unique_ptr<Entry> next`.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace godwit::datapath {

template <class Entry>
class TunnelTable {
  public:
    using Key = std::remove_cvref_t<decltype(std::declval<const Entry&>().key())>;

    TunnelTable() { add_bucket(); }

    [[nodiscard]] Entry* find(const Key& key) const {
        Entry* entry = bucket(bucket_of(key)).get();
        while (entry != nullptr && entry->key() != key) {
            entry = entry->next.get();
        }
        return entry;
    }

    // Gives back the entry of the same key that was there before, or nothing.
    std::unique_ptr<Entry> insert(std::unique_ptr<Entry> entry) {
        std::unique_ptr<Entry> replaced = remove(entry->key());
        link(std::move(entry));
        if (++size_ > buckets_) {
            split_next_bucket();
        }
        return replaced;
    }

    std::unique_ptr<Entry> remove(const Key& key) {
        std::unique_ptr<Entry>* place = &bucket(bucket_of(key));
        while (*place != nullptr && (*place)->key() != key) {
            place = &(*place)->next;
        }
        std::unique_ptr<Entry> removed = std::move(*place);
        if (removed != nullptr) {
            *place = std::move(removed->next);
            --size_;
        }
        return removed;
    }

    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    // Small, so that adding one takes no noticeable time either.
    static constexpr std::size_t segment_size = 512;
    using Segment = std::array<std::unique_ptr<Entry>, segment_size>;

    static std::uint64_t hash(const Key& key) {
        // The standard's hash of an integer is the integer: Fibonacci hashing spreads it.
        const std::uint64_t spread = std::hash<Key>{}(key) * 0x9E37'79B9'7F4A'7C15U;
        return spread ^ (spread >> 32U);
    }

    // The buckets from buckets_ up to the next power of two are not split off yet: what belongs
    // there is still in the one with the top bit clear.
    [[nodiscard]] std::size_t bucket_of(const Key& key) const {
        const std::size_t mask = std::bit_ceil(buckets_) - 1;
        const std::size_t index = hash(key) & mask;
        return index < buckets_ ? index : index & (mask >> 1U);
    }

    [[nodiscard]] std::unique_ptr<Entry>& bucket(std::size_t index) const {
        return (*segments_[index / segment_size])[index % segment_size];
    }

    void link(std::unique_ptr<Entry> entry) {
        std::unique_ptr<Entry>& head = bucket(bucket_of(entry->key()));
        entry->next = std::move(head);
        head = std::move(entry);
    }

    void add_bucket() {
        if (buckets_ % segment_size == 0) {
            segments_.push_back(std::make_unique<Segment>());
        }
        ++buckets_;
    }

    void split_next_bucket() {
        std::unique_ptr<Entry> chain = std::move(bucket(buckets_ - std::bit_floor(buckets_)));
        add_bucket();
        while (chain != nullptr) {
            std::unique_ptr<Entry> rest = std::move(chain->next);
            link(std::move(chain));
            chain = std::move(rest);
        }
    }

    std::vector<std::unique_ptr<Segment>> segments_;
    std::size_t buckets_ = 0;
    std::size_t size_ = 0;
};

}  // namespace godwit::datapath

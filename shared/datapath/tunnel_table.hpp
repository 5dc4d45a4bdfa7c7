#pragma once
// The look-up at the heart of both directions: a hash table of cache lines that grows by one line
// for every four entries (linear hashing, Litwin 1980). No insertion ever moves all the others, so
// publishing one binding costs the same with one of them and with a million. Decision 0034.
//
// Entries are allocated and freed by whoever publishes them; the table links and unlinks them. An
// Entry has a hashable `key()` and a `std::unique_ptr<Entry> next`.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "shared/datapath/keyed_hash.hpp"
#include "shared/datapath/tunnel_line.hpp"

namespace godwit::datapath {

template <class Entry, class Hash = KeyedHash>
class TunnelTable {
  public:
    using Key = std::remove_cvref_t<decltype(std::declval<const Entry&>().key())>;

    TunnelTable() { add_line(); }

    [[nodiscard]] Entry* find(const Key& key) const {
        const std::uint64_t hash = hash_(key);
        return line_of(hash).find(Line::tag_of(hash), key);
    }

    // Whether prefetch() is worth while.
    [[nodiscard]] bool outgrows_cache() const { return size_ > fit_in_cache; }
    // A range of keys that are about to be looked up: what find() reads for each of them, and the
    // entries, come into the cache all at once instead of one after the other.
    template <std::ranges::input_range Keys>
    void prefetch(Keys&& keys) const {
        std::array<Place, prefetched_at_once> places;
        std::size_t count = 0;
        for (const Key& key : keys) {
            const std::uint64_t hash = hash_(key);
            const Line& line = line_of(hash);
            line.prefetch();
            places[count++] = {&line, Line::tag_of(hash)};
            if (count == places.size()) {
                prefetch_entries(places);
                count = 0;
            }
        }
        prefetch_entries(std::span(places).first(count));
    }

    // Gives back the entry of the same key that was there before, or nothing.
    std::unique_ptr<Entry> insert(std::unique_ptr<Entry> entry) {
        std::unique_ptr<Entry> replaced = remove(entry->key());
        link(std::move(entry));
        if (++size_ > lines_ * entries_for_each_line) {
            split_next_line();
        }
        return replaced;
    }

    std::unique_ptr<Entry> remove(const Key& key) {
        const std::uint64_t hash = hash_(key);
        Line& line = line_of(hash);
        std::unique_ptr<Entry> more = line.take_more();
        std::unique_ptr<Entry> removed = line.take(Line::tag_of(hash), key);
        while (more != nullptr) {
            std::unique_ptr<Entry> entry = std::exchange(more, std::move(more->next));
            if (entry->key() == key) {
                removed = std::move(entry);
            } else {
                link(std::move(entry));
            }
        }
        size_ -= static_cast<std::size_t>(removed != nullptr);
        return removed;
    }

    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    using Line = TunnelLine<Entry>;
    // Small, so that adding one takes no noticeable time either.
    static constexpr std::size_t segment_size = 64;
    using Segment = std::array<Line, segment_size>;
    struct Place {
        const Line* line;
        std::uint64_t tag;
    };

    // On average. A line that is not split yet has twice as many as one that is.
    static constexpr std::size_t entries_for_each_line = 4;

    // A quarter of a megabyte with their tunnels, which the second level takes.
    static constexpr std::size_t fit_in_cache = 1'024;
    static constexpr std::size_t prefetched_at_once = 64;

    // The lines from lines_ up to the next power of two are not split off yet: what belongs there
    // is still in the one with the top bit clear.
    [[nodiscard]] Line& line_of(std::uint64_t hash) const {
        const std::size_t mask = std::bit_ceil(lines_) - 1;
        const std::size_t index = hash & mask;
        return line(index < lines_ ? index : index & (mask >> 1U));
    }

    [[nodiscard]] Line& line(std::size_t index) const {
        return (*segments_[index / segment_size])[index % segment_size];
    }

    static void prefetch_entries(std::span<const Place> places) {
        for (const Place& place : places) {
            place.line->prefetch_entries(place.tag);
        }
    }

    void link(std::unique_ptr<Entry> entry) {
        const std::uint64_t hash = hash_(entry->key());
        line_of(hash).add(Line::tag_of(hash), std::move(entry));
    }

    void add_line() {
        if (lines_ % segment_size == 0) {
            segments_.push_back(std::make_unique<Segment>());
        }
        ++lines_;
    }

    void split_next_line() {
        std::unique_ptr<Entry> all = line(lines_ - std::bit_floor(lines_)).take_all();
        add_line();
        while (all != nullptr) {
            link(std::exchange(all, std::move(all->next)));
        }
    }

    Hash hash_;
    std::vector<std::unique_ptr<Segment>> segments_;
    std::size_t lines_ = 0;
    std::size_t size_ = 0;
};

}  // namespace godwit::datapath

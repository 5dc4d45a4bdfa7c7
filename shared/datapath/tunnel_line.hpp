#pragma once
// A cache line of a tunnel table: up to seven entries, and of each an octet of its key's hash, so
// that the line alone nearly always tells which of them it is, or that it is none. Whatever does
// not fit is chained behind the last of the seven.
//
//   +------+------+-- --+------+------+----------+----------+-- --+----------+
//   | tag  | tag  | ... | tag  | more | entry    | entry    | ... | entry    |
//   +------+------+-- --+------+------+----------+----------+-- --+----------+
//      1      1            1      1        8          8                8   octets
//
// A tag of 0 is a free place.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace godwit::datapath {

template <class Entry>
class alignas(64) TunnelLine {
  public:
    static constexpr std::size_t places = 7;

    // The octet of a hash by which its entries are told from each other.
    static std::uint64_t tag_of(std::uint64_t hash) {
        const std::uint64_t tag = hash >> 56U;
        return tag + static_cast<std::uint64_t>(tag == 0);
    }

    template <class Key>
    [[nodiscard]] Entry* find(std::uint64_t tag, const Key& key) const {
        for (std::uint64_t same = places_of(tag); same != 0; same &= same - 1) {
            Entry* entry = entries_[first_of(same)].get();
            if (entry->key() == key) {
                return entry;
            }
        }
        return has_more() ? find_behind(key) : nullptr;
    }

    // Asks the processor for what find() reads.
    void prefetch() const { __builtin_prefetch(this); }
    void prefetch_entries(std::uint64_t tag) const {
        for (std::uint64_t same = places_of(tag); same != 0; same &= same - 1) {
            const Entry* entry = entries_[first_of(same)].get();
            for (std::size_t at = 0; at < sizeof(Entry); at += sizeof(TunnelLine)) {
                __builtin_prefetch(reinterpret_cast<const std::byte*>(entry) + at);
            }
        }
    }

    void add(std::uint64_t tag, std::unique_ptr<Entry> entry) {
        const std::uint64_t free = places_of(0);
        if (free == 0) {
            entry->next = std::exchange(entries_.back()->next, nullptr);
            entries_.back()->next = std::move(entry);
            tags_ |= more;
            return;
        }
        const std::size_t place = first_of(free);
        tags_ |= tag << (8 * place);
        entries_[place] = std::move(entry);
    }

    // Of the seven.
    template <class Key>
    std::unique_ptr<Entry> take(std::uint64_t tag, const Key& key) {
        for (std::uint64_t same = places_of(tag); same != 0; same &= same - 1) {
            const std::size_t place = first_of(same);
            if (entries_[place]->key() == key) {
                tags_ &= ~(std::uint64_t{0xff} << (8 * place));
                return std::move(entries_[place]);
            }
        }
        return nullptr;
    }

    // What was behind the last of the seven, as a chain.
    std::unique_ptr<Entry> take_more() {
        if (!has_more()) {
            return nullptr;
        }
        tags_ &= ~more;
        return std::move(entries_.back()->next);
    }

    // As a chain.
    std::unique_ptr<Entry> take_all() {
        std::unique_ptr<Entry> all = take_more();
        for (std::unique_ptr<Entry>& entry : entries_) {
            if (entry != nullptr) {
                entry->next = std::move(all);
                all = std::move(entry);
            }
        }
        tags_ = 0;
        return all;
    }

  private:
    static constexpr std::uint64_t each_octet = 0x0101'0101'0101'0101;
    static constexpr std::uint64_t more = std::uint64_t{1} << 56U;

    // The top bit of each octet that is the tag's.
    [[nodiscard]] std::uint64_t places_of(std::uint64_t tag) const {
        constexpr std::uint64_t low_bits = each_octet * 0x7f;
        constexpr std::uint64_t top_bits = (each_octet * 0x80) >> 8U;  // of the seven
        const std::uint64_t differing = tags_ ^ (each_octet * tag);
        return ~(((differing & low_bits) + low_bits) | differing) & top_bits;
    }
    static std::size_t first_of(std::uint64_t found) {
        return static_cast<std::size_t>(std::countr_zero(found)) / 8;
    }

    [[nodiscard]] bool has_more() const { return tags_ >= more; }

    template <class Key>
    [[nodiscard]] Entry* find_behind(const Key& key) const {
        Entry* entry = entries_.back()->next.get();
        while (entry != nullptr && entry->key() != key) {
            entry = entry->next.get();
        }
        return entry;
    }

    std::uint64_t tags_ = 0;
    std::array<std::unique_ptr<Entry>, places> entries_;
};

}  // namespace godwit::datapath

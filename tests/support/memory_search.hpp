#pragma once
// Looks for octets of keys in all memory that this process may write, where they lie: the heap,
// with what AddressSanitizer keeps of it after it was freed, the stacks, with what is left of calls
// that have returned, secret memory, and what libraries have. Each half of a key is looked for by
// itself, as a register or a cipher's first round has it.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "shared/wire/bytes.hpp"

namespace godwit::test {

class MemorySearch {
  public:
    // What is looked for is kept so that the search does not find itself.
    void look_for(const std::string& name, wire::BytesView octets) {
        for (std::size_t at = 0; at + half <= octets.size(); at += half) {
            Wanted wanted{.name = name + ", from octet " + std::to_string(at), .masked = {}};
            for (std::size_t octet = 0; octet < half; ++octet) {
                wanted.masked[octet] = static_cast<std::uint8_t>(octets[at + octet] ^ mask);
            }
            begins_.at(octets[at]) = true;
            wanted_.push_back(wanted);
        }
    }

    // What has been found, with where.
    [[nodiscard]] std::vector<std::string> found() const {
        std::vector<std::string> all;
        for (const Region& region : regions()) {
            search(region, all);
        }
        return all;
    }
    [[nodiscard]] std::size_t size() const { return wanted_.size(); }

  private:
    static constexpr std::size_t half = 16;    // octets
    static constexpr std::size_t page = 4096;  // octets
    static constexpr std::uint8_t mask = 0x5a;
    // AddressSanitizer's shadow is larger than memory.
    static constexpr std::uintptr_t longest_region = std::uintptr_t{1} << 31U;

    struct Wanted {
        std::string name;
        std::array<std::uint8_t, half> masked{};
    };
    struct Region {
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        std::string name;
    };

    static std::vector<Region> regions() {
        std::vector<Region> all;
        std::ifstream maps("/proc/self/maps");
        for (std::string line; std::getline(maps, line);) {
            Region region;
            char dash = 0;
            std::string permissions;
            std::string skipped;
            std::istringstream in(line);
            in >> std::hex >> region.begin >> dash >> region.end >> permissions >> skipped >>
                skipped >> skipped >> region.name;
            if (permissions.starts_with("rw") && region.end - region.begin < longest_region) {
                all.push_back(region);
            }
        }
        return all;
    }

    // For each page of the region whether it has any memory: most of what AddressSanitizer has
    // reserved has none. Bit 63: in memory, bit 62: swapped (the kernel's pagemap.rst).
    static std::vector<std::uint64_t> pages_of(const Region& region) {
        std::vector<std::uint64_t> pages((region.end - region.begin) / page);
        std::ifstream map;
        map.rdbuf()->pubsetbuf(nullptr, 0);  // the kernel wants whole entries to be read
        map.open("/proc/self/pagemap", std::ios::binary);
        map.seekg(static_cast<std::streamoff>(region.begin / page * sizeof(std::uint64_t)));
        if (!map.read(reinterpret_cast<char*>(pages.data()),
                      static_cast<std::streamsize>(pages.size() * sizeof(std::uint64_t)))) {
            std::ranges::fill(pages, ~std::uint64_t{0});  // then all is looked at
        }
        return pages;
    }
    void search(const Region& region, std::vector<std::string>& all) const {
        const std::vector<std::uint64_t> pages = pages_of(region);
        std::size_t first = 0;  // of a stretch of pages that are there
        for (std::size_t at = 0; at <= pages.size(); ++at) {
            if (at == pages.size() || (pages[at] >> 62U) == 0) {
                if (at > first) {
                    search(region.begin + (first * page), region.begin + (at * page), region.name,
                           all);
                }
                first = at + 1;
            }
        }
    }
    // Reads what AddressSanitizer says must not be read: that is what it is for.
    __attribute__((no_sanitize("address", "undefined", "thread"))) void search(
        std::uintptr_t from, std::uintptr_t to, const std::string& where,
        std::vector<std::string>& all) const {
        const auto* end = reinterpret_cast<const volatile std::uint8_t*>(to) - half;
        const bool* begins = begins_.data();
        for (const auto* at = reinterpret_cast<const volatile std::uint8_t*>(from); at <= end;
             ++at) {
            if (!begins[*at]) {
                continue;
            }
            for (const Wanted& wanted : wanted_) {
                const std::uint8_t* masked = wanted.masked.data();
                std::size_t alike = 0;
                while (alike < half && (at[alike] ^ mask) == masked[alike]) {
                    ++alike;
                }
                if (alike == half) {
                    all.push_back(wanted.name + ": in " + where);
                }
            }
        }
    }

    std::vector<Wanted> wanted_;
    std::array<bool, std::numeric_limits<std::uint8_t>::max() + 1> begins_{};
};

}  // namespace godwit::test

#pragma once
// The prefixes that are behind home addresses (RFC 3963). A worker has one for each direction. Who
// has none of them pays nothing for it: it is asked only about addresses that are no home address.

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "shared/datapath/tunnel_table.hpp"
#include "shared/wire/address.hpp"

namespace godwit::datapath {

struct NetworkPrefix {
    std::unique_ptr<NetworkPrefix> next;
    wire::Prefix prefix;
    wire::HomeAddress home;

    NetworkPrefix(const wire::Prefix& behind, const wire::HomeAddress& of)
        : prefix(behind), home(of) {}
    [[nodiscard]] const wire::Prefix& key() const { return prefix; }
};

class NetworkPrefixes {
  public:
    // Gives back whose the same prefix was before, or nothing.
    std::unique_ptr<NetworkPrefix> insert(std::unique_ptr<NetworkPrefix> prefix) {
        count(prefix->prefix.length, 1);
        auto before = prefixes_.insert(std::move(prefix));
        if (before != nullptr) {
            count(before->prefix.length, -1);
        }
        return before;
    }
    // Gives it back; nothing, if it is another's by now.
    std::unique_ptr<NetworkPrefix> remove(const wire::HomeAddress& home,
                                          const wire::Prefix& prefix) {
        const NetworkPrefix* known = prefixes_.find(prefix);
        if (known == nullptr || known->home != home) {
            return nullptr;
        }
        count(prefix.length, -1);
        return prefixes_.remove(prefix);
    }

    [[nodiscard]] bool empty() const { return prefixes_.size() == 0; }
    // Behind whom an address is: the longest prefix says so. One look-up for each length that there
    // is.
    [[nodiscard]] std::optional<wire::HomeAddress> home_of(const wire::Ipv6Address& address) const {
        for (const std::uint8_t length : lengths_) {
            if (const auto* found = prefixes_.find(wire::Prefix::around(address, length))) {
                return found->home;
            }
        }
        return std::nullopt;
    }

  private:
    void count(std::uint8_t length, int change) {
        std::int64_t& of_this_length = of_length_.at(length);
        const bool was_there = of_this_length > 0;
        of_this_length += change;
        if (was_there == (of_this_length > 0)) {
            return;
        }
        std::erase(lengths_, length);
        if (!was_there) {
            lengths_.insert(std::ranges::upper_bound(lengths_, length, std::ranges::greater()),
                            length);
        }
    }

    TunnelTable<NetworkPrefix> prefixes_;
    std::array<std::int64_t, 129> of_length_{};
    std::vector<std::uint8_t> lengths_;  // that there are, the longest first
};

}  // namespace godwit::datapath

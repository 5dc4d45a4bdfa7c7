#pragma once
// Who may bind which home address (RFC 6275 §5.1), and which prefixes behind it (RFC 3963 §6.1.2):
// those of the configuration, in the order of their PeerIds, and those who join later.

#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/core/allowance.hpp"
#include "shared/mobility/session.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

struct MobileNodeRecord {
    std::string name;
    wire::HomeAddress home;
    mobility::Protection protection = mobility::Protection::sealed;
    std::optional<wire::Ipv4Address> ipv4_home{};  // the same one until a backup has another
    bool may_register = true;  // otherwise it hears, authenticated, that it may not
    std::vector<wire::Prefix> network_prefixes{};  // none overlaps another, of anybody
};

// Whether a binding that was made under the one is as good under the other.
inline bool has_same_addresses(const MobileNodeRecord& one, const MobileNodeRecord& other) {
    return one.home == other.home && one.ipv4_home == other.ipv4_home &&
           one.network_prefixes == other.network_prefixes;
}

class MobileNodeRegistry {
  public:
    // What a peer's record says is of use until the next change.
    explicit MobileNodeRegistry(std::vector<MobileNodeRecord> entries)
        : entries_(std::move(entries)), allowances_(entries_.size()) {
        for (std::size_t index = 0; index < entries_.size(); ++index) {
            add(mobility::PeerId{static_cast<std::uint32_t>(index)});
        }
    }

    // A new one, or in place of what was known of the peer.
    void put(mobility::PeerId peer, MobileNodeRecord record) {
        if (peer.index >= entries_.size()) {
            entries_.resize(peer.index + 1);
            allowances_.resize(entries_.size());
        }
        forget_networks(peer);
        entries_[peer.index] = std::move(record);
        add(peer);
    }
    void remove(mobility::PeerId peer) {
        const MobileNodeRecord* record = find(peer);
        if (record == nullptr) {
            return;
        }
        const auto owner = by_home_.find(record->home);
        if (owner != by_home_.end() && owner->second == peer) {
            by_home_.erase(owner);
        }
        forget_networks(peer);
        entries_[peer.index] = {};
    }

    // nullptr if there is no such peer.
    [[nodiscard]] const MobileNodeRecord* find(mobility::PeerId peer) const {
        return peer.index < entries_.size() && !entries_[peer.index].home.address.is_unspecified()
                   ? &entries_[peer.index]
                   : nullptr;
    }
    [[nodiscard]] const MobileNodeRecord* find(const wire::HomeAddress& home) const {
        const auto found = by_home_.find(home);
        return found == by_home_.end() ? nullptr : find(found->second);
    }

    // What is left to the peer of what it may ask; nullptr if there is no such peer.
    [[nodiscard]] Allowance* allowance(mobility::PeerId peer) {
        return find(peer) != nullptr ? &allowances_[peer.index] : nullptr;
    }
    [[nodiscard]] Allowance* allowance(const wire::HomeAddress& home) {
        const auto found = by_home_.find(home);
        return found == by_home_.end() ? nullptr : allowance(found->second);
    }

    // Whether anybody may have a network behind him.
    [[nodiscard]] bool has_networks() const { return !by_network_.empty(); }
    // In whose network the address is, bound or not; nullptr if in nobody's.
    [[nodiscard]] const MobileNodeRecord* in_front_of(const wire::Ipv6Address& address) const {
        const auto next = by_network_.upper_bound(wire::Prefix::host(address));
        return next != by_network_.begin() && std::prev(next)->first.contains(address)
                   ? find(std::prev(next)->second)
                   : nullptr;
    }

  private:
    void add(mobility::PeerId peer) {
        const MobileNodeRecord& record = entries_[peer.index];
        by_home_.insert_or_assign(record.home, peer);
        for (const wire::Prefix& prefix : record.network_prefixes) {
            by_network_.insert_or_assign(prefix, peer);
        }
    }
    void forget_networks(mobility::PeerId peer) {
        for (const wire::Prefix& prefix : entries_[peer.index].network_prefixes) {
            const auto known = by_network_.find(prefix);
            if (known != by_network_.end() && known->second == peer) {
                by_network_.erase(known);
            }
        }
    }

    std::vector<MobileNodeRecord> entries_;  // those who have gone leave an empty one
    std::vector<Allowance> allowances_;      // by the same index
    std::unordered_map<wire::HomeAddress, mobility::PeerId> by_home_;
    std::map<wire::Prefix, mobility::PeerId> by_network_;
};

}  // namespace godwit::server

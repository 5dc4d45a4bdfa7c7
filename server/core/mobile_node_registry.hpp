#pragma once
// Who may bind which home address (RFC 6275 §5.1), as the configuration says it. The order is that
// of the PeerIds.

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "shared/mobility/session.hpp"
#include "shared/wire/address.hpp"

namespace godwit::server {

struct MobileNodeRecord {
    std::string name;
    wire::HomeAddress home;
    mobility::Protection protection = mobility::Protection::sealed;
    std::optional<wire::Ipv4Address> ipv4_home{};  // always the same one
};

class MobileNodeRegistry {
  public:
    explicit MobileNodeRegistry(std::vector<MobileNodeRecord> entries)
        : entries_(std::move(entries)) {
        for (std::size_t index = 0; index < entries_.size(); ++index) {
            by_home_.emplace(entries_[index].home,
                             mobility::PeerId{static_cast<std::uint32_t>(index)});
        }
    }

    // nullptr if there is no such peer.
    [[nodiscard]] const MobileNodeRecord* find(mobility::PeerId peer) const {
        return peer.index < entries_.size() ? &entries_[peer.index] : nullptr;
    }
    [[nodiscard]] const MobileNodeRecord* find(const wire::HomeAddress& home) const {
        const auto found = by_home_.find(home);
        return found == by_home_.end() ? nullptr : find(found->second);
    }

  private:
    std::vector<MobileNodeRecord> entries_;
    std::unordered_map<wire::HomeAddress, mobility::PeerId> by_home_;
};

}  // namespace godwit::server

#pragma once
// Invites that are forgotten with the test.

#include <map>
#include <optional>
#include <utility>

#include "shared/security/enrolment.hpp"

namespace godwit::security {

class MemoryEnrolment final : public Enrolment {
  public:
    struct Entry {
        PresharedKey secret;
        mobility::PeerId peer;
        std::optional<JoinRefusal> refusal{};
        std::optional<PublicKey> spent_by{};
    };

    void add(const InviteId& invite, Entry entry) { entries_[invite] = std::move(entry); }
    void refuse(const InviteId& invite, JoinRefusal refusal) {
        entries_.at(invite).refusal = refusal;
    }
    [[nodiscard]] std::optional<PublicKey> spent_by(const InviteId& invite) const {
        return entries_.at(invite).spent_by;
    }

    [[nodiscard]] const PresharedKey* secret(const InviteId& invite) const override {
        const auto found = entries_.find(invite);
        return found != entries_.end() ? &found->second.secret : nullptr;
    }
    [[nodiscard]] std::expected<mobility::PeerId, JoinRefusal> join(const InviteId& invite,
                                                                    const PublicKey& key) override {
        Entry& entry = entries_.at(invite);
        if (entry.refusal) {
            return std::unexpected(*entry.refusal);
        }
        if (entry.spent_by && *entry.spent_by != key) {
            return std::unexpected(JoinRefusal::spent_invite);
        }
        entry.spent_by = key;
        return entry.peer;
    }

  private:
    std::map<InviteId, Entry> entries_;
};

}  // namespace godwit::security

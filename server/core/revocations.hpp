#pragma once
// Binding revocations that the mobile node has yet to acknowledge (RFC 5846 §6.3, §7). The binding
// itself has ended at once; its sessions live on only for this.

#include <chrono>
#include <cstddef>
#include <optional>
#include <unordered_map>

#include "server/core/binding_cache.hpp"
#include "server/core/home_deadlines.hpp"
#include "shared/mobility/node.hpp"
#include "shared/wire/messages/binding_revocation.hpp"
#include "shared/wire/sequence_number.hpp"

namespace godwit::server {

class Revocations {
  public:
    // RFC 5846 §11, with a number of retries for paths that lose packets (the default is 1): an
    // indication that gets lost costs the mobile node its time of noticing.
    static constexpr std::chrono::seconds initial_min_delay{1};  // InitMINDelayBRIs
    static constexpr std::chrono::seconds max_brack_timeout{2};  // MAX_BRACK_TIMEOUT
    static constexpr std::size_t max_retries = 3;                // BRIMaxRetriesNumber

    // Takes the binding's sessions over, and asks along its path for the first time.
    void begin(mobility::Instant now, Binding& binding, wire::RevocationTrigger trigger,
               mobility::Actions& actions);
    // Whether it acknowledges one: then its sessions have ended.
    bool on_acknowledgement(const wire::HomeAddress& home, const mobility::Proof& proof,
                            wire::SequenceNumber sequence, mobility::Actions& actions);
    // The mobile node has registered again (§7): the old sessions are over.
    void drop(const wire::HomeAddress& home, mobility::Actions& actions);

    // Asks again, or gives up.
    void on_deadline(mobility::Instant now, mobility::Actions& actions);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return deadlines_.next();
    }

    [[nodiscard]] std::size_t size() const { return pending_.size(); }  // home addresses

  private:
    struct Pending {
        mobility::Path path;
        mobility::Seal seal;
        wire::BindingRevocationIndication indication;
        std::chrono::seconds delay = initial_min_delay;
        std::size_t retries = 0;
        BindingSessions sessions;
    };

    static void ask(const wire::HomeAddress& home, const Pending& pending,
                    mobility::Actions& actions);

    std::unordered_map<wire::HomeAddress, Pending> pending_;
    HomeDeadlines deadlines_;
    wire::SequenceNumber sequence_;
};

}  // namespace godwit::server

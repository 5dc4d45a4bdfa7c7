#pragma once
// RFC 6275 §9.1, §10.1: which home address is bound to which care-of address. An entry that has
// been given up stays for MAX_DELETE_BCE_TIMEOUT as invalid (§10.3.2), so that a late older binding
// update finds its sequence number out of the window.

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/core/binding_sessions.hpp"
#include "server/core/deadline_heap.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/lifetime.hpp"
#include "shared/wire/sequence_number.hpp"

namespace godwit::server {

// RFC 5555 §4.2: what the mobile node takes for its care-of address is not what its packets come
// from.
inline bool is_behind_nat(const wire::CareOfAddress& care_of, const mobility::Path& path) {
    return path.encapsulation == mobility::Encapsulation::udp && care_of.address != path.remote;
}

// The binding of a home address that is in use. Others of the same home address (RFC 5648) are in
// other_bindings.hpp.
struct Binding {
    wire::HomeAddress home;
    wire::CareOfAddress care_of;
    mobility::Path path;
    std::uint16_t binding_id = 0;   // BID (RFC 5648 §4.3); 0: none
    std::uint8_t priority = 0;      // BID-PRI (RFC 6089 §4.1)
    wire::SequenceNumber sequence;  // of all bindings of the home address
    wire::Lifetime granted{};
    mobility::Instant expires;  // of an invalid entry: when it goes
    bool is_valid = true;
    bool is_held = false;  // no data goes to it until the mobile node has shown where it is
    mobility::Protection protection = mobility::Protection::sealed;
    std::optional<wire::Ipv4Address> ipv4;         // bound beside the home address
    bool is_router = false;                        // R (RFC 3963 §6.1.1)
    std::vector<wire::Prefix> network_prefixes{};  // behind it
    BindingSessions sessions;

    [[nodiscard]] bool is_behind_nat() const { return server::is_behind_nat(care_of, path); }
};

class BindingCache {
  public:
    // The entry, valid or not, that has not expired at `now`; nullptr if there is none.
    [[nodiscard]] const Binding* find(const wire::HomeAddress& home, mobility::Instant now) const;

    // Stores the entry in place of the one of the same home address.
    Binding& put(const Binding& binding);
    // Changes sessions or validity; the deadlines follow.
    template <class Change>
    void change(const wire::HomeAddress& home, Change&& change_entry) {
        const auto found = bindings_.find(home);
        if (found != bindings_.end()) {
            std::forward<Change>(change_entry)(static_cast<Binding&>(found->second));
            deadlines_.put(*found, deadline_of(found->second));
        }
    }
    void erase(const wire::HomeAddress& home);

    // The home address whose entry has the earliest deadline at or before `now`.
    [[nodiscard]] std::optional<wire::HomeAddress> due(mobility::Instant now) const {
        return deadlines_.due(now);
    }
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return deadlines_.next();
    }

    [[nodiscard]] std::size_t size() const { return bindings_.size(); }
    [[nodiscard]] auto begin() const { return bindings_.begin(); }
    [[nodiscard]] auto end() const { return bindings_.end(); }

  private:
    struct Entry : Binding {
        HeapPlace heap_place;
    };
    static mobility::Instant deadline_of(const Binding& binding);

    std::unordered_map<wire::HomeAddress, Entry> bindings_;
    DeadlineHeap<Entry> deadlines_;
};

}  // namespace godwit::server

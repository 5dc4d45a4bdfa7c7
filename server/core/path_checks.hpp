#pragma once
// What the home agent finds out by heartbeats inside the tunnel (RFC 5847): whether a mobile node
// is where it says it is, and how long a packet to it may be. The deadlines of all bindings are in
// one order, so that many resting ones cost nothing. In the laboratory profile nothing is asked.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/core/binding_cache.hpp"
#include "server/core/care_of_proof.hpp"
#include "server/core/deadline_heap.hpp"
#include "shared/mobility/node.hpp"
#include "shared/mobility/path_mtu_search.hpp"

namespace godwit::server {

struct PathCheckSettings {
    std::function<std::uint32_t()> random;  // what nobody can predict
    std::uint32_t path_mtu = 1500;          // of this end's interface, octets
    std::chrono::nanoseconds mtu_probe_interval = std::chrono::seconds(600);
};

// How a heartbeat to this mobile node proves itself: by the tunnel or, where that is plain, itself.
mobility::Seal heartbeat_seal(const Binding& binding);
// A request to it along this path, of at least `padded_to` octets.
mobility::SendMessage heartbeat_request(const Binding& binding, const mobility::Path& path,
                                        std::uint32_t sequence, std::uint32_t padded_to = 0);

class PathChecks {
  public:
    explicit PathChecks(PathCheckSettings settings) : settings_(std::move(settings)) {}

    // The mobile node says that it is there; `before` is where it has been, if it is bound. Returns
    // where its data shall go; nowhere until it has answered.
    std::optional<Whereabouts> on_claim(mobility::Instant now, const Binding& binding,
                                        const Whereabouts& claimed,
                                        const std::optional<Whereabouts>& before);
    // The mobile node is there, which other heartbeats have shown.
    void on_known(const Binding& binding, const Whereabouts& place);
    // The binding's tunnel leads along its path from now on, or is held. How long packets may be is
    // asked once the mobile node has answered from there: before, it may not have the keys yet.
    void on_directed(mobility::Instant now, const Binding& binding,
                     std::chrono::nanoseconds round_trip, mobility::Actions& actions);
    // Requests that are due because of either.
    void ask(mobility::Instant now, const Binding& binding, mobility::Actions& actions);
    // A packet of its has come along this path: if nothing there has answered so far, it is asked
    // again.
    void on_heard(mobility::Instant now, const Binding& binding, mobility::Path path,
                  mobility::Actions& actions);
    // A heartbeat response. Tells where it proves the mobile node to be, once.
    struct Proved {
        Whereabouts place;
        std::chrono::nanoseconds round_trip{};
    };
    std::optional<Proved> on_answer(mobility::Instant now, const Binding& binding,
                                    std::uint32_t sequence, mobility::Actions& actions);
    // Whether the number is that of one of the last heartbeats that asked how long packets may be.
    [[nodiscard]] bool has_probed(const wire::HomeAddress& home, std::uint32_t sequence) const;
    void on_large_sent(mobility::Instant now, const Binding& binding, mobility::Actions& actions);

    // The binding whose deadline is the earliest, at or before `now`.
    [[nodiscard]] std::optional<wire::HomeAddress> due(mobility::Instant now) const {
        return deadlines_.due(now);
    }
    struct Unproved {
        Whereabouts claimed;
        std::optional<Whereabouts> proved;
    };
    // What is due is done; tells of a place that has not answered.
    std::optional<Unproved> on_deadline(mobility::Instant now, const Binding& binding,
                                        mobility::Actions& actions);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return deadlines_.next();
    }

    // The binding has become invalid. What is in doubt stays so until it goes.
    void on_binding_ended(mobility::Instant now, const wire::HomeAddress& home);
    // Nothing is left of the binding. What is in doubt stays so for a while.
    void on_binding_gone(mobility::Instant now, const wire::HomeAddress& home);
    void forget(const wire::HomeAddress& home);

    // Where the mobile node says that it is, whether or not data goes there.
    [[nodiscard]] Whereabouts claim_of(const Binding& binding) const;
    // Whether nothing is in doubt about where the mobile node's data goes.
    [[nodiscard]] bool is_proved(const Binding& binding) const;
    [[nodiscard]] mobility::TunnelMtu mtu(const Binding& binding) const;
    // What leaves this end's interface whole along that path; where nobody can be asked how much
    // less arrives, what every path of IPv6 has room for.
    [[nodiscard]] mobility::TunnelMtu ceiling(const mobility::Path& path,
                                              mobility::Protection protection) const;

    [[nodiscard]] std::size_t size() const { return checks_.size(); }  // home addresses

  private:
    struct Check {
        explicit Check(mobility::PathMtuSearch resting) : search(std::move(resting)) {}

        std::unique_ptr<CareOfProof> proof;  // while there is a doubt
        // Left of the proof before, until then.
        struct Doubt {
            mobility::Path path;
            mobility::Instant until;
        };
        std::vector<Doubt> doubts;
        mobility::PathMtuSearch search;
        std::optional<mobility::Instant> lapses{};  // without a binding
        HeapPlace heap_place;
    };
    using Entry = DeadlineHeap<Check>::Entry;

    static void settle(mobility::Instant now, Check& check);
    // What is left in doubt becomes the next proof's.
    static std::vector<mobility::Path> take_doubts(mobility::Instant now, Check& check);
    Entry& entry_of(const wire::HomeAddress& home);
    [[nodiscard]] mobility::PathMtuSearch new_search() const;
    void perform(const mobility::PathMtuSearch::Orders& orders, const Binding& binding,
                 mobility::Actions& actions);
    void schedule(Entry& entry);

    PathCheckSettings settings_;
    std::unordered_map<wire::HomeAddress, Check> checks_;
    DeadlineHeap<Check> deadlines_;
};

}  // namespace godwit::server

#pragma once
// Keeps a mobile node that is away from home on a path that carries: which of the offers is used,
// how it is proved, how long its packets may be, and when another one is taken
// (docs/protocol.md).

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "client/core/home_registration.hpp"
#include "client/core/nat_keepalive.hpp"
#include "client/core/path_liveness.hpp"
#include "client/core/path_memory.hpp"
#include "client/core/path_offers.hpp"
#include "client/core/path_probes.hpp"
#include "client/core/target.hpp"
#include "shared/mobility/node.hpp"
#include "shared/mobility/path_mtu_search.hpp"

namespace godwit::client {

struct RoamingSettings {
    wire::HomeAddress home;
    mobility::Protection protection = mobility::Protection::sealed;
    std::uint32_t first_heartbeat = 0;  // random
    std::uint16_t scout_port = 0;       // a UDP socket that nothing else uses; 0: there is none
    std::chrono::nanoseconds mtu_probe_interval = std::chrono::minutes(10);
};

class Roaming {
  public:
    // The registration outlives it.
    Roaming(const RoamingSettings& settings, HomeRegistration& registration);

    // What the links offer now, the best first; not empty. `if_lost`: why the node moves if the
    // path in use is not among them, seen from the place that was acknowledged last.
    void on_offers(mobility::Instant now, std::vector<Away> offers, mobility::MoveCause if_lost,
                   mobility::Actions& actions);
    // At home, or nowhere.
    void rest();
    // A path that is registered beside the one in use, and carries; none: there is none.
    void on_warm(const std::optional<mobility::Path>& path) { warm_ = path; }
    // Whether flows take other paths than the one in use: then of what comes in only that counts
    // which comes along this one.
    void on_flows(bool go_beside) { flows_go_beside_ = go_beside; }
    // This one has been seen to carry for long: it is taken, if it is better than the one in use,
    // and that one is not being asked whether it still carries.
    void prefer(mobility::Instant now, const mobility::Path& path, mobility::Actions& actions);
    // There is no binding any more, so nothing to ask through and nothing to keep alive.
    void on_unbound(mobility::Instant now, mobility::Actions& actions);
    // The binding has expired, or the home agent has ended it.
    void register_again(mobility::Instant now, mobility::Actions& actions);
    // The machine has been asleep: neither the path nor the session is known to be as it was.
    void on_resume(mobility::Instant now, mobility::Actions& actions);

    // The binding of the registration has just been acknowledged. Returns whether it is of a path
    // that is still offered; if it is not, the one in use is registered in its place.
    bool on_acknowledged(mobility::Instant now, const wire::BindingAcknowledgement& message,
                         mobility::Actions& actions);
    // A heartbeat response, authenticated.
    void on_response(mobility::Instant now, const wire::Heartbeat& response,
                     mobility::Actions& actions);
    void on_traffic(mobility::Instant now, const mobility::TrafficNotice& notice,
                    mobility::Actions& actions);
    void on_deadline(mobility::Instant now, mobility::Actions& actions);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;

    [[nodiscard]] const std::optional<Away>& in_use() const { return in_use_; }
    // It has been acknowledged and has answered.
    [[nodiscard]] bool is_settled() const { return in_use_ && is_settled_; }
    // It is settled, or has been at this address since that was taken, and nothing has spoken
    // against it: being asked anew, as after sleep, does not.
    [[nodiscard]] bool is_proved(mobility::Instant now) const;
    [[nodiscard]] const std::vector<Away>& offers() const { return offers_; }
    // Why the node is there, seen from the place that was acknowledged last.
    [[nodiscard]] mobility::MoveCause cause() const { return move_cause_; }
    [[nodiscard]] const PathMemory& memory() const { return memory_; }
    [[nodiscard]] mobility::TunnelMtu mtu() const { return mtu_.mtu(); }
    // Along the path in use, as it was measured last; 0: not known.
    [[nodiscard]] std::chrono::nanoseconds round_trip() const { return round_trip_; }
    // The home agent saw another address than the node's own.
    [[nodiscard]] bool is_behind_nat() const { return keepalive_.is_behind_nat(); }

  private:
    void take(mobility::Instant now, const Away& offer, mobility::MoveCause cause,
              mobility::Actions& actions, bool doubts_session = false);
    [[nodiscard]] PathLeft left(mobility::MoveCause cause) const;
    void switch_to(mobility::Instant now, Away other, mobility::MoveCause cause,
                   mobility::Actions& actions);
    [[nodiscard]] std::vector<mobility::Path> all_paths() const;
    void forget_what_has_gone();
    void be_at(const Away& offer);
    void race(mobility::Instant now, mobility::Actions& actions);
    void race_again_if_over(mobility::Instant now, mobility::Actions& actions);
    void settle_if_proved(mobility::Instant now, mobility::Actions& actions);
    void stop_asking_if_settled(mobility::Instant now);
    void remember_failure(mobility::Instant now, const mobility::Path& path);
    void on_path_answered(mobility::Instant now, const PathProbes::Answer& answer,
                          mobility::Actions& actions);
    void on_path_in_use_answered(mobility::Instant now, const PathProbes::Answer& answer,
                                 mobility::Actions& actions);
    void take_better_if_well(mobility::Instant now, mobility::Actions& actions);
    void leave_if_mute(mobility::Instant now, mobility::Actions& actions);
    void leave_if_silent(mobility::Instant now, mobility::Actions& actions);
    void leave_silent(mobility::Instant now, Away other, mobility::Actions& actions);
    void tell_of_silence(mobility::Instant now, mobility::Actions& actions) const;
    void on_reading(mobility::Instant now, const mobility::TrafficNotice& notice,
                    mobility::Actions& actions);
    [[nodiscard]] std::uint64_t heard(const mobility::TrafficNotice& notice) const;
    void listen_along(mobility::Actions& actions) const;
    [[nodiscard]] bool has_another() const { return warm_.has_value() && !flows_go_beside_; }
    void ask(mobility::Instant now);
    [[nodiscard]] std::vector<mobility::Path> paths_to_ask() const;
    void take_nat_detection(mobility::Instant now, const wire::BindingAcknowledgement& message,
                            mobility::Actions& actions);
    void keep_alive(mobility::Instant now, mobility::Actions& actions);
    void ask_due(mobility::Instant now, mobility::Actions& actions);
    void follow(mobility::Instant now, const mobility::PathMtuSearch::Orders& orders,
                mobility::Actions& actions);
    void send_heartbeat(mobility::Instant now, const mobility::Path& path,
                        const wire::Heartbeat& request, mobility::Actions& actions,
                        std::uint32_t padded_to = 0);
    void watch(mobility::WatchTraffic::What what, mobility::Actions& actions) const;
    // What leaves this end's interface whole along the path in use; where nobody can be asked how
    // much less arrives, what every path of IPv6 has room for.
    [[nodiscard]] std::uint32_t ceiling(mobility::Instant now) const;
    [[nodiscard]] bool can_ask(mobility::Instant now) const;
    [[nodiscard]] const Away* other_that_answered() const;

    RoamingSettings settings_;
    HomeRegistration& registration_;
    std::vector<Away> offers_;
    std::optional<Away> in_use_;
    std::optional<mobility::Path> warm_;
    bool flows_go_beside_ = false;
    std::uint64_t heard_along_ = 0;  // as often as something has come along the path in use
    std::optional<mobility::Path> better_answered_;  // while the one in use was being asked
    std::optional<Away> proved_;   // was settled once, at the address of the one in use
    mobility::MoveCause cause_{};  // why the path is in use instead of the one before
    mobility::MoveCause move_cause_{};
    mobility::MoveCause if_lost_{};  // move_cause_ where the path before was lost
    bool is_acknowledged_ = false;   // by the home agent, for the path in use
    bool is_answered_ = false;       // a heartbeat has gone there and back
    bool is_settled_ = false;        // both, and the rest follows
    std::chrono::nanoseconds round_trip_{};
    PathMemory memory_;
    PathProbes probes_;
    PathLiveness liveness_;
    mobility::PathMtuSearch mtu_;
    NatKeepalive keepalive_;
    std::optional<mobility::Instant> ask_again_at_;
    std::optional<std::uint32_t> restart_counter_;  // the home agent's
};

}  // namespace godwit::client

#pragma once
// The mobile node of RFC 6275 §11, without any input or output: it follows what the links offer
// (§11.5), keeps its home agent informed (HomeRegistration), and says where traffic has to go.

#include <cstddef>
#include <optional>
#include <string_view>

#include "client/core/flow_routing.hpp"
#include "client/core/home_registration.hpp"
#include "client/core/move_record.hpp"
#include "client/core/path_offers.hpp"
#include "client/core/roaming.hpp"
#include "client/core/target.hpp"
#include "client/core/warm_path.hpp"
#include "shared/mobility/attachment.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::client {

enum class State : std::uint8_t {
    unattached,   // no link that reaches the home agent
    registering,  // the home agent has not acknowledged the present place yet
    registered,   // away from home, bound
    home,         // on the home link, the tunnel at rest
    revoked,      // the home agent has ended the registration and does not want another
};

std::string_view name(State state);

struct MobileNodeSettings {
    RegistrationSettings registration;
    // What may be used on the way to the home agent, in the order in which it is tried.
    std::vector<mobility::Encapsulation> encapsulations{mobility::Encapsulation::ip6,
                                                        mobility::Encapsulation::udp};
    bool udp_is_cheaper = false;                             // PathPreferences::udp_is_cheaper
    std::vector<std::uint16_t> ports{mobility::dsmip_port};  // of the home agent
    std::uint32_t first_heartbeat = 0;                       // random
    std::uint16_t scout_port = 0;                            // RoamingSettings::scout_port
    std::chrono::nanoseconds mtu_probe_interval = std::chrono::minutes(10);
    std::vector<FlowWish> flows{};
};

class MobileNode final : public mobility::Node {
  public:
    explicit MobileNode(const MobileNodeSettings& settings);

    // The links have changed, or perhaps not.
    [[nodiscard]] mobility::Actions on_attachments(mobility::Instant now,
                                                   const mobility::Attachments& attachments);
    // The machine has been asleep, for whatever time: no answer that is still awaited will come,
    // and nobody has kept the path and the binding alive.
    [[nodiscard]] mobility::Actions on_resume(mobility::Instant now);
    // This network may let through from now on what it did not before: a registration that has gone
    // unanswered is asked for as if for the first time.
    [[nodiscard]] mobility::Actions on_let_through(mobility::Instant now);
    // The prefix of the home address is valid until then (RFC 6275 §11.4.2); nothing: for ever.
    void on_home_prefix(std::optional<mobility::Instant> valid_until) {
        registration_.on_home_prefix(valid_until);
    }
    // The program is about to end: the binding is given up. From now on nothing else is asked of
    // the home agent; what it is asked, it may answer until has_left().
    [[nodiscard]] mobility::Actions on_stop(mobility::Instant now);
    // After on_stop(): the home agent knows, or there is nothing for it to know.
    [[nodiscard]] bool has_left() const { return is_leaving_ && !registration_.is_pending(); }

    [[nodiscard]] mobility::Actions on_received(mobility::Instant now,
                                                const mobility::Received& received) override;
    [[nodiscard]] mobility::Actions on_session_confirmed(mobility::Instant now,
                                                         mobility::SessionId session) override;
    [[nodiscard]] mobility::Actions on_rekey_due(mobility::Instant now,
                                                 mobility::SessionId session) override;
    [[nodiscard]] mobility::Actions on_moved_endpoint(mobility::Instant now,
                                                      mobility::SessionId session,
                                                      const mobility::Path& path) override;
    [[nodiscard]] mobility::Actions on_traffic(mobility::Instant now,
                                               const mobility::TrafficNotice& notice) override;
    [[nodiscard]] mobility::Actions on_resent(mobility::Instant now,
                                              const mobility::ResentNotice& notice) override;
    [[nodiscard]] mobility::Actions on_deadline(mobility::Instant now) override;
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const override;

    [[nodiscard]] State state(mobility::Instant now) const;
    // Where the node is, acknowledged or not; it is on the home link as soon as that is seen.
    [[nodiscard]] const Target& target() const { return target_; }
    // At home: the home agent has been told, or it is about to be in this very moment. Before, the
    // home address MUST NOT be used there (RFC 6275 §11.5.5).
    [[nodiscard]] bool may_use_home_link() const {
        return std::holds_alternative<AtHome>(target_) && last_sequence() != last_sequence_away_;
    }
    // Whether it is a care-of address that the links offer, in use or not.
    [[nodiscard]] bool is_care_of_address(const wire::Ipv6Address& address) const;
    [[nodiscard]] const Binding* binding(mobility::Instant now) const {
        return registration_.binding(now);
    }
    [[nodiscard]] std::optional<wire::Ipv4Address> ipv4_home() const {
        return registration_.ipv4_home();
    }
    // As the home agent has told.
    [[nodiscard]] const mobility::DnsConfiguration& dns() const { return registration_.dns(); }
    [[nodiscard]] const NetworkRegistration& network() const { return registration_.network(); }
    [[nodiscard]] const std::vector<RefusedFlow>& refused_flows() const {
        return registration_.refused_flows();
    }
    [[nodiscard]] bool is_behind_nat() const { return roaming_.is_behind_nat(); }
    // To the home agent and back, as it was measured last; 0: not known.
    [[nodiscard]] std::chrono::nanoseconds round_trip() const { return roaming_.round_trip(); }
    // Registered beside the one in use, and seen to carry.
    [[nodiscard]] const std::optional<mobility::Path>& warm_path() const { return warm_.path(); }
    // Why somebody who says to be the home agent does not take this node, while it is not taken.
    [[nodiscard]] const std::optional<mobility::JoinRefusal>& refusal() const { return refusal_; }
    [[nodiscard]] wire::SequenceNumber last_sequence() const {
        return registration_.last_sequence();
    }

  private:
    void go_home(mobility::Instant now, const mobility::HomeLink& link, mobility::Actions& actions);
    void go_away(mobility::Instant now, const mobility::Attachments& attachments,
                 mobility::Actions& actions);
    [[nodiscard]] mobility::Path home_path(const mobility::HomeLink& link) const;
    [[nodiscard]] bool is_home_unacknowledged() const;
    void follow_roaming(mobility::Instant now, mobility::Actions& actions);
    void begin_move(mobility::Instant now, const Target& to, mobility::MoveCause cause,
                    mobility::Actions& actions);
    void record_move(mobility::Instant now, mobility::Actions& actions);
    void keep_others(mobility::Instant now, mobility::Actions& actions);
    void on_heartbeat(mobility::Instant now, const mobility::Received& received,
                      const wire::Heartbeat& heartbeat, mobility::Actions& actions);
    void on_message(mobility::Instant now, const mobility::Received& received,
                    const mobility::Authenticated<wire::MobilityMessage>& message,
                    mobility::Actions& actions);
    void on_acknowledgement(mobility::Instant now,
                            const mobility::Authenticated<wire::MobilityMessage>& message,
                            const wire::BindingAcknowledgement& acknowledgement,
                            mobility::Actions& actions);
    [[nodiscard]] bool is_home_agent(const mobility::Path& path) const;
    [[nodiscard]] bool is_expected(const mobility::Received& received) const;
    void on_revocation(mobility::Instant now, const mobility::Received& received,
                       const mobility::Proof& proof,
                       const wire::BindingRevocationIndication& indication,
                       mobility::Actions& actions);
    void on_switch(mobility::Instant now, const mobility::Proof& proof,
                   const wire::HomeAgentSwitch& order, mobility::Actions& actions) const;
    void on_unbound(mobility::Instant now, mobility::Actions& actions);
    void register_again_if_due(mobility::Instant now, mobility::Actions& actions);
    void on_hint(mobility::Instant now, const mobility::Hint& hint, mobility::Actions& actions);
    void on_arrival(mobility::Instant now, mobility::Actions& actions);

    struct Move {
        wire::CareOfAddress from;
        mobility::MoveCause cause{};
        mobility::Instant began;  // when the new place was seen to be usable
    };

    wire::HomeAddress home_;
    PathPreferences preferences_;
    mobility::Attachments attachments_;
    HomeRegistration registration_;
    Roaming roaming_;
    WarmPath warm_;
    FlowRouting flows_;
    MoveRecord record_;
    Target target_ = Nowhere{};
    Target last_place_ = Nowhere{};  // the last one that was acknowledged
    std::optional<Move> move_;       // until the present place is acknowledged
    std::optional<mobility::JoinRefusal> refusal_;
    wire::SequenceNumber last_sequence_away_;
    bool is_leaving_ = false;
};

}  // namespace godwit::client

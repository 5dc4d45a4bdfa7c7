#pragma once
// RFC 6275 §11.8, §11.7.1: a binding update that is sent until it is acknowledged, each time with a
// newer number, never too often, along one path or along several a little apart.

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "client/core/binding_update_list.hpp"
#include "client/core/bound_paths.hpp"
#include "client/core/registration_settings.hpp"
#include "client/core/update_numbers.hpp"
#include "shared/mobility/node.hpp"
#include "shared/wire/mobility_header.hpp"

namespace godwit::client {

class BindingUpdateSender {
  public:
    // The numbers are shared with the other senders, and outlive this one.
    BindingUpdateSender(const RegistrationSettings& settings, UpdateNumbers& numbers)
        : settings_(settings), numbers_(numbers) {}

    // What an update rests on at the time it is sent.
    struct Terms {
        std::optional<mobility::SessionId> session;
        std::optional<wire::Ipv4Address> ipv4_home;  // held now
        // The home agent's bindings, if they have identifiers (RFC 5648); none: it has one.
        const BoundPaths* bound = nullptr;
        std::vector<wire::FlowIdentification> flows{};  // RFC 6089, of all bindings
        std::vector<wire::Prefix> network_prefixes{};   // to be named (RFC 3963 §5.2)
        // That of the binding; nothing without one.
        std::optional<wire::Ipv6Address> care_of{};
    };

    // In place of what was under way.
    void ask(mobility::Instant now, PendingUpdate update, const Terms& terms,
             mobility::Actions& actions);
    // These are all the paths that there are now: what follows the offers goes along them, from the
    // present try on. Where one starts at an address that has not been asked from lately, the tries
    // follow each other as soon as the first ones.
    void on_offers(mobility::Instant now, const std::vector<mobility::Path>& paths,
                   const Terms& terms, mobility::Actions& actions);
    // There is no binding any more whose place the update could be about: any place will do.
    void take_any_offer();
    // Once more, as soon as the rate allows.
    void ask_again(mobility::Instant now, const Terms& terms, mobility::Actions& actions);
    // The same, and then again as soon as the first time.
    void begin_anew(mobility::Instant now, const Terms& terms, mobility::Actions& actions);
    // After how long an update is sent again for the first time.
    [[nodiscard]] std::chrono::nanoseconds first_timeout(const Terms& terms) const;
    // The outstanding update of this number, along its path, if the rate allows; the try under way
    // goes on as it is.
    void send_again(mobility::Instant now, wire::SequenceNumber sequence, const Terms& terms,
                    mobility::Actions& actions);
    // Refused for a reason that time may heal: not again for MAX_BINDACK_TIMEOUT from where the
    // node is now.
    void hold_off(mobility::Instant now);
    // The same for what is asked from this address; the others have their turn.
    void hold_off_from(mobility::Instant now, const wire::Ipv6Address& local, const Terms& terms);
    void stop() { pending_.reset(); }

    // From now on by a handshake.
    void distrust_session() { pending_->by_handshake = true; }
    // The update of this number has made the session in use.
    void on_session(wire::SequenceNumber sequence);
    // The home agent knows this number as the last one. Where that is news, what is under way
    // cannot be acknowledged any more.
    void adopt(wire::SequenceNumber sequence);
    // This one has been answered; only what is still outstanding can be answered again.
    void forget(wire::SequenceNumber sequence);
    // The path of the latest update works, and takes so long there and back: the update is sent
    // again as soon as it can be told to be lost.
    void on_round_trip(const mobility::Path& path, std::chrono::nanoseconds round_trip);
    // After how long an update that moves the node is sent again, by the round trip of a path.
    [[nodiscard]] static std::chrono::nanoseconds move_timeout(std::chrono::nanoseconds round_trip);

    void on_deadline(mobility::Instant now, const Terms& terms, mobility::Actions& actions);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return pending_ ? std::optional(pending_->send_at) : std::nullopt;
    }

    [[nodiscard]] bool is_pending() const { return pending_.has_value(); }
    // The next try makes another session: the home agent seems to have lost this one.
    [[nodiscard]] bool doubts_session(mobility::Instant now) const;
    // The first try is under way, and its time is not over.
    [[nodiscard]] bool has_just_begun(mobility::Instant now) const {
        return pending_ && pending_->tries == 1 && now < pending_->try_began + pending_->timeout;
    }
    // The update of this number, if an answer to it still counts.
    [[nodiscard]] const SentUpdate* outstanding(wire::SequenceNumber sequence) const;
    [[nodiscard]] const SentUpdate* latest() const {
        return pending_ && !pending_->sent.empty() ? &pending_->sent.back() : nullptr;
    }
    // Along which it has been sent; none: nothing is under way.
    [[nodiscard]] std::vector<mobility::Path> paths_tried() const;
    // Along which it is to be sent; none: nothing is under way.
    [[nodiscard]] std::vector<mobility::Path> paths() const {
        return pending_ ? pending_->paths : std::vector<mobility::Path>();
    }
    // How often it has been sent in vain: the time for an answer is over.
    [[nodiscard]] std::size_t unanswered_tries(mobility::Instant now) const;

  private:
    void send(mobility::Instant now, const Terms& terms, mobility::Actions& actions);
    void send_along(mobility::Instant now, const mobility::Path& path, const Terms& terms,
                    mobility::Actions& actions);
    void begin_try(mobility::Instant now, mobility::Actions& actions);
    void begin_back_off(mobility::Instant now, const Terms& terms);
    [[nodiscard]] bool is_asked_lately(mobility::Instant now, const wire::Ipv6Address& local) const;
    void note_asked(mobility::Instant now, const wire::Ipv6Address& local);
    void refuse(mobility::Instant now, const wire::Ipv6Address& local);
    // The places of the paths in `paths` along which a try goes; never none.
    [[nodiscard]] std::vector<std::size_t> round(mobility::Instant now, const Terms& terms) const;
    [[nodiscard]] bool is_refused(mobility::Instant now, const mobility::Path& path) const;
    void send_now_or_later(mobility::Instant now, const Terms& terms, mobility::Actions& actions);
    [[nodiscard]] wire::BindingUpdate update_along(const mobility::Path& path,
                                                   const Terms& terms) const;
    [[nodiscard]] bool uses_identifier(const Terms& terms) const;
    // These two put them into the update, the flows behind all but the cause.
    [[nodiscard]] ToldFlows tell_flows(const mobility::Path& path, const Terms& terms,
                                       wire::BindingUpdate& update) const;
    void tell_cause(const mobility::Path& path, const Terms& terms,
                    wire::BindingUpdate& update) const;
    [[nodiscard]] bool names_network(const Terms& terms) const;
    [[nodiscard]] bool is_in_place_of_all(const mobility::Path& path, const Terms& terms) const;
    [[nodiscard]] bool is_move_to(const mobility::Path& path, const Terms& terms) const;
    [[nodiscard]] mobility::Seal seal(const Terms& terms) const;

    RegistrationSettings settings_;
    UpdateNumbers& numbers_;
    std::optional<PendingUpdate> pending_;
    std::optional<wire::Ipv6Address> told_;  // the care-of address of the latest update
    // The latest that began a handshake, until there is its session. It may be on its way still,
    // and would be taken by a home agent that has lost its binding and knows nothing but the times
    // of handshakes; so nothing that is sent after it goes under the session of before.
    std::optional<wire::SequenceNumber> unanswered_handshake_;
};

}  // namespace godwit::client

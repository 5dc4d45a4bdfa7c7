#pragma once
// RFC 5648: a binding beside the one in use, by another interface, so that data can go there
// without delay. It is under the session of the one in use, and never takes its turn.

#include <chrono>
#include <optional>
#include <vector>

#include "client/core/binding_update_sender.hpp"
#include "client/core/bound_paths.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::client {

class OtherRegistration {
  public:
    OtherRegistration(const RegistrationSettings& settings, UpdateNumbers& numbers)
        : sender_(settings, numbers) {}

    // Along the first of these paths that is acknowledged, all of one interface. `lifetime`: what
    // may be asked for, as long as the home prefix lasts at most (RFC 6275 §11.7.1).
    void ask(mobility::Instant now, std::vector<mobility::Path> paths, wire::Lifetime lifetime,
             const BindingUpdateSender::Terms& terms, mobility::Actions& actions);
    // The update that an acknowledgement answers; nothing if it is none of these.
    [[nodiscard]] std::optional<SentUpdate> answered_by(
        const wire::BindingAcknowledgement& acknowledgement) const;
    // It has been granted as that says, or refused for good.
    void on_bound(const SentUpdate& sent, const wire::BindingAcknowledgement& acknowledgement);
    void on_refused() { stop(); }
    void stop();

    // `lifetime`: as for ask(), of a refresh.
    void on_deadline(mobility::Instant now, wire::Lifetime lifetime,
                     const BindingUpdateSender::Terms& terms, mobility::Actions& actions);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;

    // What the home agent has acknowledged.
    [[nodiscard]] const std::optional<mobility::Path>& bound() const { return bound_; }
    // How often its NAT's mapping needs a packet; nothing: the home agent has not advised it.
    [[nodiscard]] std::optional<std::chrono::seconds> keepalive() const { return keepalive_; }
    [[nodiscard]] bool is_pending() const { return sender_.is_pending(); }
    // Whether an update of this number is under way.
    [[nodiscard]] bool is_asking(wire::SequenceNumber sequence) const {
        return sender_.outstanding(sequence) != nullptr;
    }
    // Whether what is bound, or asked for, has the number that this path's would have.
    [[nodiscard]] bool has_number_of(const mobility::Path& path) const;

  private:
    BindingUpdateSender sender_;
    std::optional<mobility::Path> bound_;
    std::optional<std::chrono::seconds> keepalive_;
    mobility::Instant refresh_at_{};
};

}  // namespace godwit::client

#pragma once
// The mobile router of RFC 3963 §5, in explicit mode: what the node says of the prefixes behind it,
// and what the home agent has made of it. Whatever that is, the node's own registration goes on.

#include <optional>
#include <utility>
#include <vector>

#include "shared/mobility/node.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/binding_status.hpp"

namespace godwit::client {

class NetworkRegistration {
  public:
    NetworkRegistration(const wire::HomeAddress& home, std::vector<wire::Prefix> prefixes)
        : home_(home), prefixes_(std::move(prefixes)) {}

    // To be named by the next update, with R (§5.2); empty: it says nothing of a network.
    [[nodiscard]] std::vector<wire::Prefix> to_be_named() const {
        return refusal_ ? std::vector<wire::Prefix>() : prefixes_;
    }

    // §5.3: an update that named them, or did not, has been accepted with or without R.
    void on_accepted(bool has_named, bool is_router, mobility::Actions& actions);
    // §5.4.2: it has been refused for naming them, and the home agent has no binding for it. False:
    // that is known already, from another update.
    bool on_refused(wire::BindingStatus status, mobility::Actions& actions);
    // The binding has gone, and what was carried with it; what is said of the next one is open.
    void on_ended() {
        is_carried_ = false;
        refusal_.reset();
        refused_before_.reset();
    }
    // The home agent may have lost the binding that it took without them: they are named again.
    void ask_again() {
        if (refusal_) {
            refused_before_ = std::exchange(refusal_, std::nullopt);
        }
    }
    // §6.2: it has that binding still, so it was no use to name them again, and it goes on without
    // them as before. False: that is known already, from another update.
    bool on_kept_without(wire::BindingStatus status, mobility::Actions& actions);

    // To be named by an update of a binding beside the one in use: the two are of one kind.
    [[nodiscard]] std::vector<wire::Prefix> to_be_named_beside() const {
        return is_carried_ ? prefixes_ : std::vector<wire::Prefix>();
    }

    [[nodiscard]] const std::vector<wire::Prefix>& prefixes() const { return prefixes_; }
    [[nodiscard]] bool is_carried() const { return is_carried_; }
    // Accepted: it does not know of mobile networks.
    [[nodiscard]] const std::optional<wire::BindingStatus>& refusal() const { return refusal_; }

    // The statuses of RFC 3963 §4.2.
    static bool is_about_networks(wire::BindingStatus status);

  private:
    void refuse(wire::BindingStatus status, mobility::Actions& actions);

    wire::HomeAddress home_;
    std::vector<wire::Prefix> prefixes_;
    bool is_carried_ = false;
    std::optional<wire::BindingStatus> refusal_;
    std::optional<wire::BindingStatus> refused_before_;  // when they were named again
};

}  // namespace godwit::client

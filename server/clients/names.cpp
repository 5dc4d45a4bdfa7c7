#include "server/clients/clients.hpp"
#include "server/clients/clients_observer.hpp"

namespace godwit::server {

std::string_view name(ClientState state) {
    using enum ClientState;
    switch (state) {
        case invited:
            return "invited";
        case enabled:
            return "enabled";
        case disabled:
            return "disabled";
        case revoked:
            return "revoked";
    }
    return "unknown";
}

std::string_view name(ClientEvent event) {
    using enum ClientEvent;
    switch (event) {
        case invited:
            return "invited";
        case joined:
            return "joined";
        case restored:
            return "restored";
        case renamed:
            return "renamed";
        case enabled:
            return "enabled";
        case disabled:
            return "disabled";
        case policy_changed:
            return "policy-changed";
        case kicked:
            return "kicked";
        case revoked:
            return "revoked";
        case removed:
            return "removed";
    }
    return "unknown";
}

std::string_view name(Refusal refusal) {
    using enum Refusal;
    switch (refusal) {
        case no_such_client:
            return "no-such-client";
        case bad_name:
            return "bad-name";
        case name_taken:
            return "name-taken";
        case address_outside_prefix:
            return "address-outside-prefix";
        case address_taken:
            return "address-taken";
        case address_reserved:
            return "address-reserved";
        case no_address_left:
            return "no-address-left";
        case bad_duration:
            return "bad-duration";
        case is_configured:
            return "is-configured";
        case wrong_state:
            return "wrong-state";
        case not_durable:
            return "not-durable";
        case not_in_force:
            return "not-in-force";
        case bad_backup:
            return "bad-backup";
        case bad_order:
            return "bad-order";
    }
    return "unknown";
}

}  // namespace godwit::server

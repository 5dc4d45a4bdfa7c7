#include <string_view>

#include "shared/mobility/event.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"

namespace godwit::mobility {

std::string_view name(Encapsulation encapsulation) {
    switch (encapsulation) {
        case Encapsulation::ip6:
            return "ip6";
        case Encapsulation::udp:
            return "udp";
    }
    return "unknown";
}

std::string_view name(Protection protection) {
    switch (protection) {
        case Protection::sealed:
            return "sealed";
        case Protection::plain:
            return "plain";
        case Protection::none:
            return "none";
    }
    return "unknown";
}

std::string_view name(DropReason reason) {
    switch (reason) {
        case DropReason::not_expected:
            return "not-expected";
        case DropReason::not_owner:
            return "not-owner";
        case DropReason::bad_address:
            return "bad-address";
        case DropReason::not_home_registration:
            return "not-home-registration";
        case DropReason::rate_limited:
            return "rate-limited";
        case DropReason::handshake_refused:
            return "handshake-refused";
        case DropReason::address_in_question:
            return "address-in-question";
        case DropReason::protection_mismatch:
            return "protection-mismatch";
    }
    return "unknown";
}

std::optional<SessionId> session_of(const Proof& proof) {
    if (const auto* handshake = std::get_if<InHandshake>(&proof)) {
        return handshake->session;
    }
    if (const auto* session = std::get_if<InSession>(&proof)) {
        return session->session;
    }
    if (const auto* tunnel = std::get_if<InTunnel>(&proof)) {
        return tunnel->session;
    }
    return std::nullopt;
}

std::string Path::remote_text() const {
    if (encapsulation != Encapsulation::udp) {
        return remote.text();
    }
    const auto ipv4 = remote.mapped_ipv4();
    return (ipv4 ? ipv4->text() : "[" + remote.text() + "]") + ":" + std::to_string(remote_port);
}

std::string reason_of(const PrefixesRefused& event) {
    return event.status == wire::BindingStatus::accepted ? "not-supported"
                                                         : wire::name(event.status);
}

std::string reason_of(const FlowsRefused& event) {
    if (!event.is_told) {
        return "no-room";
    }
    return event.status ? wire::name(*event.status) : "not-supported";
}

}  // namespace godwit::mobility

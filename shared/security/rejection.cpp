#include "shared/security/rejection.hpp"

namespace godwit::security {
namespace {

std::string_view name(RejectionReason reason) {
    switch (reason) {
        case RejectionReason::malformed:
            return "malformed";
        case RejectionReason::unauthenticated:
            return "unauthenticated";
        case RejectionReason::bad_version:
            return "bad-handshake-version";
        case RejectionReason::bad_mac1:
            return "bad-mac1";
        case RejectionReason::wants_cookie:
            return "handshake-wants-cookie";
        case RejectionReason::under_load:
            return "handshake-under-load";
        case RejectionReason::bad_handshake:
            return "bad-handshake";
        case RejectionReason::unknown_peer:
            return "unknown-peer";
        case RejectionReason::bad_join_proof:
            return "bad-join-proof";
        case RejectionReason::no_common_suite:
            return "no-common-suite";
        case RejectionReason::too_many_sessions:
            return "too-many-sessions";
        case RejectionReason::unknown_session:
            return "unknown-session";
        case RejectionReason::bad_authenticator:
            return "bad-authenticator";
        case RejectionReason::not_expected:
            return "not-expected";
    }
    return "unknown";
}

}  // namespace

std::string_view name(const Rejection& rejection) {
    return rejection.parse_error ? wire::name(*rejection.parse_error) : name(rejection.reason);
}

std::string_view name(SealError error) {
    switch (error) {
        case SealError::wrong_role:
            return "wrong-role";
        case SealError::wrong_message:
            return "wrong-message";
        case SealError::unknown_session:
            return "unknown-session";
        case SealError::failed_handshake:
            return "failed-handshake";
        case SealError::too_long:
            return "too-long";
    }
    return "unknown";
}

}  // namespace godwit::security

#include "shared/wire/messages/binding_revocation.hpp"

#include <utility>

#include "shared/wire/messages/options_tail.hpp"

namespace godwit::wire {

std::string_view name(RevocationTrigger trigger) {
    using enum RevocationTrigger;
    switch (trigger) {
        case unspecified:
            return "unspecified";
        case administrative_reason:
            return "administrative-reason";
        case user_initiated_session_termination:
            return "user-initiated-session-termination";
        case access_network_session_termination:
            return "access-network-session-termination";
        case possible_out_of_sync_binding_cache:
            return "possible-out-of-sync-binding-cache";
    }
    return "unknown";
}
namespace {

constexpr unsigned proxy_binding_bit = 0x8000;
constexpr unsigned ipv4_home_address_only_bit = 0x4000;
constexpr unsigned global_bit = 0x2000;

// What follows the trigger or the status is the same in both.
template <class Revocation>
Parsed<Revocation> parse_after_status(Revocation revocation, Reader& in) {
    revocation.sequence = SequenceNumber(in.integer<std::uint16_t>());
    const unsigned flags = in.integer<std::uint16_t>();
    revocation.proxy_binding = (flags & proxy_binding_bit) != 0;
    revocation.ipv4_home_address_only = (flags & ipv4_home_address_only_bit) != 0;
    revocation.global = (flags & global_bit) != 0;
    return with_options(std::move(revocation), in);
}

template <class Revocation>
void serialize_as(const Revocation& revocation, std::uint8_t trigger_or_status, Bytes& message) {
    const unsigned flags = (revocation.proxy_binding ? proxy_binding_bit : 0U) |
                           (revocation.ipv4_home_address_only ? ipv4_home_address_only_bit : 0U) |
                           (revocation.global ? global_bit : 0U);
    Writer out(message);
    out.integer(Revocation::revocation_type);
    out.integer(trigger_or_status);
    out.integer(revocation.sequence.value());
    out.integer(static_cast<std::uint16_t>(flags));
    append_options(message, revocation.options);
}

}  // namespace

Parsed<BindingRevocationIndication> BindingRevocationIndication::parse(Reader& in) {
    in.skip(1);
    BindingRevocationIndication indication;
    indication.trigger = RevocationTrigger{in.integer<std::uint8_t>()};
    return parse_after_status(std::move(indication), in);
}

void BindingRevocationIndication::serialize(Bytes& message) const {
    serialize_as(*this, static_cast<std::uint8_t>(trigger), message);
}

Parsed<BindingRevocationAcknowledgement> BindingRevocationAcknowledgement::parse(Reader& in) {
    in.skip(1);
    BindingRevocationAcknowledgement acknowledgement;
    acknowledgement.status = RevocationStatus{in.integer<std::uint8_t>()};
    return parse_after_status(std::move(acknowledgement), in);
}

void BindingRevocationAcknowledgement::serialize(Bytes& message) const {
    serialize_as(*this, static_cast<std::uint8_t>(status), message);
}

}  // namespace godwit::wire

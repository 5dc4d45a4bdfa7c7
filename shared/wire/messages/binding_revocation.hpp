#pragma once
// RFC 5846 §5: the indication (Binding Revocation Type 1) and its acknowledgement (type 2). Both
// have MH Type 16.
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   B.R. Type   | Trigger/Status|
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |           Sequence #          |P|V|G|         Reserved        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .                        Mobility Options                       .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>
#include <string_view>

#include "shared/wire/bytes.hpp"
#include "shared/wire/mobility_options.hpp"
#include "shared/wire/parse_error.hpp"
#include "shared/wire/sequence_number.hpp"

namespace godwit::wire {

// RFC 5846 §5.1, those that concern one mobile node of Mobile IPv6.
enum class RevocationTrigger : std::uint8_t {
    unspecified = 0,
    administrative_reason = 1,
    user_initiated_session_termination = 5,
    access_network_session_termination = 6,
    possible_out_of_sync_binding_cache = 7,
};
std::string_view name(RevocationTrigger trigger);  // "administrative-reason"

// RFC 5846 §5.2; below 128 the revocation was carried out.
enum class RevocationStatus : std::uint8_t {
    success = 0,
    partial_success = 1,
    binding_does_not_exist = 128,
    ipv4_home_address_option_required = 129,
    global_revocation_not_authorized = 130,
    revoked_mobile_nodes_identity_required = 131,
    revocation_failed_mobile_node_attached = 132,
    revocation_trigger_not_supported = 133,
    revocation_function_not_supported = 134,
    proxy_binding_revocation_not_supported = 135,
};

struct BindingRevocationIndication {
    static constexpr std::uint8_t type = 16;
    static constexpr std::uint8_t minimum_header_length = 1;
    static constexpr std::uint8_t revocation_type = 1;

    RevocationTrigger trigger{};
    SequenceNumber sequence;
    bool proxy_binding = false;           // P
    bool ipv4_home_address_only = false;  // V
    bool global = false;                  // G
    MobilityOptions options;

    bool operator==(const BindingRevocationIndication&) const = default;
    static Parsed<BindingRevocationIndication> parse(Reader& in);  // at Message Data
    void serialize(Bytes& message) const;  // appends Message Data to the header's 6 octets
};

struct BindingRevocationAcknowledgement {
    static constexpr std::uint8_t type = 16;
    static constexpr std::uint8_t minimum_header_length = 1;
    static constexpr std::uint8_t revocation_type = 2;

    RevocationStatus status{};
    SequenceNumber sequence;
    bool proxy_binding = false;           // P
    bool ipv4_home_address_only = false;  // V
    bool global = false;                  // G
    MobilityOptions options;

    bool operator==(const BindingRevocationAcknowledgement&) const = default;
    static Parsed<BindingRevocationAcknowledgement> parse(Reader& in);  // at Message Data
    void serialize(Bytes& message) const;  // appends Message Data to the header's 6 octets
};

}  // namespace godwit::wire

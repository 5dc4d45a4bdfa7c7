#pragma once
// What a home registration is about, as the configuration says.

#include <chrono>
#include <vector>

#include "shared/mobility/constants.hpp"
#include "shared/mobility/session.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/lifetime.hpp"
#include "shared/wire/sequence_number.hpp"

namespace godwit::client {

struct RegistrationSettings {
    wire::HomeAddress home;
    wire::HomeAgentAddress home_agent;
    wire::Lifetime lifetime{150};  // asked for: 600 s
    mobility::Protection protection = mobility::Protection::sealed;
    // RFC 6275 §13, InitialBindackTimeoutFirstReg: MUST be configurable.
    std::chrono::nanoseconds first_registration_timeout =
        mobility::initial_bindack_timeout_first_registration;
    wire::SequenceNumber first_sequence;           // first_sequence() of update_numbers.hpp
    bool wants_ipv4 = false;                       // an IPv4 home address as well (RFC 5555 §3.1.1)
    bool wants_other_bindings = false;             // RFC 5648
    std::vector<wire::Prefix> network_prefixes{};  // behind this node (RFC 3963)
};

}  // namespace godwit::client

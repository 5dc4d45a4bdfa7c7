#pragma once
// Looks at this machine and tries out its prefixes, for host_survey.hpp to judge.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/host_survey.hpp"

namespace godwit::server {

struct SurveyOrder {
    std::optional<wire::Prefix> prefix;    // to be tried alone; none: whatever the machine has
    std::optional<std::string> interface;  // in place of the one of the default route
};

// Takes some seconds for each prefix. Throws std::system_error where this process may not try.
HostSurvey survey_this_host(const SurveyOrder& order);

// What the router does with an unused address of this prefix.
ProbedPrefix probe(const platform::NetworkSnapshot& network, const Uplink& uplink,
                   const PrefixCandidate& candidate);

// Of all programs of this machine, over IPv6 and IPv4.
std::vector<std::uint16_t> bound_udp_ports();

}  // namespace godwit::server

#pragma once
// Asks the home agent along each path whether it hears there, without registering anything
// (docs/decisions/0024-the-doctor-knocks.md). It needs no daemon, no private key, and for UDP no
// rights.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/mobility/observed_source.hpp"
#include "shared/mobility/path.hpp"
#include "shared/security/knock.hpp"

namespace godwit::client {

enum class PathOutcome : std::uint8_t {
    answered,
    silent,
    refused,    // a machine answers there, and nothing hears at that port
    not_sent,   // this machine or a router does not let it through, and says so
    not_asked,  // this process may not
};

struct PathAnswer {
    mobility::Path path;
    PathOutcome outcome = PathOutcome::not_asked;
    std::optional<std::chrono::nanoseconds> round_trip{};  // of what was answered
    std::string reason{};                                  // why it was not sent
    bool is_forbidden = false;  // this machine's own rules have kept it here
    // From where the home agent has seen the question, in UDP; one that is older does not tell.
    std::optional<mobility::ObservedSource> observed{};
    std::uint16_t local_port = 0;  // of UDP
};

struct PathInquiry {
    security::Knock knock;   // its sequence number is that of the first one
    std::uint32_t mark = 0;  // keeps packets out of the tunnel; 0: none, which the interface does
    bool may_go_native = false;  // CAP_NET_RAW
};

// One after the other, three times each, for 1.2 s at most: the home agent answers one a second.
// Those that begin at the same address have the same port, too, so that it shows what a NAT makes
// of it.
std::vector<PathAnswer> ask_along(const std::vector<mobility::Path>& paths, PathInquiry inquiry);

}  // namespace godwit::client

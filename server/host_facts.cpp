#include "server/host_facts.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <system_error>

#include "shared/platform/attempt.hpp"
#include "shared/platform/network_monitor.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 2s;  // a router far away in its rack, and one that limits its answers

std::optional<Uplink> uplink_by(const platform::NetworkSnapshot& network,
                                const std::string& interface) {
    const auto link = std::ranges::find(network.links, interface, &platform::Link::name);
    if (link == network.links.end()) {
        throw std::system_error(std::make_error_code(std::errc::no_such_device),
                                "find the interface " + interface);
    }
    platform::NetworkSnapshot there = network;
    std::erase_if(there.routes, [&](const auto& route) { return route.interface != link->index; });
    return uplink_of(there);
}

// "  12: 00000000:105F 00000000:0000 07 ...": the second field ends in the port.
void append_ports(const char* file, std::vector<std::uint16_t>& ports) {
    constexpr int hexadecimal = 16;
    std::ifstream sockets(file);
    std::string line;
    std::getline(sockets, line);  // the headings
    while (std::getline(sockets, line)) {
        std::istringstream fields(line);
        std::string number;
        std::string local;
        fields >> number >> local;
        if (const auto colon = local.rfind(':'); colon != std::string::npos) {
            ports.push_back(static_cast<std::uint16_t>(
                std::stoul(local.substr(colon + 1), nullptr, hexadecimal)));
        }
    }
}

}  // namespace

ProbedPrefix probe(const platform::NetworkSnapshot& network, const Uplink& uplink,
                   const PrefixCandidate& candidate) {
    return {candidate, platform::probe_prefix({.interface = uplink.link.index,
                                               .router = *uplink.router,
                                               .unused = unused_address(candidate.prefix, network),
                                               .link_layer = uplink.link.link_layer},
                                              patience)};
}

HostSurvey survey_this_host(const SurveyOrder& order) {
    const platform::NetworkSnapshot network = platform::NetworkMonitor().snapshot();
    const auto uplink = order.interface ? uplink_by(network, *order.interface) : uplink_of(network);
    std::vector<ProbedPrefix> probed;
    if (uplink && uplink->router && uplink->address) {
        const auto candidates = order.prefix
                                    ? std::vector{named_candidate(network, *order.prefix, *uplink)}
                                    : prefix_candidates(network, *uplink);
        for (const PrefixCandidate& candidate : candidates) {
            probed.push_back(probe(network, *uplink, candidate));
            if (probed.back().answer == platform::PrefixAnswer::delivered &&
                !candidate.shared_link) {
                break;  // nothing better can come
            }
        }
    }
    return survey_host(uplink, probed);
}

std::vector<std::uint16_t> bound_udp_ports() {
    std::vector<std::uint16_t> ports;
    append_ports("/proc/net/udp", ports);
    append_ports("/proc/net/udp6", ports);
    return ports;
}

}  // namespace godwit::server

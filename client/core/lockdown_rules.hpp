#pragma once
// "Nothing leaves outside the tunnel" as text for nftables: chains of a table of our own. Whatever
// is not named here is dropped, on its way out, in and through this machine. Packets that a program
// writes to a packet socket, and ARP, pass by no such chain.

#include <optional>
#include <string>
#include <vector>

#include "shared/wire/address.hpp"

namespace godwit::client {

// As the configuration has it.
struct LockdownScope {
    std::string tunnel;  // the TUN interface's name
    std::vector<wire::Prefix>
        routes;  // what goes through it: of a split tunnel only these are held
    std::vector<wire::Prefix> exclude;  // what may go past it
    bool has_excluded_programs = false;
    std::vector<wire::Prefix> network_prefixes{};  // behind this machine (RFC 3963)
    wire::HomeAddress home;
    wire::HomeAgentAddress home_agent;
    std::vector<std::uint16_t> ports;  // of the home agent
};

// What is found out on the way.
struct LockdownFindings {
    std::vector<wire::Ipv6Address> endpoints;  // where the home agent hears UDP; IPv4 mapped
    std::optional<wire::Ipv4Address> ipv4_home;
    bool operator==(const LockdownFindings&) const = default;
};

// What has portal_mark gets out: nothing has without a way out that is open (portal_chains()).
std::string lockdown_chains(const LockdownScope& scope, const LockdownFindings& findings);

// Chains of another table, which goes with the process that puts it there: they mark what comes and
// goes by the home link, which lockdown_chains() lets pass. So a daemon that is killed at home
// leaves nothing open.
std::string home_link_chains(std::uint32_t interface);

}  // namespace godwit::client

#include "server/checkup.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "shared/runtime/confinement.hpp"

namespace godwit::server {
namespace {

using platform::PrefixAnswer;
using runtime::note;
using runtime::well;
using runtime::wrong;

constexpr unsigned for_others = 0077;               // permissions
constexpr std::uint64_t least_free = 64ULL << 20U;  // octets: the store's file, twice, and a log
constexpr std::chrono::sys_days before_godwit = std::chrono::year(2026) / 1 / 1;
constexpr std::chrono::sys_days far_future = std::chrono::year(2100) / 1 / 1;
const std::string restart = "systemctl restart godwit-ha; journalctl --unit godwit-ha says more";

Finding key(const Configuration& configuration, const CheckupFacts& facts) {
    if (!configuration.private_key_file) {
        return well("key", "none is needed: nothing is protected");
    }
    const std::string file = configuration.private_key_file->string();
    if (!facts.key) {
        return wrong("key", file + " cannot be found",
                     "restore it from a backup: clients know this home agent by it");
    }
    if ((facts.key->mode & for_others) != 0) {
        return wrong("key", file + " is open to others", "chmod 600 " + file);
    }
    if (facts.service_user && facts.key->user != *facts.service_user) {
        return wrong("key",
                     file + " belongs to " + facts.key->user + ", and the service cannot read it",
                     "chown " + *facts.service_user + ": " + file);
    }
    return well("key", file + ", of " + facts.key->user + " and for nobody else");
}

void daemon(const CheckupFacts& facts, std::vector<Finding>& findings) {
    if (!facts.daemon) {
        findings.push_back(
            wrong("daemon", facts.daemon_silence, "systemctl enable --now godwit-ha"));
        return;
    }
    findings.push_back(well("daemon", "it runs and answers"));
    if (!facts.daemon->offloads.empty()) {
        findings.push_back(note("offloads", facts.daemon->offloads));
    }
    std::ranges::move(runtime::confinement_findings(facts.daemon->system_calls),
                      std::back_inserter(findings));
    for (const std::string& fault : facts.daemon->health) {
        findings.push_back(wrong("health", fault, "godwit-ha status shows when it is gone"));
    }
}

Finding ports(const Configuration& configuration, const CheckupFacts& facts) {
    std::string heard;
    std::string missing;
    for (const std::uint16_t port : configuration.udp_ports) {
        const bool is_bound = std::ranges::find(facts.udp_ports, port) != facts.udp_ports.end();
        std::string& list = is_bound ? heard : missing;
        list += (list.empty() ? "" : ", ") + std::to_string(port);
    }
    return missing.empty() ? well("ports", heard.empty() ? "no UDP, as configured" : "UDP " + heard)
                           : wrong("ports", "nobody hears UDP " + missing, restart);
}

Finding forwarding(const Configuration& configuration, const CheckupFacts& facts) {
    if (facts.ipv6_forwarding != "1") {
        return wrong("forwarding", "net.ipv6.conf.all.forwarding is " + facts.ipv6_forwarding,
                     "something has turned it off; " + restart);
    }
    if (configuration.ipv4_pool && facts.ipv4_forwarding != "1") {
        return wrong("forwarding", "net.ipv4.ip_forward is " + facts.ipv4_forwarding,
                     "something has turned it off; " + restart);
    }
    return well("forwarding", configuration.ipv4_pool ? "IPv6 and IPv4" : "IPv6");
}

Finding default_route(const CheckupFacts& facts) {
    if (!facts.learned_its_router) {
        return well("default route", "it is configured, and stays");
    }
    return facts.accept_ra == "2"
               ? well("default route", "it comes by router advertisement, which is listened to")
               : wrong("default route",
                       "it came by router advertisement, and net.ipv6.conf.*.accept_ra is " +
                           facts.accept_ra + ": a router does not listen to others, and loses it",
                       restart);
}

Finding nftables(const CheckupFacts& facts) {
    return facts.has_nftables_table
               ? well("nftables", "the table godwit_ha is in place")
               : wrong("nftables", "the table godwit_ha is not there",
                       "`nft flush ruleset`, or a firewall's restart, has removed it; " + restart);
}

Finding store(const Configuration& configuration, const CheckupFacts& facts) {
    constexpr unsigned octets_in_mib_bits = 20;
    const std::string directory = configuration.state_directory.string();
    if (!facts.state_directory) {
        return wrong("store", directory + " cannot be found",
                     "systemd-tmpfiles --create godwit-ha.conf");
    }
    if (facts.service_user && facts.state_directory->user != *facts.service_user) {
        return wrong("store", directory + " belongs to " + facts.state_directory->user,
                     "chown --recursive " + *facts.service_user + ": " + directory);
    }
    const std::string room = std::to_string(facts.free_octets >> octets_in_mib_bits) + " MiB free";
    return facts.free_octets < least_free
               ? wrong("store", directory + ": " + room, "make room on that file system")
               : well("store", directory + ", " + room);
}

Finding clock(const CheckupFacts& facts) {
    const auto day = std::chrono::floor<std::chrono::days>(facts.now);
    const std::string date =
        std::to_string(static_cast<int>(std::chrono::year_month_day(day).year()));
    return day < before_godwit || day > far_future
               ? wrong("clock", "it says that this is the year " + date,
                       "timedatectl set-ntp true; invites and handshakes go by the time")
               : well("clock", "it is the year " + date);
}

Finding routed_prefix(const Configuration& configuration, PrefixAnswer answer) {
    const std::string prefix = configuration.home_prefix.text();
    switch (answer) {
        case PrefixAnswer::delivered:
            return well("home prefix", prefix + " is routed to this machine");
        case PrefixAnswer::asked:
        case PrefixAnswer::answered:
            return wrong("home prefix",
                         prefix +
                             " is not routed to this machine: the router asks "
                             "on the link who has its addresses",
                         "have the provider route it here, or set home_mode = \"on-link\"");
        case PrefixAnswer::silent:
            break;
    }
    return wrong("home prefix",
                 "nothing comes back to " + prefix +
                     ": it is not routed to this machine, or the "
                     "router answers no pings",
                 "ask the provider where the prefix is routed to");
}

Finding on_link_prefix(const Configuration& configuration, const CheckupFacts& facts) {
    const std::string prefix = configuration.home_prefix.text();
    if (!facts.has_home_link) {
        return wrong("home prefix", "there is no interface " + *configuration.home_link,
                     "correct home_link in the configuration");
    }
    if (!facts.is_prefix_on_link) {
        return wrong("home prefix",
                     *configuration.home_link + " has no address of " + prefix + " any more",
                     "has the provider given another prefix? godwit-ha init --force");
    }
    if (facts.prefix && facts.prefix->answer == PrefixAnswer::delivered) {
        return wrong("home prefix", prefix + " is routed to this machine now",
                     "set home_mode = \"routed\"");
    }
    if (facts.prefix && facts.prefix->answer == PrefixAnswer::asked) {
        return wrong("home prefix",
                     "the router asks on the link for addresses of " + prefix +
                         ", and does not take this machine's answers",
                     "set home_mode = \"nat\", or ask the provider for a routed prefix");
    }
    return well("home prefix", prefix + " is on the link of " + *configuration.home_link);
}

void home_prefix(const Configuration& configuration, const CheckupFacts& facts,
                 std::vector<Finding>& findings) {
    if (configuration.home_link) {
        findings.push_back(on_link_prefix(configuration, facts));
    } else if (facts.prefix) {
        findings.push_back(routed_prefix(configuration, facts.prefix->answer));
    }
}

Finding reached(const Configuration& configuration, const CheckupFacts& facts) {
    if (facts.daemon && facts.daemon->has_heard_anybody) {
        return well("reached", "mobile nodes have been heard");
    }
    std::string ports;
    for (const std::uint16_t port : configuration.udp_ports) {
        ports += (ports.empty() ? "" : " and ") + std::to_string(port);
    }
    return well("reached", "no mobile node has been heard yet; if one gets no answer, open UDP " +
                               ports + " in the provider's firewall");
}

}  // namespace

std::vector<Finding> check_up(const Configuration& configuration, const CheckupFacts& facts) {
    std::vector<Finding> findings{key(configuration, facts), store(configuration, facts),
                                  clock(facts)};
    daemon(facts, findings);
    if (facts.daemon) {  // what follows is its doing
        findings.push_back(ports(configuration, facts));
        findings.push_back(forwarding(configuration, facts));
        findings.push_back(default_route(facts));
        findings.push_back(nftables(facts));
    }
    home_prefix(configuration, facts, findings);
    findings.push_back(reached(configuration, facts));
    return findings;
}

}  // namespace godwit::server

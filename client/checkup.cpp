#include "client/checkup.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <string_view>
#include <utility>

#include "client/core/mobile_node.hpp"
#include "client/status.hpp"
#include "shared/runtime/confinement.hpp"
#include "shared/runtime/offload_document.hpp"

namespace godwit::client {
namespace {

using runtime::Json;
using runtime::note;
using runtime::well;
using runtime::wrong;

constexpr unsigned for_others = 0077;  // permissions
constexpr std::chrono::sys_days before_godwit = std::chrono::year(2026) / 1 / 1;
constexpr std::chrono::sys_days far_future = std::chrono::year(2100) / 1 / 1;
constexpr std::uint16_t no_link_layer = 0xfffe;  // ARPHRD_NONE, the type of most tunnels

Finding configuration(const ConfigurationFacts& facts) {
    if (!facts.exists) {
        return wrong("configuration", "there is no " + facts.file,
                     "godwit join 'godwit://...', with what godwit-ha invite prints");
    }
    if (!facts.is_readable) {
        return note("configuration",
                    "not looked at: this user may not read " + facts.file + "; run it as root");
    }
    return facts.content ? well("configuration", facts.file + " is correct")
                         : wrong("configuration", facts.trouble,
                                 "correct it; godwit daemon --check looks at it again");
}

Finding key_file(const ConfigurationFacts& facts, const std::string& what, const std::string& file,
                 const std::optional<platform::FileOwner>& owner) {
    if (!owner) {
        return wrong(what, file + " cannot be found", "it takes another invite: godwit join");
    }
    if ((owner->mode & for_others) != 0) {
        return wrong(what, file + " is open to others", "chmod 600 " + file);
    }
    if (facts.service_user && owner->user != *facts.service_user) {
        return wrong(what, file + " belongs to " + owner->user + ", and the service cannot read it",
                     "chown " + *facts.service_user + ": " + file);
    }
    return well(what, file + ", of " + owner->user + " and for nobody else");
}

void keys(const ConfigurationFacts& facts, std::vector<Finding>& findings) {
    const Configuration& content = *facts.content;
    if (facts.are_keys_hidden) {
        findings.push_back(note("key", "not looked at: this user may not see it; run it as root"));
        return;
    }
    const std::size_t before = findings.size();
    if (content.private_key_file) {
        findings.push_back(key_file(facts, "key", content.private_key_file->string(), facts.key));
    } else {
        findings.push_back(note("key", "none is needed: nothing is protected"));
    }
    if (const auto& file = content.home_agent.preshared_key_file) {
        findings.push_back(key_file(facts, "pre-shared key", file->string(), facts.preshared_key));
    }
    const bool are_files_well =
        std::none_of(findings.begin() + static_cast<std::ptrdiff_t>(before), findings.end(),
                     [](const Finding& finding) { return !finding.remedy.empty(); });
    if (are_files_well && !facts.keys_trouble.empty()) {
        findings.push_back(
            wrong("key", facts.keys_trouble, "it takes another invite: godwit join"));
    }
}

Finding rights(const SystemFacts& facts) {
    return facts.has_network_rights
               ? well("rights", "CAP_NET_ADMIN and CAP_NET_RAW: everything can be looked at")
               : note("rights",
                      "without CAP_NET_ADMIN and CAP_NET_RAW native paths are not asked; run it as "
                      "root to look at everything");
}

Finding tun_driver(const SystemFacts& facts) {
    if (facts.tun_trouble.empty()) {
        return well("TUN driver", "/dev/net/tun can be opened");
    }
    return facts.has_network_rights ? wrong("TUN driver", facts.tun_trouble, "modprobe tun")
                                    : note("TUN driver", facts.tun_trouble);
}

Finding ipv6(const SystemFacts& facts) {
    if (!facts.disable_ipv6) {
        return wrong("IPv6", "this kernel has none, and the home address is one of IPv6",
                     "take ipv6.disable=1 off the kernel's command line");
    }
    return *facts.disable_ipv6 == "1"
               ? wrong("IPv6", "net.ipv6.conf.all.disable_ipv6 is 1",
                       "sysctl net.ipv6.conf.all.disable_ipv6=0, and take it out of /etc/sysctl.d")
               : well("IPv6", "the kernel has it");
}

Finding clock(const SystemFacts& facts) {
    if (facts.has_clock_gone_back) {
        return note("clock",
                    "it was later at the last handshake: it is wrong now, or was wrong then; "
                    "timedatectl shows it");
    }
    const auto day = std::chrono::floor<std::chrono::days>(facts.now);
    const std::string date =
        std::to_string(static_cast<int>(std::chrono::year_month_day(day).year()));
    return day < before_godwit || day > far_future
               ? wrong("clock", "it says that this is the year " + date,
                       "timedatectl set-ntp true; handshakes go by the time")
               : well("clock", "it is the year " + date);
}

Finding services(const SystemFacts& facts) {
    std::string list;
    for (const std::string& service : facts.services) {
        list += (list.empty() ? "" : ", ") + service;
    }
    return well("system", list.empty()
                              ? "no systemd-resolved, systemd-logind or NetworkManager"
                              : list + (facts.services.size() == 1 ? " is" : " are") + " there");
}

std::string name_of(const platform::NetworkSnapshot& network, mobility::InterfaceIndex index) {
    const auto link = std::ranges::find(network.links, index, &platform::Link::index);
    return link != network.links.end() ? link->name : "interface " + std::to_string(index.value);
}

bool is_foreign_tunnel(const platform::NetworkSnapshot& network, mobility::InterfaceIndex index,
                       const std::string& own) {
    constexpr std::array drivers{"tun", "wireguard"};
    const auto link = std::ranges::find(network.links, index, &platform::Link::index);
    return link != network.links.end() && link->name != own &&
           (link->type == no_link_layer ||
            std::ranges::find(drivers, link->driver) != drivers.end());
}

// The halves of everything come before any default route, ours too. One default route counts if it
// is the first.
bool leads_everything(const platform::NetworkSnapshot& network, const platform::KnownRoute& route) {
    constexpr unsigned ipv4_offset = 96;
    const unsigned length =
        route.destination.length - (route.destination.is_ipv4() ? ipv4_offset : 0U);
    if (length != 0) {
        return length == 1;
    }
    return std::ranges::none_of(network.routes, [&](const platform::KnownRoute& other) {
        return other.destination == route.destination && other.metric < route.metric;
    });
}

void other_vpns(const CheckupFacts& facts, const std::string& own, std::vector<Finding>& findings) {
    const platform::NetworkSnapshot& network = facts.system.network;
    std::vector<std::string> names;
    for (const platform::KnownRoute& route : network.routes) {
        const std::string name = name_of(network, route.interface);
        if (is_foreign_tunnel(network, route.interface, own) && leads_everything(network, route) &&
            std::ranges::find(names, name) == names.end()) {
            names.push_back(name);
        }
    }
    for (const std::string& name : names) {
        findings.push_back(wrong("other VPN", name + " takes everything that leaves this machine",
                                 "end it, or have it route only what it is for"));
    }
    for (const platform::PolicyRule& rule : facts.system.rules_before_ours) {
        const std::string family = rule.ipv4 ? "IPv4" : "IPv6";
        findings.push_back(
            wrong("other VPN",
                  "a rule of " + family + " at priority " + std::to_string(rule.priority) +
                      ", table " + std::to_string(rule.table) + ", comes before Godwit's",
                  "`ip rule` shows it; end who made it, or have it made at 5000 or later"));
    }
}

// Elsewhere than on our own interface, and at home on the home link.
void home_address(const CheckupFacts& facts, const Configuration& content,
                  std::vector<Finding>& findings) {
    if (state_of(facts.daemon) == name(State::home)) {
        return;
    }
    const platform::NetworkSnapshot& network = facts.system.network;
    for (const platform::KnownAddress& known : network.addresses) {
        const std::string interface = name_of(network, known.interface);
        if (known.address == content.home_address.address && interface != content.interface) {
            findings.push_back(
                wrong("home address", content.home_address.text() + " is on " + interface + " too",
                      "ip address delete " + content.home_address.text() + " dev " + interface));
        }
    }
}

void daemon(const CheckupFacts& facts, std::vector<Finding>& findings) {
    if (!facts.daemon.status) {
        if (facts.configuration.exists) {
            findings.push_back(wrong("daemon", facts.daemon.silence,
                                     "systemctl enable --now godwit; journalctl --unit godwit says "
                                     "why it has ended"));
        }
        return;
    }
    const Json& status = *facts.daemon.status;
    if (state_of(facts.daemon) == down_state) {
        findings.push_back(note("daemon", "it runs, and was told to be down: godwit up"));
    } else {
        findings.push_back(well("daemon", "it runs, and is " + state_of(facts.daemon)));
    }
    if (const auto off = runtime::offloads_text(status.value("offloads", Json())); !off.empty()) {
        findings.push_back(note("offloads", off));
    }
    std::ranges::move(runtime::confinement_findings(status.value("system_calls", Json())),
                      std::back_inserter(findings));
    for (const std::string& fault : status.value("health", std::vector<std::string>())) {
        findings.push_back(wrong("health", fault, "godwit status shows when it is gone"));
    }
}

bool lockdown_flag(const DaemonFacts& daemon, const char* key) {
    const Json lockdown = daemon.status ? daemon.status->value("lockdown", Json()) : Json();
    return lockdown.is_object() && lockdown.value(key, false);
}

void lockdown(const CheckupFacts& facts, std::vector<Finding>& findings) {
    const bool is_away_or_home = facts.daemon.status && state_of(facts.daemon) != down_state;
    if (is_locked_down(facts)) {
        findings.push_back(
            facts.daemon.status
                ? well("lockdown", "in force: nothing leaves outside the tunnel")
                : note("lockdown",
                       "in force, without a daemon: nothing leaves this machine; godwit lockdown "
                       "--lift takes it away"));
    } else if (is_away_or_home && lockdown_flag(facts.daemon, "wanted")) {
        findings.push_back(wrong("lockdown", "wanted, and not in force", "godwit restart"));
    }
}

}  // namespace

std::vector<Finding> check_up(const CheckupFacts& facts) {
    std::vector<Finding> findings{configuration(facts.configuration)};
    const auto& content = facts.configuration.content;
    if (content) {
        keys(facts.configuration, findings);
    }
    findings.push_back(rights(facts.system));
    findings.push_back(tun_driver(facts.system));
    findings.push_back(ipv6(facts.system));
    findings.push_back(clock(facts.system));
    findings.push_back(services(facts.system));
    other_vpns(facts, content ? content->interface : Configuration().interface, findings);
    if (content) {
        home_address(facts, *content, findings);
    }
    daemon(facts, findings);
    lockdown(facts, findings);
    std::ranges::move(check_up_network(facts), std::back_inserter(findings));
    return findings;
}

bool is_locked_down(const CheckupFacts& facts) {
    return facts.system.is_locked_down || lockdown_flag(facts.daemon, "in_force");
}

std::string text_in(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string state_of(const DaemonFacts& daemon) {
    return daemon.status ? text_in(*daemon.status, "state") : "";
}

}  // namespace godwit::client

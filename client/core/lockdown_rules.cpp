#include "client/core/lockdown_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "client/core/packet_marks.hpp"

namespace godwit::client {
namespace {

std::string hexadecimal(std::uint32_t mark) {
    std::array<char, 8> digits{};
    const auto end = std::to_chars(digits.begin(), digits.end(), mark, 16).ptr;
    return "0x" + std::string(digits.begin(), end);
}

std::string marked(std::uint32_t mark) {
    return "meta mark " + hexadecimal(mark);
}

std::string rule(const std::string& text) {
    return "    " + text + "\n";
}

std::string chain(const std::string& name, const std::string& hook, const std::string& rules) {
    return "  chain " + name + " {\n" +
           rule("type filter hook " + hook + " priority filter; policy drop") + rules + "  }\n";
}

template <class Items, class Text>
std::string set(const Items& items, Text text) {
    std::string all;
    for (const auto& item : items) {
        all += (all.empty() ? "" : ", ") + text(item);
    }
    return "{ " + all + " }";
}

// "ip6 daddr 2001:db8::/32": `end` is "saddr" or "daddr".
std::string within(const wire::Prefix& prefix, const std::string& end) {
    return (prefix.is_ipv4() ? "ip " : "ip6 ") + end + " " + prefix.text();
}

// What belongs into the tunnel: addresses of this machine, and of what is behind it.
std::vector<wire::Prefix> homes(const LockdownScope& scope, const LockdownFindings& findings) {
    std::vector<wire::Prefix> homes{wire::Prefix::host(scope.home.address)};
    homes.insert(homes.end(), scope.network_prefixes.begin(), scope.network_prefixes.end());
    if (findings.ipv4_home) {
        homes.push_back(wire::Prefix::host(wire::Ipv6Address::mapped(*findings.ipv4_home)));
    }
    return homes;
}

// What has a home address belongs into the tunnel, in a split one too.
std::string no_home_address(const LockdownScope& scope, const LockdownFindings& findings,
                            const std::string& end) {
    std::string rules;
    for (const wire::Prefix& home : homes(scope, findings)) {
        rules += rule(within(home, end) + " drop");
    }
    return rules;
}

// Between this machine and what is behind it: no default route leads there.
std::string within_networks(const LockdownScope& scope, const std::string& condition) {
    std::string rules;
    for (const wire::Prefix& prefix : scope.network_prefixes) {
        rules +=
            rule(within(prefix, "saddr") + " " + within(prefix, "daddr") + condition + " accept");
    }
    return rules;
}

// Of what is behind this machine.
std::string of_networks(const LockdownScope& scope, const std::string& condition,
                        const std::string& end, const std::string& verdict) {
    std::string rules;
    for (const wire::Prefix& prefix : scope.network_prefixes) {
        rules += rule(condition + within(prefix, end) + " " + verdict);
    }
    return rules;
}

bool is_full(const LockdownScope& scope, bool ipv4) {
    return std::ranges::any_of(scope.routes, [&](const wire::Prefix& route) {
        return route.is_ipv4() == ipv4 && route.length == (ipv4 ? 96 : 0);
    });
}

// A split tunnel holds what goes through it, and nothing else.
std::string beside_a_split_tunnel(const LockdownScope& scope, const std::string& end) {
    std::string rules;
    for (const bool ipv4 : {false, true}) {
        if (is_full(scope, ipv4)) {
            continue;
        }
        for (const wire::Prefix& route : scope.routes) {
            if (route.is_ipv4() == ipv4) {
                rules += rule(within(route, end) + " drop");
            }
        }
        rules += rule(ipv4 ? "meta nfproto ipv4 accept" : "meta nfproto ipv6 accept");
    }
    return rules;
}

// Where packets go that are nobody's business: excluded prefixes, and what a split tunnel leaves.
std::string outside(const LockdownScope& scope) {
    std::string rules;
    for (const wire::Prefix& prefix : scope.exclude) {
        rules += rule(within(prefix, "daddr") + " accept");
    }
    return rules + beside_a_split_tunnel(scope, "daddr");
}

// Between us and the home agent. `end` is its end: "daddr", with "dport", or "saddr" with "sport".
std::string of_the_tunnel(const LockdownScope& scope, const LockdownFindings& findings,
                          const std::string& mark, const std::string& end,
                          const std::string& port) {
    std::vector<std::string> ipv6{scope.home_agent.text()};
    std::vector<std::string> ipv4;
    for (const wire::Ipv6Address& endpoint : findings.endpoints) {
        const auto short_form = endpoint.mapped_ipv4();
        std::vector<std::string>& family = short_form ? ipv4 : ipv6;
        const std::string text = short_form ? short_form->text() : endpoint.text();
        if (std::ranges::find(family, text) == family.end()) {
            family.push_back(text);
        }
    }
    const auto as_it_is = [](const std::string& text) { return text; };
    const std::string ports =
        set(scope.ports, [](std::uint16_t number) { return std::to_string(number); });
    // IPv4-in-IPv6, IPv6-in-IPv6, ESP, Mobility Header.
    std::string rules = rule(mark + "ip6 " + end + " " + scope.home_agent.text() +
                             " meta l4proto { 4, 41, 50, 135 } accept");
    const std::string by_ipv6 = mark + "ip6 " + end + " " + set(ipv6, as_it_is);
    const std::string by_ipv4 = mark + "ip " + end + " " + set(ipv4, as_it_is);
    rules += rule(by_ipv6 + " udp " + port + " " + ports + " accept");
    if (!ipv4.empty()) {
        rules += rule(by_ipv4 + " udp " + port + " " + ports + " accept");
    }
    if (!mark.empty()) {  // whether a captive portal answers in its place
        rules += rule(by_ipv6 + " tcp " + port + " 80 accept");
        rules += ipv4.empty() ? "" : rule(by_ipv4 + " tcp " + port + " 80 accept");
    }
    return rules;
}

// What a link needs to be one: RFC 4861 (hop limit 255), RFC 2710 and 3810 (1), DHCP.
std::string of_the_link(bool leaving) {
    const std::string here = leaving ? "sport" : "dport";
    const std::string there = leaving ? "dport" : "sport";
    return rule("icmpv6 type { 133-137 } ip6 hoplimit 255 accept") +
           rule("icmpv6 type { 130-132, 143 } ip6 hoplimit 1 accept") +
           rule("meta nfproto ipv4 udp " + here + " 68 udp " + there + " 67 accept") +
           rule("ip6 saddr fe80::/10 " +
                std::string(leaving ? "ip6 daddr { fe80::/10, ff02::1:2 } " : "") + "udp " + here +
                " 546 udp " + there + " 547 accept");
}

std::string leaving(const LockdownScope& scope, const LockdownFindings& findings) {
    const std::string own = marked(outer_packet_mark) + " ";
    std::string rules =
        rule(R"(oifname { "lo", ")" + scope.tunnel + "\" } accept") +
        rule(marked(home_link_mark) + " accept") + rule(marked(portal_mark) + " accept") +
        of_the_tunnel(scope, findings, own, "daddr", "dport") +
        // The home agent's name is asked for past the tunnel.
        rule(own + "meta l4proto { tcp, udp } th dport 53 accept") + of_the_link(true);
    if (scope.has_excluded_programs) {
        rules += rule(marked(excluded_mark) + " accept");
    }
    return rules + within_networks(scope, "") + no_home_address(scope, findings, "saddr") +
           outside(scope);
}

// Nothing is opened: what comes is an answer, or comes through the tunnel.
std::string arriving(const LockdownScope& scope, const LockdownFindings& findings) {
    std::string rules = rule(R"(iifname { "lo", ")" + scope.tunnel + "\" } accept") +
                        rule(marked(home_link_mark) + " accept") +
                        rule(marked(portal_mark) + " accept") +
                        of_the_tunnel(scope, findings, "", "saddr", "sport") + of_the_link(false);
    if (scope.has_excluded_programs) {
        rules += rule("ct mark " + hexadecimal(excluded_mark) + " accept");
    }
    return rules + within_networks(scope, " ct state established,related") +
           no_home_address(scope, findings, "daddr") + rule("ct state established,related accept") +
           beside_a_split_tunnel(scope, "saddr");
}

// Of containers and virtual machines. Those with addresses of this machine's own prefixes get out
// through the tunnel alone, whatever is excluded, and are reached through it. A flow of theirs that
// began through the tunnel must not go on outside of it: only its answers pass because they are
// answers.
std::string passing(const LockdownScope& scope) {
    return rule("oifname \"" + scope.tunnel + "\" accept") +
           rule(marked(home_link_mark) + " accept") +
           of_networks(scope, "iifname \"" + scope.tunnel + "\" ", "daddr", "accept") +
           of_networks(scope, "", "saddr", "drop") +
           rule("ct direction reply ct state established,related accept") +
           of_networks(scope, "", "daddr", "drop") + outside(scope);
}

}  // namespace

std::string lockdown_chains(const LockdownScope& scope, const LockdownFindings& findings) {
    return chain("leaving", "output", leaving(scope, findings)) +
           chain("arriving", "input", arriving(scope, findings)) +
           chain("passing", "forward", passing(scope));
}

std::string home_link_chains(std::uint32_t interface) {
    const std::string mark = "meta mark set " + hexadecimal(home_link_mark);
    std::string chains;
    for (const auto& [name, hook, end] : {std::array{"leaving", "output", "oif"},
                                          {"arriving", "input", "iif"},
                                          {"passing", "forward", "oif"}}) {
        chains += std::string("  chain ") + name + " {\n" +
                  rule(std::string("type filter hook ") + hook + " priority filter - 1") +
                  rule(std::string(end) + " " + std::to_string(interface) + " " + mark) + "  }\n";
    }
    return chains;
}

}  // namespace godwit::client

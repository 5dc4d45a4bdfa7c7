#include "server/home_plan.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace godwit::server {
namespace {

constexpr std::uint16_t own_port = 4191;    // RFC 5555 §9
constexpr std::uint16_t passed_port = 443;  // that of HTTP/3, which most firewalls let out
constexpr std::uint32_t least_mtu = 1280;   // IPv6's
constexpr std::uint32_t most_mtu = 9216;    // of path_mtu
constexpr std::uint8_t subnet_bits = 64;

bool overlap(const wire::Prefix& one, const wire::Prefix& other) {
    return one.contains(other.address) || other.contains(one.address);
}

std::optional<wire::Prefix> free_pool(const std::vector<wire::Prefix>& in_use) {
    constexpr std::array pools{"10.19.0.0/24", "10.191.0.0/24", "172.29.191.0/24",
                               "192.168.191.0/24", "100.91.191.0/24"};
    for (const char* pool : pools) {
        const auto prefix = wire::Prefix::parse_ipv4(pool);
        if (std::ranges::none_of(in_use,
                                 [&](const auto& used) { return overlap(*prefix, used); })) {
            return prefix;
        }
    }
    return std::nullopt;
}

std::vector<std::uint16_t> free_ports(const std::vector<std::uint16_t>& in_use) {
    std::vector<std::uint16_t> ports;
    for (const std::uint16_t port : {own_port, passed_port}) {
        if (std::ranges::find(in_use, port) == in_use.end()) {
            ports.push_back(port);
        }
    }
    return ports;
}

HomeMode mode_for(HostCase found) {
    switch (found) {
        case HostCase::routed:
            return HomeMode::routed;
        case HostCase::on_link:
            return HomeMode::on_link;
        default:
            return HomeMode::nat;
    }
}

bool is_unique_local(const wire::Prefix& prefix) {  // RFC 4193 §3.1
    static const wire::Prefix all = wire::Prefix::parse("fc00::/7").value();
    return prefix.length >= all.length && all.contains(prefix.address);
}

// A global prefix that somebody has named is this machine's, even if no packet has shown it: a
// router may answer no pings.
HomeMode mode_for(const HostSurvey& survey, const Wishes& wishes) {
    if (wishes.mode) {
        return *wishes.mode;
    }
    const HomeMode mode = mode_for(survey.found);
    if (mode != HomeMode::nat || !wishes.prefix || is_unique_local(*wishes.prefix)) {
        return mode;
    }
    const bool is_of_uplink =
        survey.uplink && survey.uplink->address && wishes.prefix->contains(*survey.uplink->address);
    return survey.shared_link || is_of_uplink ? HomeMode::on_link : HomeMode::routed;
}

wire::Ipv6Address first_of(wire::Prefix prefix) {
    prefix.address.octets.back() |= 1U;  // 0 is the subnet-router anycast address, RFC 4291 §2.6.1
    return prefix.address;
}

// Where those outside reach it.
std::vector<std::string> endpoints_of(const Uplink& uplink) {
    std::vector<std::string> endpoints;
    if (uplink.address) {
        endpoints.push_back(uplink.address->text());
    }
    if (uplink.ipv4 && !is_private(*uplink.ipv4)) {
        endpoints.push_back(uplink.ipv4->text());
    }
    return endpoints;
}

std::string in_quotes(const std::string& text) {
    return '"' + text + '"';
}

template <class Items, class Text>
std::string list_text(const Items& items, Text text) {
    std::string list;
    for (const auto& item : items) {
        list += (list.empty() ? "" : ", ") + text(item);
    }
    return "[" + list + "]";
}

std::string explanation(HomeMode mode) {
    switch (mode) {
        case HomeMode::routed:
            return "# Home addresses are of this prefix, which is routed to this machine.\n";
        case HomeMode::on_link:
            return "# Home addresses are of this prefix, which is on the link of the interface "
                   "below: the home agent\n"
                   "# answers for them there.\n";
        case HomeMode::nat:
            break;
    }
    return "# Home addresses are of this prefix, which is nobody else's (RFC 4193), and leave this "
           "machine under\n"
           "# its own address. Clients reach the Internet and each other; nobody outside reaches "
           "them.\n";
}

}  // namespace

std::string_view name(HomeMode mode) {
    constexpr std::array names{"routed", "on-link", "nat"};
    return names.at(static_cast<std::size_t>(mode));
}

wire::Prefix unique_local_prefix(std::uint64_t random) {
    constexpr std::uint8_t locally_assigned = 0xfd;
    constexpr std::size_t global_id = 5;  // octets
    constexpr unsigned octet_bits = 8;
    wire::Prefix prefix{.address = {{locally_assigned}}, .length = subnet_bits};
    for (std::size_t place = 1; place <= global_id; ++place) {
        prefix.address.octets.at(place) = static_cast<std::uint8_t>(random);
        random >>= octet_bits;
    }
    return prefix;
}

std::expected<HomePlan, std::string> plan_home(const HostSurvey& survey, const Wishes& wishes,
                                               const Surroundings& surroundings) {
    if (!survey.uplink || survey.found == HostCase::offline) {
        return std::unexpected("this machine has no way to the Internet; connect it first");
    }
    const Uplink& uplink = *survey.uplink;
    HomePlan plan{.mode = mode_for(survey, wishes)};
    const auto prefix = wishes.prefix ? wishes.prefix : survey.prefix;
    if (plan.mode != HomeMode::nat && !prefix) {
        return std::unexpected("no prefix for \"" + std::string(name(plan.mode)) +
                               "\" was found; name it with --prefix");
    }
    if (plan.mode == HomeMode::nat && wishes.prefix && !is_unique_local(*wishes.prefix)) {
        return std::unexpected(wishes.prefix->text() +
                               " is not for private use, as --mode nat wants it; take --mode "
                               "routed or on-link, or leave --prefix out");
    }
    plan.prefix = plan.mode == HomeMode::nat && !wishes.prefix
                      ? unique_local_prefix(surroundings.random)
                      : *prefix;
    plan.address = uplink.address.value_or(first_of(plan.prefix));
    if (plan.mode == HomeMode::on_link) {
        plan.home_link = survey.shared_link.value_or(uplink.link.name);
    }
    plan.ipv4_pool = free_pool(surroundings.ipv4_in_use);
    plan.udp_ports = free_ports(surroundings.udp_ports_in_use);
    if (plan.udp_ports.empty()) {
        return std::unexpected(
            "UDP ports 4191 and 443 are both in use; stop the program that has port 4191");
    }
    plan.path_mtu = std::clamp(uplink.link.mtu, least_mtu, most_mtu);
    plan.endpoints = wishes.endpoints.empty() ? endpoints_of(uplink) : wishes.endpoints;
    if (plan.endpoints.empty()) {
        return std::unexpected(
            "this machine has private addresses only, and cannot know by which address it is "
            "reached from outside; name it with --endpoint NAME-OR-ADDRESS");
    }
    return plan;
}

std::string configuration_text(const HomePlan& plan, const std::string& key) {
    std::string text =
        "# The home agent's configuration, written by godwit-ha init. man godwit-ha.toml explains "
        "every key;\n"
        "# after a change: systemctl restart godwit-ha.\n\n"
        "# Who this home agent is, in every message.\n"
        "address = " +
        in_quotes(plan.address.text()) +
        "\n"
        "private_key_file = " +
        in_quotes(key) + "\n\n" + explanation(plan.mode) +
        "home_mode = " + in_quotes(std::string(name(plan.mode))) +
        "\n"
        "home_prefix = " +
        in_quotes(plan.prefix.text()) + "\n";
    if (plan.home_link) {
        text += "home_link = " + in_quotes(*plan.home_link) + "\n";
    }
    text +=
        "\n# Where clients reach this machine; it stands in every invite.\n"
        "endpoints = " +
        list_text(plan.endpoints, in_quotes) +
        "\n"
        "udp_ports = " +
        list_text(plan.udp_ports, [](std::uint16_t port) { return std::to_string(port); }) + "\n\n";
    if (plan.ipv4_pool) {
        text +=
            "# Private IPv4 addresses for the clients, which leave under this machine's own.\n"
            "ipv4_pool = " +
            in_quotes(plan.ipv4_pool->text()) + "\n\n";
    }
    return text +
           "# Octets that leave this machine in one piece.\n"
           "path_mtu = " +
           std::to_string(plan.path_mtu) + "\n";
}

std::string plan_text(const HostSurvey& survey, const HomePlan& plan) {
    std::string text = "Found: ";
    switch (survey.found) {
        case HostCase::routed:
            text += "a prefix that is routed to this machine.\n";
            break;
        case HostCase::on_link:
            text += "a prefix on this machine's link, of which it may take addresses.\n";
            break;
        case HostCase::single:
            text += "single IPv6 addresses, and no prefix to give any away.\n";
            break;
        default:
            text += "IPv4 only.\n";
    }
    for (const std::string& reason : survey.reasons) {
        text += "  " + reason + "\n";
    }
    text += "Mode: " + std::string(name(plan.mode)) + ", home addresses of " + plan.prefix.text() +
            (plan.home_link ? " on " + *plan.home_link : "") +
            (plan.ipv4_pool ? ", IPv4 of " + plan.ipv4_pool->text() : "") + ".\n";
    std::string ports;
    for (const std::uint16_t port : plan.udp_ports) {
        ports += (ports.empty() ? "" : " and ") + std::to_string(port);
    }
    return text + "If your provider has a firewall of its own, open UDP " + ports +
           " in it, over IPv6 and IPv4.\n";
}

}  // namespace godwit::server

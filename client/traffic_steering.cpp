#include "client/traffic_steering.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "client/near_destinations.hpp"
#include "shared/runtime/clock.hpp"

namespace godwit::client {
namespace {

// Numbers of routing tables and rules that nobody else is known to use; 4191 is RFC 5555's port.
constexpr std::uint32_t home_address_table = 4191;  // what has the home address for its source
constexpr std::uint32_t routes_table = 4192;        // the rest
constexpr std::uint32_t way_back_priority = first_rule_priority;
constexpr std::uint32_t own_packets_priority = first_rule_priority + 1;
constexpr std::uint32_t home_address_priority = first_rule_priority + 2;
constexpr std::uint32_t specific_routes_priority = first_rule_priority + 3;
constexpr std::uint32_t routes_priority = first_rule_priority + 4;

constexpr std::uint16_t dns_port = 53;

constexpr std::size_t many_repairs = 3;  // in a minute: this is no accident

// The rules and routes of IPv4 are those of IPv6, with other addresses in them.
struct Family {
    wire::Ipv6Address home;
    wire::Prefix everything;

    [[nodiscard]] bool has(const wire::Prefix& prefix) const {
        return prefix.is_ipv4() == everything.is_ipv4();
    }
};

Family ipv6(const SteeringSettings& settings) {
    return {.home = settings.home.address, .everything = {{}, 0}};
}

Family ipv4(wire::Ipv4Address home) {
    return {.home = wire::Ipv6Address::mapped(home),
            .everything = {wire::Ipv6Address::mapped({}), 96}};
}

bool is_full_tunnel(const SteeringSettings& settings, const Family& family) {
    return std::ranges::find(settings.routes, family.everything) != settings.routes.end();
}

platform::Route through_tunnel(const SteeringSettings& settings, const Family& family,
                               const wire::Prefix& destination, std::uint32_t table) {
    return {.destination = destination,
            .interface = settings.tunnel,
            .preferred_source = family.home,
            .table = table};
}

// A network may have given this machine an address in a prefix that the home has too. Its router
// may have the server's address: of that only questions are kept from it.
void add_name_servers(SystemState& state, const SteeringSettings& settings, const Family& family) {
    for (const wire::Ipv6Address& server : settings.name_servers) {
        const wire::Prefix only = wire::Prefix::host(server);
        const bool is_excluded = std::ranges::any_of(
            settings.exclude, [&](const wire::Prefix& prefix) { return prefix.contains(server); });
        if (family.has(only) && !is_excluded) {
            state.rules.push_back({.ipv4 = only.is_ipv4(),
                                   .priority = home_address_priority,
                                   .table = home_address_table,
                                   .to = only,
                                   .destination_port = dns_port});
        }
    }
}

void add_away(SystemState& state, const SteeringSettings& settings, const Family& family) {
    state.routes.push_back(through_tunnel(settings, family, family.everything, home_address_table));
    for (const wire::Prefix& prefix : settings.routes) {
        if (family.has(prefix)) {
            state.routes.push_back(through_tunnel(settings, family, prefix, routes_table));
        }
    }
    state.rules.push_back({.ipv4 = family.everything.is_ipv4(),
                           .priority = home_address_priority,
                           .table = home_address_table,
                           .from = wire::Prefix::host(family.home)});
    if (is_full_tunnel(settings, family)) {
        add_name_servers(state, settings, family);
    }
}

// New connections have the home address for their source at home too.
void add_at_home(SystemState& state, const SteeringSettings& settings, const Family& family,
                 const mobility::HomeLink& link) {
    if (is_full_tunnel(settings, family)) {
        state.routes.push_back({.destination = family.everything,
                                .interface = link.interface,
                                .gateway = link.router,
                                .preferred_source = family.home,
                                .table = routes_table});
    }
}

// The whole prefix by routes of its own, since a route of less specific ones can be anybody's.
void add_near(SystemState& state, const SteeringSettings& settings, const Family& family) {
    for (const wire::Prefix& prefix : settings.near) {
        if (family.has(prefix)) {
            state.rules.push_back(
                {.ipv4 = prefix.is_ipv4(),
                 .priority = specific_routes_priority,
                 .to = prefix,
                 .suppressed_prefix_length = prefix.length - family.everything.length - 1U});
        }
    }
}

void add_rules(SystemState& state, const SteeringSettings& settings, const Family& family) {
    const bool is_ipv4 = family.everything.is_ipv4();
    state.rules.push_back(
        {.ipv4 = is_ipv4, .priority = own_packets_priority, .mark = outer_packet_mark});
    if (settings.has_excluded_programs) {
        state.rules.push_back(
            {.ipv4 = is_ipv4, .priority = own_packets_priority, .mark = excluded_mark});
    }
    if (settings.lets_portal_out) {
        state.rules.push_back(
            {.ipv4 = is_ipv4, .priority = own_packets_priority, .mark = portal_mark});
    }
    // After the home address: what came for it through the tunnel is answered through it.
    for (const wire::Prefix& prefix : settings.exclude) {
        if (family.has(prefix)) {
            state.rules.push_back(
                {.ipv4 = is_ipv4, .priority = specific_routes_priority, .to = prefix});
        }
    }
    if (is_full_tunnel(settings, family)) {
        add_near(state, settings, family);
    }
    state.rules.push_back({.ipv4 = is_ipv4,
                           .priority = routes_priority,
                           .table = routes_table,
                           .mark = outer_packet_mark,
                           .inverted = true});
}

// What is behind this machine: to it only by routes of its own, which whoever runs it has made. A
// default route would lead it back to where it comes from.
void add_networks(SystemState& state, const SteeringSettings& settings) {
    for (const wire::Prefix& prefix : settings.network_prefixes) {
        state.routes.push_back({.destination = prefix,
                                .interface = platform::loopback,
                                .table = home_address_table,
                                .is_unreachable = true});
        state.rules.push_back({.priority = own_packets_priority,
                               .to = prefix,
                               .suppressed_prefix_length = prefix.length - 1U});
        state.rules.push_back(
            {.priority = home_address_priority, .table = home_address_table, .to = prefix});
    }
}

// RFC 3963 §5.5. At home it goes where everything goes.
void add_networks_away(SystemState& state, const SteeringSettings& settings) {
    for (const wire::Prefix& prefix : settings.network_prefixes) {
        state.rules.push_back(
            {.priority = home_address_priority, .table = home_address_table, .from = prefix});
    }
}

// By the addresses of this machine: whoever is behind it may send from the same port.
void add_way_back(SystemState& state, const SteeringSettings& settings) {
    for (const wire::Ipv4Address& own : settings.own_ipv4) {
        if (settings.udp_port) {
            state.rules.push_back({.ipv4 = true,
                                   .priority = way_back_priority,
                                   .from = wire::Prefix::host(wire::Ipv6Address::mapped(own)),
                                   .udp_source_port = settings.udp_port});
        }
    }
}

}  // namespace

SystemState system_state(const SteeringSettings& settings, Steering steering,
                         const std::optional<mobility::HomeLink>& home_link,
                         const std::optional<wire::Ipv4Address>& ipv4_home) {
    SystemState state{.up = {settings.tunnel}};
    state.addresses.push_back({.interface = settings.tunnel, .address = settings.home.address});
    if (ipv4_home) {
        state.addresses.push_back(
            {.interface = settings.tunnel, .address = wire::Ipv6Address::mapped(*ipv4_home)});
    }
    if (home_link) {
        state.addresses.push_back(
            {.interface = home_link->interface, .address = settings.home.address});
    }
    if (steering == Steering::not_yet) {
        return state;
    }
    add_rules(state, settings, ipv6(settings));
    add_networks(state, settings);
    if (steering == Steering::through_tunnel) {
        add_away(state, settings, ipv6(settings));
        add_networks_away(state, settings);
        if (ipv4_home) {
            add_way_back(state, settings);
            add_rules(state, settings, ipv4(*ipv4_home));
            add_away(state, settings, ipv4(*ipv4_home));
        }
    } else if (home_link) {
        add_at_home(state, settings, ipv6(settings), *home_link);
    }
    return state;
}

TrafficSteering::TrafficSteering(SteeringSettings settings, const runtime::Log& log)
    : settings_(std::move(settings)), log_(log), footprint_(platform::Owner::mobile_node) {}

void TrafficSteering::steer(Steering steering, const std::optional<mobility::HomeLink>& home_link,
                            const std::optional<wire::Ipv4Address>& ipv4_home) {
    steering_ = steering;
    home_link_ = home_link;
    ipv4_home_ = ipv4_home;
    SystemState wanted = system_state(settings_, steering, home_link, ipv4_home);
    wanted.mtus = wanted_.mtus;
    if (wanted != wanted_) {
        wanted_ = std::move(wanted);
        compare(Reason::other_place);
    }
}

void TrafficSteering::fit(std::uint32_t mtu) {
    const std::vector<platform::InterfaceMtu> wanted{
        {.interface = settings_.tunnel, .octets = mtu}};
    if (wanted == wanted_.mtus) {
        return;
    }
    wanted_.mtus = wanted;
    if (const auto error = platform::change_mtu(netlink_, settings_.tunnel, mtu)) {
        log_.warning("mtu-not-changed", {{"reason", error.message()}});
    }
}

void TrafficSteering::let_portal_out(bool is_let_out) {
    settings_.lets_portal_out = is_let_out;
    steer(steering_, home_link_, ipv4_home_);
}

void TrafficSteering::let_past(std::vector<wire::Prefix> near,
                               std::vector<wire::Ipv4Address> own_ipv4) {
    settings_.near = std::move(near);
    settings_.own_ipv4 = std::move(own_ipv4);
    steer(steering_, home_link_, ipv4_home_);
}

void TrafficSteering::lead_to(std::vector<wire::Ipv6Address> name_servers) {
    if (name_servers == settings_.name_servers) {
        return;
    }
    settings_.name_servers = std::move(name_servers);
    steer(steering_, home_link_, ipv4_home_);
}

void TrafficSteering::watch(runtime::EventLoop& loop) {
    watch_ = loop.on_readable(monitor_.descriptor(), [this] {
        if (monitor_.changed()) {
            pacing_.on_event(runtime::boot_now());
        }
    });
}

void TrafficSteering::on_deadline() {
    const mobility::Instant now = runtime::boot_now();
    if (pacing_.is_due(now)) {
        pacing_.on_look(now);
        compare(Reason::changed_by_others);
    }
}

void TrafficSteering::compare(Reason reason) {
    try {
        const bool has_changed = apply(platform::difference(wanted_, footprint_.present()));
        if (has_changed && reason == Reason::changed_by_others) {
            tell_of_repair();
        }
    } catch (const std::system_error& error) {  // it does not stop changing for long enough
        log_.debug("system-not-read", {{"reason", error.what()}});
        pacing_.on_event(runtime::boot_now());
    }
}

// A rule needs its table's routes, a route its preferred source and its interface; and IPv6 an MTU
// of 1280 octets, without which the kernel takes its addresses away.
bool TrafficSteering::apply(const platform::SystemDifference& difference) {
    bool has_changed = false;
    std::error_code failure;
    const auto remove = [&](const auto& entry) {
        has_changed = true;
        footprint_.remove(entry);
    };
    const auto add = [&](std::error_code outcome) {
        has_changed = has_changed || !outcome;
        if (outcome && outcome != std::errc::file_exists) {  // somebody else has added the same
            failure = outcome;
        }
    };
    std::ranges::for_each(difference.remove.rules, remove);
    std::ranges::for_each(difference.remove.routes, remove);
    std::ranges::for_each(difference.remove.addresses, remove);
    for (const platform::InterfaceMtu& mtu : difference.add.mtus) {
        add(platform::change_mtu(netlink_, mtu.interface, mtu.octets));
    }
    for (const mobility::InterfaceIndex interface : difference.add.up) {
        add(platform::bring_up(netlink_, interface));
    }
    const auto put = [&](const auto& entry) { add(footprint_.add(entry)); };
    std::ranges::for_each(difference.add.addresses, put);
    std::ranges::for_each(difference.add.routes, put);
    std::ranges::for_each(difference.add.rules, put);
    note(failure);
    return has_changed;
}

void TrafficSteering::note(std::error_code failure) {
    if (failure && failure != failure_) {
        log_.warning("system-not-changed", {{"reason", failure.message()}});
    }
    failure_ = failure;
}

// Who removes it again and again does not fill the log.
void TrafficSteering::tell_of_repair() {
    const mobility::Instant now = runtime::boot_now();
    pacing_.on_repaired(now);
    if (pacing_.repairs(now) < many_repairs) {
        log_.info("system-repaired");
    } else if (pacing_.repairs(now) == many_repairs) {
        log_.warning("system-repaired-again-and-again");
    }
}

std::vector<std::string> TrafficSteering::complaints() const {
    std::vector<std::string> complaints;
    const std::size_t repairs = pacing_.repairs(runtime::boot_now());
    if (failure_) {
        complaints.push_back(
            "the kernel refuses an address, a route, a rule or the MTU of the tunnel: " +
            failure_.message());
    }
    if (settings_.near.size() == most_near_destinations) {
        complaints.push_back(
            "this machine has too many routes of its own for a full tunnel: what " +
            std::to_string(most_near_destinations) +
            " of them name goes past it, and the rest takes it");
    }
    if (repairs >= many_repairs) {
        complaints.push_back(
            "something on this machine changes addresses, routes, rules or the MTU of the tunnel; "
            "they were put back " +
            std::to_string(repairs) + " times in the last minute");
    }
    return complaints;
}

}  // namespace godwit::client

#include "client/traffic_steering.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace godwit::client {
namespace {

// Numbers of routing tables and rules that nobody else is known to use; 4191 is RFC 5555's port.
constexpr std::uint32_t home_address_table = 4191;  // what has the home address for its source
constexpr std::uint32_t routes_table = 4192;        // the rest
constexpr std::uint32_t own_packets_priority = 4191;
constexpr std::uint32_t home_address_priority = 4192;
constexpr std::uint32_t specific_routes_priority = 4193;
constexpr std::uint32_t routes_priority = 4194;

const wire::Prefix everything{{}, 0};

bool is_full_tunnel(const SteeringSettings& settings) {
    return std::ranges::find(settings.routes, everything) != settings.routes.end();
}

platform::Route through_tunnel(const SteeringSettings& settings, const wire::Prefix& destination,
                               std::uint32_t table) {
    return {.destination = destination,
            .interface = settings.tunnel,
            .preferred_source = settings.home.address,
            .table = table};
}

void add_away(SystemState& state, const SteeringSettings& settings) {
    state.routes.push_back(through_tunnel(settings, everything, home_address_table));
    for (const wire::Prefix& prefix : settings.routes) {
        state.routes.push_back(through_tunnel(settings, prefix, routes_table));
    }
    state.rules.push_back({.priority = home_address_priority,
                           .table = home_address_table,
                           .from = wire::Prefix{settings.home.address, 128}});
}

// New connections have the home address for their source at home too.
void add_at_home(SystemState& state, const SteeringSettings& settings,
                 const mobility::HomeLink& link) {
    if (is_full_tunnel(settings)) {
        state.routes.push_back({.destination = everything,
                                .interface = link.interface,
                                .gateway = link.router,
                                .preferred_source = settings.home.address,
                                .table = routes_table});
    }
}

}  // namespace

SystemState system_state(const SteeringSettings& settings, Steering steering,
                         const std::optional<mobility::HomeLink>& home_link) {
    SystemState state;
    state.addresses.push_back({.interface = settings.tunnel, .address = settings.home.address});
    if (home_link) {
        state.addresses.push_back(
            {.interface = home_link->interface, .address = settings.home.address});
    }
    if (steering == Steering::not_yet) {
        return state;
    }
    state.rules.push_back({.priority = own_packets_priority, .mark = outer_packet_mark});
    if (is_full_tunnel(settings)) {
        state.rules.push_back(
            {.priority = specific_routes_priority, .suppressed_prefix_length = 0});
    }
    if (steering == Steering::through_tunnel) {
        add_away(state, settings);
    } else if (home_link) {
        add_at_home(state, settings, *home_link);
    }
    state.rules.push_back({.priority = routes_priority,
                           .table = routes_table,
                           .mark = outer_packet_mark,
                           .inverted = true});
    return state;
}

TrafficSteering::TrafficSteering(SteeringSettings settings, const runtime::Log& log)
    : settings_(std::move(settings)), log_(log), footprint_(platform::Owner::mobile_node) {}

void TrafficSteering::steer(Steering steering, const std::optional<mobility::HomeLink>& home_link) {
    const SystemState wanted = system_state(settings_, steering, home_link);
    if (wanted == present_) {
        return;
    }
    // A rule needs its table's routes, a route its preferred source.
    remove_surplus(present_.rules, wanted.rules);
    remove_surplus(present_.routes, wanted.routes);
    remove_surplus(present_.addresses, wanted.addresses);
    add_missing(present_.addresses, wanted.addresses);
    add_missing(present_.routes, wanted.routes);
    add_missing(present_.rules, wanted.rules);
}

template <class Entry>
void TrafficSteering::add_missing(std::vector<Entry>& present, const std::vector<Entry>& wanted) {
    for (const Entry& entry : wanted) {
        if (std::ranges::find(present, entry) == present.end()) {
            const std::error_code error = footprint_.add(entry);
            if (error && error != std::errc::file_exists) {
                log_.warning("system-not-changed", {{"reason", error.message()}});
                continue;  // it is missing, and tried again with the next change
            }
            present.push_back(entry);
        }
    }
}

template <class Entry>
void TrafficSteering::remove_surplus(std::vector<Entry>& present,
                                     const std::vector<Entry>& wanted) {
    std::erase_if(present, [&](const Entry& entry) {
        if (std::ranges::find(wanted, entry) != wanted.end()) {
            return false;
        }
        footprint_.remove(entry);
        return true;
    });
}

}  // namespace godwit::client

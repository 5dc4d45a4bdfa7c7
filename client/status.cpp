#include "client/status.hpp"

#include "shared/runtime/offload_document.hpp"
#include "shared/runtime/rfc3339.hpp"

namespace godwit::client {

using runtime::Json;

namespace {

Json binding_object(const std::optional<BindingReport>& binding) {
    if (!binding) {
        return {};
    }
    return {{"sequence", binding->sequence.value()},
            {"lifetime_s", binding->lifetime.count()},
            {"remaining_s", binding->remaining.count()}};
}

Json tunnel_object(const std::optional<TunnelReport>& tunnel) {
    if (!tunnel) {
        return {};
    }
    Json object{{"protection", name(tunnel->protection)},
                {"suite", tunnel->suite ? Json(name(*tunnel->suite)) : Json()},
                {"mtu", tunnel->mtu}};
    append(object, tunnel->traffic);
    return object;
}

Json handover_object(const std::optional<HandoverReport>& handover) {
    if (!handover) {
        return {};
    }
    return {{"from", place(handover->from)},
            {"to", place(handover->to)},
            {"cause", name(handover->cause)},
            {"gap_ms", milliseconds(handover->gap)}};
}

Json dns_object(const DnsReport& dns) {
    Json servers = Json::array();
    for (const wire::Ipv6Address& server : dns.servers) {
        servers.push_back(text_of(server));
    }
    return {{"backend", dns.backend.empty() ? Json() : Json(dns.backend)},
            {"servers", servers},
            {"domains", dns.domains}};
}

Json network_object(const std::optional<NetworkReport>& network) {
    if (!network) {
        return {};
    }
    return {{"prefixes", runtime::to_json(network->prefixes)},
            {"carried", network->is_carried},
            {"refusal", network->refusal ? Json(*network->refusal) : Json()}};
}

Json time_or_null(const std::optional<runtime::WallTime>& time) {
    return time ? Json(runtime::rfc3339(*time)) : Json();
}

Json document_of(const Status& status) {
    const auto& care_of = status.care_of_address;
    Json handovers{{"count", status.moves.handovers}, {"last", handover_object(status.moves.last)}};
    handovers.update(status.moves.log.to_json());
    return {{"schema", runtime::status_schema},
            {"state", state_name(status.state)},
            {"profile", status.profile.empty() ? Json() : Json(status.profile)},
            {"home_address", runtime::to_json(status.home_address.address)},
            {"home_agent", runtime::to_json(status.home_agent.address)},
            {"ipv4_home_address",
             status.ipv4_home_address ? Json(status.ipv4_home_address->text()) : Json()},
            {"care_of_address", care_of ? Json(text_of(care_of->address)) : Json()},
            {"path", path_object(status.path)},
            {"round_trip_ms", milliseconds(status.round_trip)},
            {"warm_path", path_object(status.warm_path)},
            {"binding", binding_object(status.binding)},
            {"tunnel", tunnel_object(status.tunnel)},
            {"dns", dns_object(status.dns)},
            {"lockdown",
             {{"wanted", status.lockdown.is_wanted}, {"in_force", status.lockdown.is_in_force}}},
            {"network", network_object(status.network)},
            {"portal", portal_object(status.portal)},
            {"portal_open_until", time_or_null(status.portal_open_until)},
            {"offloads", runtime::to_json(status.offloads)},
            {"system_calls", runtime::to_json(status.confinement)},
            {"handovers", handovers},
            {"drops", runtime::to_json(status.drops)},
            {"health", status.health}};
}

}  // namespace

Json portal_object(const std::optional<PortalReport>& portal) {
    if (!portal) {
        return {};
    }
    return {{"url", portal->url},
            {"source", portal->source},
            {"since", runtime::rfc3339(portal->since)}};
}

Json to_json(const Status& status) {
    Json document = document_of(status);
    if (status.home_prefix) {
        document["home_prefix"] = {
            {"prefix", status.home_prefix->prefix.text()},
            {"preferred_until", time_or_null(status.home_prefix->preferred_until)},
            {"valid_until", time_or_null(status.home_prefix->valid_until)}};
    }
    return document;
}

Json path_object(const std::optional<PathReport>& path) {
    if (!path) {
        return {};
    }
    const bool is_udp = path->encapsulation == mobility::Encapsulation::udp;
    return {{"encapsulation", name(path->encapsulation)},
            {"interface", path->link.name},
            {"kind", name(path->link.kind)},
            {"metered", path->link.is_metered},
            {"local", text_of(path->local)},
            {"remote", text_of(path->remote)},
            {"remote_port", is_udp ? Json(path->remote_port) : Json()},
            {"nat", path->is_behind_nat}};
}

Json way_object(const Status& status) {
    const auto& care_of = status.care_of_address;
    return {{"encapsulation", status.path ? Json(name(status.path->encapsulation)) : Json()},
            {"interface", status.path ? Json(status.path->link.name) : Json()},
            {"care_of_address", care_of ? Json(text_of(care_of->address)) : Json()}};
}

std::string text_of(const wire::Ipv6Address& address) {
    const auto ipv4 = address.mapped_ipv4();
    return ipv4 ? ipv4->text() : address.text();
}

Json place(const wire::CareOfAddress& address) {
    return address.address.is_unspecified() ? Json() : Json(text_of(address.address));
}

Json milliseconds(const std::optional<std::chrono::nanoseconds>& time) {
    if (!time) {
        return {};
    }
    return std::chrono::duration<double, std::milli>(
               std::chrono::round<std::chrono::microseconds>(*time))
        .count();
}

std::string_view state_name(const std::optional<State>& state) {
    return state ? name(*state) : down_state;
}

}  // namespace godwit::client

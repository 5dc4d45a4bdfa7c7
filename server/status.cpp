#include "server/status.hpp"

#include <utility>

#include "shared/runtime/offload_document.hpp"

namespace godwit::server {

using runtime::Json;

namespace {

std::string address_text(const wire::Ipv6Address& address) {
    const auto ipv4 = address.mapped_ipv4();
    return ipv4 ? ipv4->text() : address.text();
}

Json others_array(const std::vector<OtherBindingReport>& others) {
    Json array = Json::array();
    for (const OtherBindingReport& other : others) {
        array.push_back({{"care_of_address", address_text(other.care_of_address.address)},
                         {"binding_id", other.binding_id},
                         {"priority", other.priority},
                         {"proven", other.is_proved}});
    }
    return array;
}

Json rate_or_null(const mobility::BitRate& rate) {
    return rate.is_none() ? Json() : Json(rate.each_second);
}

void append(Json& object, const RateReport& rates) {
    object["rate_limit_up"] = rate_or_null(rates.up);
    object["rate_limit_down"] = rate_or_null(rates.down);
    object["rate_limit_drops_up"] = rates.dropped_up;
    object["rate_limit_drops_down"] = rates.dropped_down;
}

Json binding_object(const BindingReport& binding) {
    const bool is_udp = binding.path.encapsulation == mobility::Encapsulation::udp;
    Json object{{"name", binding.name},
                {"home_address", binding.home_address.text()},
                {"care_of_address", address_text(binding.care_of_address.address)},
                {"encapsulation", name(binding.path.encapsulation)},
                {"remote_address", address_text(binding.path.remote)},
                {"remote_port", is_udp ? Json(binding.path.remote_port) : Json()},
                {"nat", binding.is_behind_nat},
                {"proven", binding.is_proved},
                {"ipv4_home_address",
                 binding.ipv4_home_address ? Json(binding.ipv4_home_address->text()) : Json()},
                {"mtu", binding.mtu.inner},
                {"lifetime_s", binding.lifetime.count()},
                {"remaining_s", binding.remaining.count()},
                {"sequence", binding.sequence.value()},
                {"binding_id", binding.binding_id != 0 ? Json(binding.binding_id) : Json()},
                {"others", others_array(binding.others)},
                {"network_prefixes", runtime::to_json(binding.network_prefixes)}};
    append(object, binding.traffic);
    append(object, binding.rates);
    return object;
}

Json workers_array(const std::vector<runtime::TunnelTraffic>& workers) {
    Json array = Json::array();
    for (const runtime::TunnelTraffic& traffic : workers) {
        Json object = Json::object();
        append(object, traffic);
        array.push_back(std::move(object));
    }
    return array;
}

Json messages_object(const MessageCounts& messages) {
    Json object = Json::object();
    for (const auto& [type, by_status] : messages.by_type()) {
        object[type] = runtime::to_json(by_status);
    }
    return object;
}

}  // namespace

void MessageCounts::add(std::string_view type, std::optional<wire::BindingStatus> status) {
    const auto place = by_type_.try_emplace(std::string(type)).first;
    place->second.add(status ? name(*status) : "none");
}

Json to_json(const Status& status) {
    Json bindings = Json::array();
    for (const BindingReport& binding : status.bindings) {
        bindings.push_back(binding_object(binding));
    }
    return {{"schema", runtime::status_schema},
            {"bindings", std::move(bindings)},
            {"signalling",
             {{"in", messages_object(status.messages_in)},
              {"out", messages_object(status.messages_out)}}},
            {"endpoint_moves", status.endpoint_moves},
            {"offloads", runtime::to_json(std::optional(status.offloads))},
            {"system_calls", runtime::to_json(status.confinement)},
            {"drops", runtime::to_json(status.drops)},
            {"workers", workers_array(status.workers)},
            {"health", status.health}};
}

}  // namespace godwit::server

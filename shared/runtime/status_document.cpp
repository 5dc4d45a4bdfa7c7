#include "shared/runtime/status_document.hpp"

namespace godwit::runtime {

void append(Json& object, const TunnelTraffic& traffic) {
    object["tx_packets"] = traffic.tx.packets;
    object["tx_bytes"] = traffic.tx.bytes;
    object["rx_packets"] = traffic.rx.packets;
    object["rx_bytes"] = traffic.rx.bytes;
}

Json to_json(const Counters& counters) {
    Json object = Json::object();
    for (const auto& [reason, count] : counters.by_reason()) {
        object[reason] = count;
    }
    return object;
}

Json to_json(const wire::Ipv6Address& address) {
    return address.is_unspecified() ? Json() : Json(address.text());
}

Json to_json(const std::vector<wire::Prefix>& prefixes) {
    Json list = Json::array();
    for (const wire::Prefix& prefix : prefixes) {
        list.push_back(prefix.text());
    }
    return list;
}

}  // namespace godwit::runtime

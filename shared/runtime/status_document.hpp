#pragma once
// What the status documents of both daemons have in common: the version of their form, and parts
// that stand in both. Keys are always there; what is absent is null.

#include <nlohmann/json.hpp>
#include <vector>

#include "shared/datapath/counters.hpp"
#include "shared/runtime/counters.hpp"
#include "shared/wire/address.hpp"

namespace godwit::runtime {

using Json = nlohmann::ordered_json;  // keys stay in the order they are written in

inline constexpr int status_schema = 1;

// What went through one mobile node's tunnel: inner packets and their octets.
struct TunnelTraffic {
    datapath::Traffic tx;
    datapath::Traffic rx;
};

// Adds tx_packets, tx_bytes, rx_packets and rx_bytes to an object.
void append(Json& object, const TunnelTraffic& traffic);

Json to_json(const Counters& counters);

// An address as text; null for the unspecified one.
Json to_json(const wire::Ipv6Address& address);

// Each as text.
Json to_json(const std::vector<wire::Prefix>& prefixes);

}  // namespace godwit::runtime

#pragma once
// What the status documents of both daemons have in common: the version of their form, and parts
// that stand in both. Keys are always there; what is absent is null.

#include <cstdint>
#include <nlohmann/json.hpp>

#include "shared/runtime/counters.hpp"
#include "shared/wire/address.hpp"

namespace godwit::runtime {

using Json = nlohmann::ordered_json;  // keys stay in the order they are written in

inline constexpr int status_schema = 1;

// Of one mobile node's tunnel. Octets are those of the inner packets.
struct Traffic {
    std::uint64_t tx_packets = 0;
    std::uint64_t tx_bytes = 0;
    std::uint64_t rx_packets = 0;
    std::uint64_t rx_bytes = 0;
    bool operator==(const Traffic&) const = default;
};

// Adds tx_packets, tx_bytes, rx_packets and rx_bytes to an object.
void append(Json& object, const Traffic& traffic);

Json to_json(const Counters& counters);

// An address as text; null for the unspecified one.
Json to_json(const wire::Ipv6Address& address);

}  // namespace godwit::runtime

#pragma once
// Finds out what the router of a link does with a prefix, by trying: packets leave from an address
// that nobody has, and the router's answer to them shows the way that it takes to such addresses.

#include <chrono>
#include <cstdint>
#include <optional>

#include "shared/mobility/path.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/neighbor_options.hpp"

namespace godwit::platform {

enum class PrefixAnswer : std::uint8_t {
    silent,     // nothing comes back: what has such a source is dropped, or nobody answers pings
    delivered,  // it comes here without a question: the prefix is routed to this machine
    asked,      // the router asks on the link who has the address, and takes no answer from here
    answered,   // it asks, and sends here once it has been told: the prefix is on-link, and ours
};

struct PrefixProbe {
    mobility::InterfaceIndex interface;
    wire::Ipv6Address router;                          // its address on that link
    wire::Ipv6Address unused;                          // in the prefix; nobody must have it
    std::optional<wire::LinkLayerAddress> link_layer;  // the interface's; none: no answers
};

// Takes as long as this, or less where the answer comes sooner; needs CAP_NET_ADMIN and
// CAP_NET_RAW. Throws std::system_error.
PrefixAnswer probe_prefix(const PrefixProbe& probe, std::chrono::milliseconds patience);

}  // namespace godwit::platform

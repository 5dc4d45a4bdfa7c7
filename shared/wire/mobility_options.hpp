#pragma once
// The mobility options (RFC 6275 §6.2 and its successors) that Godwit sends or must understand.
// Each type has a file of its own in options/; here they become one list, aligned and padded.

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "shared/wire/bytes.hpp"
#include "shared/wire/options/alternate_care_of_address.hpp"
#include "shared/wire/options/authentication_option.hpp"
#include "shared/wire/options/binding_authorization_data.hpp"
#include "shared/wire/options/binding_identifier.hpp"
#include "shared/wire/options/binding_refresh_advice.hpp"
#include "shared/wire/options/experimental_option.hpp"
#include "shared/wire/options/flow_identification.hpp"
#include "shared/wire/options/flow_summary.hpp"
#include "shared/wire/options/ipv4_address_acknowledgement.hpp"
#include "shared/wire/options/ipv4_care_of_address.hpp"
#include "shared/wire/options/ipv4_home_address.hpp"
#include "shared/wire/options/mobile_network_prefix.hpp"
#include "shared/wire/options/mobile_node_identifier.hpp"
#include "shared/wire/options/nat_detection.hpp"
#include "shared/wire/options/nonce_indices.hpp"
#include "shared/wire/options/replay_timestamp.hpp"
#include "shared/wire/options/restart_counter.hpp"
#include "shared/wire/options/unknown_option.hpp"
#include "shared/wire/options/vendor_specific_option.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

using MobilityOption =
    std::variant<BindingRefreshAdvice, AlternateCareOfAddress, NonceIndices,
                 BindingAuthorizationData, MobileNetworkPrefix, MobileNodeIdentifier,
                 AuthenticationOption, ReplayTimestamp, ExperimentalOption, VendorSpecificOption,
                 RestartCounter, Ipv4HomeAddress, Ipv4AddressAcknowledgement, NatDetection,
                 Ipv4CareOfAddress, BindingIdentifier, FlowSummary, FlowIdentification,
                 UnknownOption>;

// In the order of the wire, without the padding.
using MobilityOptions = std::vector<MobilityOption>;

// Reads options up to the end of the bytes. Unknown types are kept (RFC 6275 §6.2.1: they MUST NOT
// keep the rest of the message from being processed); an option that overruns is bad_option.
Parsed<MobilityOptions> parse_options(BytesView in);

// Appends the options to a Mobility Header that begins at message[0], each at the alignment its
// type asks for, and pads the whole to a multiple of 8 octets. An option that must be the last
// (RFC 6275 §6.2.7, RFC 4285 §5) is placed so that it ends the header, if its length allows it.
void append_options(Bytes& message, const MobilityOptions& options);

// The first option of a type; nullptr if there is none.
template <class Option>
const Option* find(const MobilityOptions& options) {
    for (const MobilityOption& option : options) {
        if (const auto* found = std::get_if<Option>(&option)) {
            return found;
        }
    }
    return nullptr;
}

// Where an option's body (what follows type and length) lies in a serialised Mobility Header.
struct OptionBody {
    std::size_t offset = 0;  // octets from the start of the Mobility Header
    std::size_t length = 0;  // octets
};
// The first option of this type in a message whose options begin at `options_offset`.
std::optional<OptionBody> locate_option(BytesView message, std::size_t options_offset,
                                        std::uint8_t type);

}  // namespace godwit::wire

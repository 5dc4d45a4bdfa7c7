#pragma once
// Where the mobile node wants its home agent to see it, chosen from what its links offer.

#include <optional>
#include <variant>

#include "shared/mobility/attachment.hpp"
#include "shared/mobility/event.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

struct Nowhere {
    bool operator==(const Nowhere&) const = default;
};
struct Away {
    mobility::CandidateAddress care_of;
    bool operator==(const Away&) const = default;
};
struct AtHome {
    mobility::HomeLink link;
    bool operator==(const AtHome&) const = default;
};
using Target = std::variant<Nowhere, Away, AtHome>;

// The home link if it is there, else the best care-of address: one that may send, by route metric,
// then by the rules of RFC 6724 §5 that can tell addresses of one host apart. Of equals the present
// one stays, so that nothing moves without a reason.
Target choose_target(const mobility::Attachments& attachments, const Target& present,
                     const wire::HomeAgentAddress& home_agent);

// Whether packets of the two leave and arrive by the same address on the same interface.
bool is_same_place(const Target& one, const Target& other);

// Why a node goes from one place to another, seen from the links that it has now.
mobility::MoveCause cause_of_move(const Target& from, const Target& to,
                                  const mobility::Attachments& attachments);

// As an address: the care-of address, the home address at home, unspecified nowhere.
wire::CareOfAddress address_of(const Target& target, const wire::HomeAddress& home);

}  // namespace godwit::client

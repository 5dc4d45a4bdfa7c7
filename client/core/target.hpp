#pragma once
// Where the mobile node wants its home agent to see it.

#include <optional>
#include <variant>

#include "shared/mobility/attachment.hpp"
#include "shared/mobility/event.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

struct Nowhere {
    bool operator==(const Nowhere&) const = default;
};
struct Away {  // by this care-of address, along this path
    mobility::CandidateAddress care_of;
    mobility::Path path;
    bool operator==(const Away&) const = default;
};
struct AtHome {
    mobility::HomeLink link;
    bool operator==(const AtHome&) const = default;
};
using Target = std::variant<Nowhere, Away, AtHome>;

// Whether packets of the two leave and arrive by the same address on the same interface.
bool is_same_place(const Target& one, const Target& other);

// Why a node goes from one place to another, seen from the links that it has now.
mobility::MoveCause cause_of_move(const Target& from, const Target& to,
                                  const mobility::Attachments& attachments);

// As an address: the care-of address, the home address at home, unspecified nowhere.
wire::CareOfAddress address_of(const Target& target, const wire::HomeAddress& home);

}  // namespace godwit::client

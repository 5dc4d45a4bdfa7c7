#pragma once
// Why a mobile node has changed its care-of address, told to its home agent in the binding update
// of the move (docs/protocol.md, "The cause of a move"). It travels in an Experimental mobility
// option (RFC 5096 §4):
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   Type = 18   |  Length = 3   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |    Kind = 7   |  Version = 1  |     Cause     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstdint>
#include <optional>
#include <string_view>

#include "shared/wire/mobility_options.hpp"
#include "shared/wire/options/experimental_option.hpp"

namespace godwit::mobility {

// The numbers go over the wire.
enum class MoveCause : std::uint8_t {
    first_attachment = 1,  // it had none
    address_lost = 2,      // the one in use is gone, or may not be used any more
    better_path = 3,       // the one in use is still there, another is better
    path_silent = 4,       // the one in use is still there, and nothing comes back
    returned_home = 5,
    left_home = 6,
};

std::string_view name(MoveCause cause);  // "address-lost"

wire::ExperimentalOption to_option(MoveCause cause);
// The first of a message's; nothing if there is none, or one that is not known here.
std::optional<MoveCause> move_cause(const wire::MobilityOptions& options);

}  // namespace godwit::mobility

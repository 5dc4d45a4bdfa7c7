#pragma once
// How many messages, and how much other news, one end takes of another.

#include "shared/mobility/token_bucket.hpp"

namespace godwit::mobility {

// Of one home address, through its tunnel or, where that is plain, beside it: twice what it takes
// to try five links and to ask how long packets may be, both ends at once.
inline constexpr Rate messages_of_each{.each_second = 100, .burst = 64};
// New places that the packets of one home address come from: each has a heartbeat sent to it. A NAT
// moves a node now and then; one that gives each packet another port is not followed so closely.
inline constexpr Rate moves_of_each{.each_second = 20, .burst = 32};

}  // namespace godwit::mobility

#pragma once
// How many messages one end takes of another.

#include "shared/mobility/token_bucket.hpp"

namespace godwit::mobility {

// Of one home address, through its tunnel or, where that is plain, beside it: twice what it takes
// to try five links and to ask how long packets may be, both ends at once.
inline constexpr Rate messages_of_each{.each_second = 100, .burst = 64};

}  // namespace godwit::mobility

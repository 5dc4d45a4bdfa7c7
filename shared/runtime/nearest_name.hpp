#pragma once
// Which known name somebody meant who wrote an unknown one.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace godwit::runtime {

// The known name with the fewest letters to change, add, drop or swap with their neighbour; nothing
// if more than a third of the letters would have to.
std::optional<std::string> nearest_name(std::string_view written,
                                        std::span<const std::string> known);

}  // namespace godwit::runtime

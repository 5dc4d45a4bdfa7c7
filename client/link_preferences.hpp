#pragma once
// Which links the user likes best, and which cost money.

#include <cstdint>
#include <string>
#include <vector>

#include "shared/mobility/link_traits.hpp"

namespace godwit::client {

struct LinkPreferences {
    // mobility::matches(), the best first; what nothing here matches comes last.
    std::vector<std::string> prefer{"wired", "wifi", "cellular"};
    std::vector<std::string> metered;  // beside those that the system knows to be

    // Lower is better. Every unmetered link comes before every metered one, unless `prefer` speaks
    // of them.
    [[nodiscard]] std::uint32_t rank(const mobility::LinkTraits& link) const;

    [[nodiscard]] bool is_metered(const mobility::LinkTraits& link) const;
};

}  // namespace godwit::client

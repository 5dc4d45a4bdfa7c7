#include "client/link_preferences.hpp"

#include <algorithm>

namespace godwit::client {

std::uint32_t LinkPreferences::rank(const mobility::LinkTraits& link) const {
    const auto first = std::ranges::find_if(
        prefer, [&](const std::string& wanted) { return mobility::matches(wanted, link); });
    const bool speaks_of_cost = std::ranges::any_of(prefer, [](const std::string& wanted) {
        return wanted == "metered" || wanted == "unmetered";
    });
    const auto place = static_cast<std::uint32_t>(first - prefer.begin());
    const auto places = static_cast<std::uint32_t>(prefer.size() + 1);
    return place + (link.is_metered && !speaks_of_cost ? places : 0);
}

bool LinkPreferences::is_metered(const mobility::LinkTraits& link) const {
    return link.is_metered || std::ranges::any_of(metered, [&](const std::string& named) {
               return mobility::matches(named, link);
           });
}

}  // namespace godwit::client

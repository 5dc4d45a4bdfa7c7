#pragma once
// The bindings beside the one in use, as the status tells them.

#include <span>
#include <vector>

#include "server/core/other_bindings.hpp"
#include "server/status.hpp"

namespace godwit::server {

inline std::vector<OtherBindingReport> reports_of(std::span<const OtherBinding> others) {
    std::vector<OtherBindingReport> reports;
    for (const OtherBinding& other : others) {
        reports.push_back({.care_of_address = other.place.care_of,
                           .binding_id = other.id,
                           .priority = other.priority,
                           .is_proved = other.is_proved()});
    }
    return reports;
}

}  // namespace godwit::server

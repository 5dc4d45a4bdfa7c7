#include "server/core/binding_cache.hpp"

#include <algorithm>

namespace godwit::server {

const Binding* BindingCache::find(const wire::HomeAddress& home, mobility::Instant now) const {
    const auto found = bindings_.find(home);
    return found != bindings_.end() && now < found->second.expires ? &found->second : nullptr;
}

Binding& BindingCache::put(const Binding& binding) {
    auto& entry = *bindings_.try_emplace(binding.home).first;
    static_cast<Binding&>(entry.second) = binding;
    deadlines_.put(entry, deadline_of(binding));
    return entry.second;
}

void BindingCache::erase(const wire::HomeAddress& home) {
    const auto found = bindings_.find(home);
    if (found != bindings_.end()) {
        deadlines_.take_out(*found);
        bindings_.erase(found);
    }
}

mobility::Instant BindingCache::deadline_of(const Binding& binding) {
    return std::min(binding.expires, binding.sessions.next_deadline().value_or(binding.expires));
}

}  // namespace godwit::server

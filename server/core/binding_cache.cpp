#include "server/core/binding_cache.hpp"

#include <algorithm>

namespace godwit::server {

const Binding* BindingCache::find(const wire::HomeAddress& home, mobility::Instant now) const {
    const auto found = bindings_.find(home);
    return found != bindings_.end() && now < found->second.expires ? &found->second : nullptr;
}

Binding& BindingCache::put(const Binding& binding) {
    const auto [entry, is_new] = bindings_.try_emplace(binding.home, binding);
    if (!is_new) {
        deadlines_.erase(deadline_of(entry->second));
        entry->second = binding;
    }
    deadlines_.insert(deadline_of(entry->second));
    return entry->second;
}

void BindingCache::erase(const wire::HomeAddress& home) {
    const auto found = bindings_.find(home);
    if (found != bindings_.end()) {
        deadlines_.erase(deadline_of(found->second));
        bindings_.erase(found);
    }
}

std::optional<wire::HomeAddress> BindingCache::due(mobility::Instant now) const {
    if (deadlines_.empty() || now < deadlines_.begin()->first) {
        return std::nullopt;
    }
    return deadlines_.begin()->second;
}

std::optional<mobility::Instant> BindingCache::next_deadline() const {
    return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

BindingCache::Deadline BindingCache::deadline_of(const Binding& binding) {
    const auto previous_ends = binding.sessions.next_deadline();
    return {previous_ends ? std::min(binding.expires, *previous_ends) : binding.expires,
            binding.home};
}

}  // namespace godwit::server

#include "server/core/switches.hpp"

#include <algorithm>

#include "shared/wire/options/binding_refresh_advice.hpp"

namespace godwit::server {
namespace {

using mobility::Instant;

wire::HomeAgentSwitch message_of(const SwitchOrder& order) {
    wire::HomeAgentSwitch message{.home_agents = order.home_agents, .options = {}};
    if (order.grace) {  // §5.1
        message.options.emplace_back(wire::BindingRefreshAdvice{*order.grace});
    }
    return message;
}

// §5.2: not before half of the time that is left, where that is less.
std::chrono::nanoseconds first_timeout(const SwitchOrder& order) {
    const std::chrono::nanoseconds usual = Switches::initial_timeout;
    return order.grace ? std::min(usual, std::chrono::nanoseconds(*order.grace) / 2) : usual;
}

}  // namespace

void Switches::begin(Instant now, const wire::HomeAddress& home, const SwitchOrder& order) {
    pending_.insert_or_assign(
        home, Pending{.message = message_of(order), .timeout = first_timeout(order)});
    deadlines_.put(home, now);
}

void Switches::drop(const wire::HomeAddress& home) {
    pending_.erase(home);
    deadlines_.put(home, std::nullopt);
}

void Switches::on_contact(Instant now, const wire::HomeAddress& home) {
    const auto found = pending_.find(home);
    if (found != pending_.end() && found->second.is_given_up) {
        found->second.is_given_up = false;
        deadlines_.put(home, now);
    }
}

void Switches::on_deadline(Instant now, const BindingCache& cache, mobility::Actions& actions) {
    while (now >= free_at_) {
        const auto home = deadlines_.due(now);
        if (!home) {
            return;
        }
        const Binding* binding = cache.find(*home, now);
        if (binding == nullptr || !binding->is_valid) {
            drop(*home);
            continue;
        }
        Pending& pending = pending_.at(*home);
        const auto session = binding->sessions.in_use();
        actions.emplace_back(
            mobility::SendMessage{.path = binding->path,
                                  .home = *home,
                                  .message = pending.message,
                                  .seal = session ? mobility::Seal(mobility::InSession{*session})
                                                  : mobility::Seal(mobility::Unprotected{})});
        free_at_ = now + transmit_interval;
        pending.is_given_up = pending.timeout >= max_timeout;
        deadlines_.put(*home,
                       pending.is_given_up ? std::nullopt : std::optional(now + pending.timeout));
        pending.timeout = std::min<std::chrono::nanoseconds>(2 * pending.timeout, max_timeout);
    }
}

std::optional<Instant> Switches::next_deadline() const {
    const auto due = deadlines_.next();
    return due ? std::optional(std::max(*due, free_at_)) : std::nullopt;
}

}  // namespace godwit::server

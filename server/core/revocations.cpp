#include "server/core/revocations.hpp"

#include <algorithm>
#include <utility>

namespace godwit::server {

void Revocations::begin(mobility::Instant now, Binding& binding, wire::RevocationTrigger trigger,
                        mobility::Actions& actions) {
    drop(binding.home, actions);
    sequence_ = sequence_.next();
    const auto session = binding.sessions.in_use();
    Pending pending{
        .path = binding.path,
        .seal = session ? mobility::Seal(mobility::InSession{*session}) : mobility::Unprotected{},
        .indication = {.trigger = trigger, .sequence = sequence_},
        .sessions = std::exchange(binding.sessions, {})};
    ask(binding.home, pending, actions);
    deadlines_.put(binding.home, now + pending.delay);
    pending_.insert_or_assign(binding.home, std::move(pending));
}

// §6.2.2. Whatever the status is: there is nothing left that could go on.
bool Revocations::on_acknowledgement(const wire::HomeAddress& home, const mobility::Proof& proof,
                                     wire::SequenceNumber sequence, mobility::Actions& actions) {
    const auto found = pending_.find(home);
    if (found == pending_.end() || found->second.indication.sequence != sequence) {
        return false;
    }
    const auto session = mobility::session_of(proof);
    const bool is_ours =
        session ? found->second.sessions.contains(*session) : !found->second.sessions.in_use();
    if (is_ours) {
        drop(home, actions);
    }
    return is_ours;
}

void Revocations::drop(const wire::HomeAddress& home, mobility::Actions& actions) {
    if (const auto found = pending_.find(home); found != pending_.end()) {
        found->second.sessions.end_all(actions);
        pending_.erase(found);
        deadlines_.put(home, std::nullopt);
    }
}

void Revocations::on_deadline(mobility::Instant now, mobility::Actions& actions) {
    while (const auto home = deadlines_.due(now)) {
        Pending& pending = pending_.at(*home);
        if (pending.retries == max_retries) {
            drop(*home, actions);
            continue;
        }
        ++pending.retries;
        pending.delay = std::min(2 * pending.delay, max_brack_timeout);
        ask(*home, pending, actions);
        deadlines_.put(*home, now + pending.delay);
    }
}

void Revocations::ask(const wire::HomeAddress& home, const Pending& pending,
                      mobility::Actions& actions) {
    actions.emplace_back(mobility::SendMessage{
        .path = pending.path, .home = home, .message = pending.indication, .seal = pending.seal});
}

}  // namespace godwit::server

#include "server/core/binding_moves.hpp"

namespace godwit::server {

using mobility::Actions;
using mobility::Instant;

void BindingMoves::begin(Instant now, const mobility::BindingMoved& moved, bool waits_for_resent,
                         Actions& actions) {
    if (const auto before = moves_.find(moved.home); before != moves_.end()) {
        tell(before, actions);
    }
    auto& entry = *moves_.try_emplace(moved.home).first;
    entry.second.began = now;
    entry.second.record = {
        .home = moved.home, .from = moved.from, .to = moved.to, .cause = moved.cause};
    entry.second.waits_for_resent = waits_for_resent;
    deadlines_.put(entry, now + told_after);
}

void BindingMoves::on_received(Instant now, const wire::HomeAddress& home, Actions& actions) {
    const auto found = moves_.find(home);
    if (found != moves_.end() && !found->second.record.first_received) {
        found->second.record.first_received = now - found->second.began;
        tell_if_complete(found, actions);
    }
}

bool BindingMoves::on_resent(const mobility::ResentNotice& notice, Actions& actions) {
    const auto found = moves_.find(notice.home);
    if (found == moves_.end()) {
        return false;
    }
    found->second.record.resent += notice.resent;
    found->second.record.lost += notice.lost;
    found->second.waits_for_resent = false;
    tell_if_complete(found, actions);
    return true;
}

void BindingMoves::on_deadline(Instant now, Actions& actions) {
    while (const auto home = deadlines_.due(now)) {
        tell(moves_.find(*home), actions);
    }
}

void BindingMoves::tell_if_complete(Moves::iterator move, Actions& actions) {
    if (move->second.record.first_received && !move->second.waits_for_resent) {
        tell(move, actions);
    }
}

void BindingMoves::tell(Moves::iterator move, Actions& actions) {
    actions.emplace_back(mobility::Event{move->second.record});
    deadlines_.take_out(*move);
    moves_.erase(move);
}

}  // namespace godwit::server

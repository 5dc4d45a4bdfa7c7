#include "server/core/binding_moves.hpp"

namespace godwit::server {

using mobility::Actions;
using mobility::Instant;

void BindingMoves::begin(Instant now, const mobility::BindingMoved& moved, bool waits_for_resent,
                         Actions& actions) {
    tell(moved.home, actions);
    moves_[moved.home] = {.began = now,
                          .record = {.home = moved.home, .from = moved.from, .to = moved.to},
                          .waits_for_resent = waits_for_resent};
    deadlines_.put(moved.home, now + told_after);
}

void BindingMoves::on_received(Instant now, const wire::HomeAddress& home, Actions& actions) {
    const auto found = moves_.find(home);
    if (found != moves_.end() && !found->second.record.first_received) {
        found->second.record.first_received = now - found->second.began;
        tell_if_complete(home, actions);
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
    tell_if_complete(notice.home, actions);
    return true;
}

void BindingMoves::on_deadline(Instant now, Actions& actions) {
    while (const auto home = deadlines_.due(now)) {
        tell(*home, actions);
    }
}

void BindingMoves::tell_if_complete(const wire::HomeAddress& home, Actions& actions) {
    const Move& move = moves_.at(home);
    if (move.record.first_received && !move.waits_for_resent) {
        tell(home, actions);
    }
}

void BindingMoves::tell(const wire::HomeAddress& home, Actions& actions) {
    const auto found = moves_.find(home);
    if (found != moves_.end()) {
        actions.emplace_back(mobility::Event{found->second.record});
        moves_.erase(found);
        deadlines_.put(home, std::nullopt);
    }
}

}  // namespace godwit::server

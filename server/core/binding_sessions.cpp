#include "server/core/binding_sessions.hpp"

#include <utility>

namespace godwit::server {
namespace {

constexpr std::chrono::seconds previous_session_grace{30};

}  // namespace

void BindingSessions::add(mobility::SessionId session, mobility::Actions& actions) {
    if (in_use_ == none) {
        in_use_ = session;
        return;
    }
    if (unconfirmed_.back() != none) {
        end(unconfirmed_.front(), actions);
        std::ranges::rotate(unconfirmed_, unconfirmed_.begin() + 1);
    }
    *std::ranges::find(unconfirmed_, none) = session;
}

bool BindingSessions::on_heard(mobility::Instant now, mobility::SessionId session,
                               mobility::Actions& actions) {
    const auto heard = std::ranges::find(unconfirmed_, session);
    if (session == none || heard == unconfirmed_.end()) {
        return false;
    }
    end(previous_, actions);
    previous_ = std::exchange(in_use_, std::exchange(*heard, none));
    previous_until_ = now + previous_session_grace;
    std::for_each(unconfirmed_.begin(), heard, [&](auto& older) { end(older, actions); });
    std::ranges::rotate(unconfirmed_, heard + 1);
    return true;
}

void BindingSessions::end_all(mobility::Actions& actions) {
    std::ranges::for_each(unconfirmed_, [&](auto& session) { end(session, actions); });
    end(in_use_, actions);
    end(previous_, actions);
}

void BindingSessions::end(mobility::SessionId& session, mobility::Actions& actions) {
    if (session != none) {
        actions.emplace_back(mobility::EndSession{std::exchange(session, none)});
    }
}

}  // namespace godwit::server

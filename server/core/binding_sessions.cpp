#include "server/core/binding_sessions.hpp"

#include <utility>

namespace godwit::server {
namespace {

constexpr std::chrono::seconds previous_session_grace{30};

}  // namespace

void BindingSessions::add(mobility::Instant now, mobility::SessionId session,
                          mobility::Actions& actions) {
    end(unconfirmed_, actions);
    unconfirmed_ = session;
    if (in_use_ == none) {
        on_heard(now, session, actions);
    }
}

bool BindingSessions::on_heard(mobility::Instant now, mobility::SessionId session,
                               mobility::Actions& actions) {
    if (session == none || unconfirmed_ != session) {
        return false;
    }
    if (in_use_ != none) {
        end(previous_, actions);
        previous_ = in_use_;
        previous_until_ = now + previous_session_grace;
    }
    in_use_ = std::exchange(unconfirmed_, none);
    return true;
}

void BindingSessions::end_all(mobility::Actions& actions) {
    end(unconfirmed_, actions);
    end(in_use_, actions);
    end(previous_, actions);
}

void BindingSessions::end(mobility::SessionId& session, mobility::Actions& actions) {
    if (session != none) {
        actions.emplace_back(mobility::EndSession{std::exchange(session, none)});
    }
}

}  // namespace godwit::server

#include "client/refusal_text.hpp"

namespace godwit::client {

std::string refusal_text(mobility::JoinRefusal refusal) {
    using enum mobility::JoinRefusal;
    switch (refusal) {
        case unknown_invite:
            return "the home agent does not know this invite: it is of another home agent, or has "
                   "been withdrawn; ask for a new one";
        case expired_invite:
            return "this invite has expired; ask for a new one";
        case spent_invite:
            return "this invite has been used already, by another machine or before this one lost "
                   "its key; ask for a new one";
        case client_disabled:
            return "the home agent has disabled this client; ask who runs it";
        case stale_clock:
            return "this machine's clock is behind the time at which its key was last used; set "
                   "the clock (timedatectl)";
        case not_durable:
            return "the home agent cannot write to its disk; tell who runs it";
    }
    return "the home agent says no";
}

}  // namespace godwit::client

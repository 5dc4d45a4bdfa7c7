// Along which paths a binding update goes: what the links offer, but for the places where the home
// agent does not want the node for now.

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "client/core/binding_update_sender.hpp"

namespace godwit::client {

using mobility::Actions;
using mobility::Instant;

void BindingUpdateSender::on_offers(Instant now, const std::vector<mobility::Path>& paths,
                                    const Terms& terms, Actions& actions) {
    if (!pending_ || !pending_->follows_offers) {
        return;
    }
    PendingUpdate& update = *pending_;
    const auto has = [](const std::vector<mobility::Path>& all, const mobility::Path& path) {
        return std::ranges::find(all, path) != all.end();
    };
    const bool is_between_tries = update.next_path == 0;
    for (std::size_t place = update.paths.size(); place-- > 0;) {
        if (!has(paths, update.paths[place])) {
            update.paths.erase(update.paths.begin() + static_cast<std::ptrdiff_t>(place));
            update.next_path -= place < update.next_path ? 1 : 0;
        }
    }
    const std::size_t kept = update.paths.size();
    std::ranges::copy_if(paths, std::back_inserter(update.paths),
                         [&](const mobility::Path& path) { return !has(update.paths, path); });
    std::vector<std::size_t> added = round(now, terms);
    std::erase_if(added, [&](std::size_t place) {
        return place < kept || is_refused(now, update.paths[place]);
    });
    if (added.empty() || !update.first_try_began) {
        return;  // they have their turn with the others
    }
    if (!std::ranges::all_of(added, [&](std::size_t place) {
            return is_asked_lately(now, update.paths[place].local);
        })) {
        begin_back_off(now, terms);
    }
    if (is_between_tries) {
        update.next_path = kept;
        send_now_or_later(now, terms, actions);
    }
}

void BindingUpdateSender::take_any_offer() {
    if (pending_ && pending_->lifetime > wire::Lifetime::zero()) {
        pending_->follows_offers = true;
    }
}

// RFC 6275 §11.8: a new care-of address has a back-off of its own. The tries go along all paths, so
// the others have theirs with it, and none of them waits longer for it.
void BindingUpdateSender::begin_back_off(Instant now, const Terms& terms) {
    PendingUpdate& update = *pending_;
    const auto first = first_timeout(terms);
    if (update.timeout <= first) {
        return;
    }
    update.tries = 1;
    update.first_try_began = now;
    update.try_began = std::min<Instant>(now, update.try_began + update.timeout - first);
    update.timeout = first;
}

// What comes and goes all the time is not new each time.
bool BindingUpdateSender::is_asked_lately(Instant now, const wire::Ipv6Address& local) const {
    return std::ranges::any_of(pending_->asked, [&](const AskedPlace& asked) {
        return asked.local == local && now < asked.at + mobility::max_bindack_timeout;
    });
}

void BindingUpdateSender::note_asked(Instant now, const wire::Ipv6Address& local) {
    std::erase_if(pending_->asked, [&](const AskedPlace& asked) {
        return asked.local == local || now >= asked.at + mobility::max_bindack_timeout;
    });
    pending_->asked.push_back({.local = local, .at = now});
}

void BindingUpdateSender::hold_off_from(Instant now, const wire::Ipv6Address& local,
                                        const Terms& terms) {
    PendingUpdate& update = *pending_;
    update.tries = 0;
    refuse(now, local);
    if (std::ranges::all_of(update.paths,
                            [&](const mobility::Path& path) { return is_refused(now, path); })) {
        return hold_off(now);
    }
    const auto is_asked = [&](std::size_t place) {
        return std::ranges::find(update.sent, update.paths[place], &SentUpdate::path) !=
               update.sent.end();
    };
    if (!std::ranges::all_of(round(now, terms), is_asked)) {
        update.send_at = numbers_.rate.earliest(now);
    }
}

void BindingUpdateSender::hold_off(Instant now) {
    for (const mobility::Path& path : pending_->paths) {
        refuse(now, path.local);
    }
    pending_->tries = 0;
    pending_->next_path = 0;
    pending_->try_began = now;
    pending_->send_at = now + mobility::max_bindack_timeout;
    pending_->timeout = mobility::max_bindack_timeout;
}

void BindingUpdateSender::refuse(Instant now, const wire::Ipv6Address& local) {
    std::erase_if(pending_->refused,
                  [&](const RefusedPlace& before) { return before.local == local; });
    pending_->refused.push_back({.local = local, .until = now + mobility::max_bindack_timeout});
}

bool BindingUpdateSender::is_refused(Instant now, const mobility::Path& path) const {
    return std::ranges::any_of(pending_->refused, [&](const RefusedPlace& refused) {
        return refused.local == path.local && now < refused.until;
    });
}

std::vector<std::size_t> BindingUpdateSender::round(Instant now, const Terms& terms) const {
    const PendingUpdate& update = *pending_;
    const auto refuses = [&](const mobility::Path& path) { return is_refused(now, path); };
    const bool is_first_only =
        update.is_one_by_one && std::holds_alternative<mobility::InSession>(seal(terms));
    const bool has_others = !std::ranges::all_of(update.paths, refuses);
    std::vector<std::size_t> places;
    for (std::size_t place = 0; place < update.paths.size(); ++place) {
        const bool is_left_out = has_others && refuses(update.paths[place]);
        if (!is_left_out && (places.empty() || !is_first_only)) {
            places.push_back(place);
        }
    }
    return places;
}

}  // namespace godwit::client

#include "client/core/known_router.hpp"

#include <algorithm>

#include "client/core/unique_local.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Instant;

// A first hop answers within 50 ms, a cellular one that wakes up first within 100 (RFC 4861's own
// RETRANS_TIMER of 1 s is made for the farthest ones).
constexpr auto answer_time = 100ms;
constexpr unsigned quick_questions = 3;  // RFC 4861 §10: MAX_UNICAST_SOLICIT
// From then on at twice the distance each time, for the router that is slow to come back.
constexpr auto first_slow_distance = 1s;
constexpr unsigned all_questions = quick_questions + 7;  // two minutes

// Without its link-layer address all routers are asked, which answer within RFC 4861's
// MAX_RA_DELAY_TIME of 0.5 s.
constexpr auto advertisement_time = 1s;

constexpr auto doubt_distance = 1s;  // so often at most a router is asked whether it is there

// RFC 6275 §7.5: the least MaxRtrAdvInterval.
constexpr std::chrono::nanoseconds least_interval = 70ms;

// More than one advertisement of 1500 octets holds. Of a liar's the last ones heard are kept: who
// means it repeats them.
constexpr std::size_t max_prefixes = 64;

// With the R flag (RFC 6275 §7.2) a router's whole address stands where its prefix does.
bool is_same(const wire::Prefix& advertised, const wire::Prefix& prefix) {
    return advertised.length == prefix.length && prefix.contains(advertised.address);
}

}  // namespace

void KnownRouter::on_heard(Instant now, const RouterHeard& heard) {
    if (may_be_another(heard)) {
        for (Advertised& known : prefixes_) {
            known.until = std::min(known.until, now);
        }
    }
    may_have_moved_ = false;
    for (const RouterHeard::AdvertisedPrefix& advertised : heard.prefixes) {
        on_prefix(now, advertised);
    }
    if (heard.default_for > 0s) {
        default_until_ = now + heard.default_for;
    } else if (default_until_) {
        default_until_ = std::min(now, *default_until_);
    }
    mtu_ = heard.mtu;
    link_layer_ = heard.link_layer;
    interval_.reset();
    if (heard.interval) {
        interval_ = std::max<std::chrono::nanoseconds>(*heard.interval, least_interval);
    }
    prove(now);
}

// Another link's router may have the same address; what the one of here has said holds no longer.
bool KnownRouter::may_be_another(const RouterHeard& heard) const {
    const bool are_known = heard.link_layer && link_layer_;  // §4.2: it may be left out
    return may_have_moved_ || (are_known && heard.link_layer != link_layer_);
}

// RFC 4861 §6.3.4: what one advertisement does not name may stand in another; a prefix ends by its
// lifetime only.
void KnownRouter::on_prefix(Instant now, const RouterHeard::AdvertisedPrefix& advertised) {
    const Instant until = now + advertised.valid_for;
    const auto known = std::ranges::find_if(
        prefixes_, [&](const Advertised& each) { return is_same(each.prefix, advertised.prefix); });
    if (known != prefixes_.end()) {
        *known = {advertised.prefix, until};
        std::rotate(known, known + 1, prefixes_.end());
    } else if (advertised.valid_for > 0s) {
        prefixes_.push_back({advertised.prefix, until});
    }
    if (prefixes_.size() > max_prefixes) {
        prefixes_.erase(prefixes_.begin());
    }
}

void KnownRouter::on_answer(Instant now) {
    prove(now);
}

void KnownRouter::prove(Instant now) {
    standing_ = Standing::proven;
    proven_at_ = now;
    was_link_shaken_ = false;
    asked_ = 0;
    ask_at_.reset();
    is_put_off_ = false;
}

void KnownRouter::ask_from(Instant now) {
    asked_ = 0;
    ask_at_ = now;
    is_put_off_ = false;
}

void KnownRouter::doubt(Instant now) {
    if (standing_ == Standing::proven && (!doubted_at_ || now >= *doubted_at_ + doubt_distance)) {
        standing_ = Standing::doubted;
        doubted_at_ = now;
        ask_from(now);
    }
}

void KnownRouter::on_link_shaken(Instant now) {
    if (stands()) {
        standing_ = Standing::doubted;
        doubted_at_ = now;
        was_link_shaken_ = true;
        may_have_moved_ = true;
    }
    ask_from(now);
}

// Alone it is no proof of a move; after the link has changed it is as good as one, and an answer
// will tell if not.
void KnownRouter::on_another_heard(Instant now, bool is_new) {
    if (standing_ == Standing::doubted && was_link_shaken_) {
        standing_ = Standing::lost;
        may_have_moved_ = true;
    } else if (is_new || now >= proven_at_ + doubt_distance) {
        doubt(now);
    }
}

void KnownRouter::on_link_lost() {
    standing_ = Standing::lost;
    may_have_moved_ = true;
    ask_at_.reset();
    is_put_off_ = false;
}

void KnownRouter::on_link_up(Instant now) {
    standing_ = Standing::lost;
    may_have_moved_ = true;
    ask_from(now);
}

bool KnownRouter::take_question(Instant now) {
    if (!ask_at_ || now < *ask_at_) {
        return false;
    }
    const unsigned quick = link_layer_ ? quick_questions : 1;
    if (asked_ < quick) {
        ask_at_ = now + (link_layer_ ? answer_time : advertisement_time);
    } else if (standing_ != Standing::silent) {
        standing_ = Standing::silent;
        may_have_moved_ = true;
        ask_at_ = now + first_slow_distance;
        return false;
    } else {
        const auto distance = first_slow_distance * (1U << (asked_ - quick + 1));
        ask_at_ = asked_ + 1 < all_questions ? std::optional(now + distance) : std::nullopt;
    }
    ++asked_;
    return true;
}

void KnownRouter::on_not_asked() {
    asked_ = asked_ > 0 ? asked_ - 1 : 0;
    ask_at_.reset();
    is_put_off_ = true;
}

void KnownRouter::on_addresses(Instant now) {
    if (is_put_off_) {
        ask_at_ = now;
        is_put_off_ = false;
    }
}

// One advertisement is lost for sure after one interval; half of one more is for what delays it.
Instant KnownRouter::missed_at() const {
    const Instant late = proven_at_ + *interval_ + *interval_ / 2;
    return doubted_at_ ? std::max(late, *doubted_at_ + doubt_distance) : late;
}

bool KnownRouter::has_missed(Instant now) const {
    return standing_ == Standing::proven && interval_ && now >= missed_at();
}

std::optional<Instant> KnownRouter::next_deadline(Instant now) const {
    std::optional<Instant> next = ask_at_;
    const auto also = [&](Instant at) { next = next ? std::min(*next, at) : at; };
    if (standing_ == Standing::proven && interval_) {
        also(missed_at());
    }
    if (default_until_ && now < *default_until_) {
        also(*default_until_);
    }
    for (const Advertised& advertised : prefixes_) {
        if (now < advertised.until) {
            also(advertised.until);
        }
    }
    return next;
}

bool KnownRouter::stands() const {
    return standing_ == Standing::proven || standing_ == Standing::doubted;
}

bool KnownRouter::is_withdrawn(Instant now) const {
    return default_until_ && now >= *default_until_;
}

bool KnownRouter::advertises_any(Instant now) const {
    return std::ranges::any_of(
        prefixes_, [&](const Advertised& advertised) { return now < advertised.until; });
}

bool KnownRouter::advertises_any_like(Instant now, const wire::Ipv6Address& address) const {
    return std::ranges::any_of(prefixes_, [&](const Advertised& advertised) {
        return now < advertised.until &&
               is_unique_local(advertised.prefix.address) == is_unique_local(address);
    });
}

bool KnownRouter::has_advertised_prefix_of(const wire::Ipv6Address& address) const {
    return std::ranges::any_of(prefixes_, [&](const Advertised& advertised) {
        return advertised.prefix.contains(address);
    });
}

bool KnownRouter::advertises_prefix_of(Instant now, const wire::Ipv6Address& address) const {
    return std::ranges::any_of(prefixes_, [&](const Advertised& advertised) {
        return now < advertised.until && advertised.prefix.contains(address);
    });
}

bool KnownRouter::advertises(Instant now, const wire::Prefix& prefix) const {
    return std::ranges::any_of(prefixes_, [&](const Advertised& advertised) {
        return now < advertised.until && is_same(advertised.prefix, prefix);
    });
}

std::vector<wire::Prefix> KnownRouter::advertised(Instant now) const {
    std::vector<wire::Prefix> valid;
    for (const Advertised& advertised : prefixes_) {
        if (now < advertised.until) {
            valid.push_back(advertised.prefix);
        }
    }
    return valid;
}

}  // namespace godwit::client

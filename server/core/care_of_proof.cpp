#include "server/core/care_of_proof.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace godwit::server {

std::optional<Whereabouts> CareOfProof::on_claim(mobility::Instant now,
                                                 const Whereabouts& claimed) {
    if (proved_ && proved_->path == claimed.path) {
        on_known(claimed);
        return claimed;
    }
    const bool is_same = sent_ > 0 && claimed_.path == claimed.path;
    if (!is_same) {
        doubt();
        ask(now, claimed, !is_doubtful(claimed.path) && doubtful_.size() < credits_);
    } else if (!is_asking_ && now - began_ >= patience) {
        // It has been given up, so it has to answer first.
        ask(now, claimed, false);
    }
    claimed_ = claimed;
    return is_asking_ && has_credit_ ? claimed : proved_;
}

void CareOfProof::on_known(const Whereabouts& place) {
    doubt();
    sent_ = 0;  // an answer from where it was before would come too late
    proved_ = place;
}

std::optional<std::chrono::nanoseconds> CareOfProof::on_answer(mobility::Instant now,
                                                               std::uint32_t sequence) {
    const auto requests = std::span(requests_).first(std::min(sent_, requests_.size()));
    const auto answered = std::ranges::find(requests, sequence, &Request::number);
    return answered != requests.end() ? std::optional(now - answered->sent) : std::nullopt;
}

void CareOfProof::on_heard(mobility::Instant now) {
    if (!is_asking_ && sent_ > 0) {
        ask(now, claimed_, false);  // it has been given up, and is back
    } else {
        is_prompted_ = is_asking_ && extra_ < max_extra;
    }
}

void CareOfProof::on_binding_ended() {
    doubt();
    sent_ = 0;
    proved_.reset();
}

std::optional<std::uint32_t> CareOfProof::next_request(mobility::Instant now,
                                                       const Random& random) {
    const auto due = next_request();
    if (!due || now < *due) {
        return std::nullopt;
    }
    if (std::exchange(is_prompted_, false)) {
        ++extra_;
    } else if (is_asking_) {
        ++due_;
    } else {
        interval_ = std::min(2 * interval_, longest_interval);
    }
    const std::uint32_t number = random();
    requests_.at(sent_++ % requests_.size()) = {.number = number, .sent = now};
    return number;
}

bool CareOfProof::give_up(mobility::Instant now) {
    if (!is_asking_ || now < began_ + patience) {
        return false;
    }
    doubt();
    return true;
}

std::optional<mobility::Instant> CareOfProof::next_deadline() const {
    const auto request = next_request();
    return is_asking_ ? request.value_or(began_ + patience) : request;
}

void CareOfProof::ask(mobility::Instant now, const Whereabouts& claimed, bool has_credit) {
    claimed_ = claimed;
    began_ = now;
    is_asking_ = true;
    has_credit_ = has_credit;
    sent_ = due_ = extra_ = 0;
    is_prompted_ = false;
    interval_ = patience;
}

// Ends the asking. An answer that comes after all still counts.
void CareOfProof::doubt() {
    if (is_asking_ && has_credit_ && !is_doubtful(claimed_.path)) {
        doubtful_.push_back(claimed_.path);
    }
    is_asking_ = false;
}

std::optional<mobility::Instant> CareOfProof::next_request() const {
    if (is_prompted_) {
        return mobility::Instant::min();
    }
    if (is_asking_) {
        return due_ < asked_after.size() ? std::optional(began_ + asked_after.at(due_))
                                         : std::nullopt;
    }
    if (sent_ == 0) {
        return std::nullopt;  // there is nothing to ask
    }
    return requests_.at((sent_ - 1) % requests_.size()).sent + interval_;
}

bool CareOfProof::is_doubtful(const mobility::Path& path) const {
    return std::ranges::find(doubtful_, path) != doubtful_.end();
}

}  // namespace godwit::server

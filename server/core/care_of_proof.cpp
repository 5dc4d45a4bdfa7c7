#include "server/core/care_of_proof.hpp"

#include <algorithm>
#include <span>

namespace godwit::server {

std::optional<Whereabouts> CareOfProof::on_claim(mobility::Instant now,
                                                 const Whereabouts& claimed) {
    if (proved_ && proved_->path == claimed.path) {
        doubt();
        sent_ = 0;  // an answer from where it was before would come too late
        proved_ = claimed;
        return claimed;
    }
    const bool is_same = sent_ > 0 && claimed_.path == claimed.path;
    if (!is_same) {
        doubt();
        ask(now, claimed, !is_doubtful(claimed.path) && doubtful_.size() < max_doubtful);
    } else if (!is_asking_ && now - began_ >= patience) {
        // It has been given up, so it has to answer first.
        ask(now, claimed, false);
    }
    claimed_ = claimed;
    return is_asking_ && has_credit_ ? claimed : proved_;
}

std::optional<Whereabouts> CareOfProof::on_answer(std::uint32_t sequence) const {
    const bool is_one = std::ranges::count(std::span(numbers_).first(sent_), sequence) > 0;
    return is_one ? std::optional(claimed_) : std::nullopt;
}

void CareOfProof::on_binding_ended() {
    doubt();
    sent_ = 0;
    proved_.reset();
}

std::optional<std::uint32_t> CareOfProof::next_request(mobility::Instant now,
                                                       const Random& random) {
    if (!is_asking_ || sent_ == asked_after.size() || now < began_ + asked_after.at(sent_)) {
        return std::nullopt;
    }
    numbers_.at(sent_) = random();
    return numbers_.at(sent_++);
}

bool CareOfProof::give_up(mobility::Instant now) {
    if (!is_asking_ || now < began_ + patience) {
        return false;
    }
    doubt();
    return true;
}

std::optional<mobility::Instant> CareOfProof::next_deadline() const {
    if (!is_asking_) {
        return std::nullopt;
    }
    return began_ + (sent_ < asked_after.size() ? asked_after.at(sent_)
                                                : std::chrono::milliseconds(patience));
}

void CareOfProof::ask(mobility::Instant now, const Whereabouts& claimed, bool has_credit) {
    claimed_ = claimed;
    began_ = now;
    is_asking_ = true;
    has_credit_ = has_credit;
    sent_ = 0;
}

// Ends the asking. An answer that comes after all still counts.
void CareOfProof::doubt() {
    if (is_asking_ && has_credit_ && !is_doubtful(claimed_.path)) {
        doubtful_.push_back(claimed_.path);
    }
    is_asking_ = false;
}

bool CareOfProof::is_doubtful(const mobility::Path& path) const {
    return std::ranges::find(doubtful_, path) != doubtful_.end();
}

}  // namespace godwit::server

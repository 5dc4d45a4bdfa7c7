#include "server/core/endpoint_inquiry.hpp"

#include <algorithm>

#include "server/core/contains.hpp"
namespace godwit::server {

void EndpointInquiry::on_stranger(mobility::Instant now, const mobility::Path& stranger,
                                  std::span<const mobility::Path> known) {
    if (contains(dismissed_, stranger) || contains(strangers_, stranger, &Place::path) ||
        strangers_.size() + dismissed_.size() >= max_strangers) {
        return;
    }
    if (strangers_.empty()) {
        known_.clear();
        for (const mobility::Path& path : known) {
            known_.push_back({.path = path});
        }
    }
    strangers_.push_back({.path = stranger});
    began_ = now;
    for (auto* places : {&known_, &strangers_}) {
        std::ranges::for_each(*places, [](Place& place) { place.asked = 0; });
    }
}

bool EndpointInquiry::on_answer(std::uint32_t number) {
    for (auto* places : {&known_, &strangers_}) {
        for (Place& place : *places) {
            const auto numbers = std::span(place.numbers).first(place.asked);
            if (contains(numbers, number)) {
                place.has_answered = true;
                return true;
            }
        }
    }
    return false;
}

std::vector<EndpointInquiry::Request> EndpointInquiry::due(mobility::Instant now,
                                                           const CareOfProof::Random& random) {
    std::vector<Request> requests;
    if (strangers_.empty()) {
        return requests;
    }
    for (auto* places : {&strangers_, &known_}) {
        for (Place& place : *places) {
            while (place.asked < asked_after.size() &&
                   now >= began_ + asked_after.at(place.asked)) {
                const std::uint32_t number = random();
                place.numbers.at(place.asked++) = number;
                if (!place.has_answered) {
                    requests.push_back({.path = place.path, .number = number});
                }
            }
        }
    }
    return requests;
}

// Where several are silent, the binding in use comes first: its data is what is being lost, and
// whoever has answered is the same mobile node.
std::vector<EndpointInquiry::Move> EndpointInquiry::judge(mobility::Instant now) {
    std::vector<Move> moves;
    if (strangers_.empty() || now < began_ + patience) {
        return moves;
    }
    std::erase_if(known_, &Place::has_answered);
    for (const Place& stranger : strangers_) {
        if (stranger.has_answered && moves.size() < known_.size()) {
            moves.push_back({.from = known_.at(moves.size()).path, .to = stranger.path});
        } else {
            dismissed_.push_back(stranger.path);
        }
    }
    known_.clear();
    strangers_.clear();
    remembered_until_ = now + dismissed_for;
    return moves;
}

bool EndpointInquiry::is_over(mobility::Instant now) const {
    return strangers_.empty() && (dismissed_.empty() || now >= remembered_until_);
}

std::optional<mobility::Instant> EndpointInquiry::next_deadline() const {
    if (strangers_.empty()) {
        return remembered_until_;
    }
    const std::size_t asked = strangers_.back().asked;
    return began_ + (asked < asked_after.size() ? asked_after.at(asked) : patience);
}

}  // namespace godwit::server

#include "shared/runtime/http_places.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace godwit::runtime {

std::unique_ptr<HttpPlace> HttpPlaces::take(HttpPeer peer) {
    return std::make_unique<HttpPlace>(taken_, std::move(peer));
}

HttpPlace::HttpPlace(std::shared_ptr<HttpPlaces::Taken> taken, HttpPeer peer)
    : taken_(std::move(taken)), peer_(std::move(peer)) {
    make_room();
    taken_->push_back(this);
}

void HttpPlace::on_privileged() {
    if (!is_lost_ && !peer_.is_privileged) {
        taken_->remove(this);
        peer_.is_privileged = true;
        make_room();
        taken_->push_back(this);
    }
}

bool HttpPlace::follow() {
    if (stage_ == Stage::following) {
        return true;
    }
    const auto followers = [this](Relation is_among) {
        return static_cast<std::size_t>(std::ranges::count_if(*taken_, [&](const HttpPlace* other) {
            return other->stage_ == Stage::following && (this->*is_among)(*other);
        }));
    };
    if (followers(&HttpPlace::is_alike) >= HttpPlaces::most_streams ||
        (!peer_.is_privileged &&
         followers(&HttpPlace::is_of_the_same) >= HttpPlaces::most_streams_of_one)) {
        return false;
    }
    stage_ = Stage::following;
    return true;
}

// Beside this one, which is not among them yet.
void HttpPlace::make_room() const {
    const auto keep_below = [this](std::size_t most, Relation is_among) {
        HttpPlaces::Taken others;
        std::ranges::copy_if(*taken_, std::back_inserter(others),
                             [&](const HttpPlace* other) { return (this->*is_among)(*other); });
        if (others.size() >= most) {
            (*std::ranges::min_element(others, {}, &HttpPlace::stage_))->lose();
        }
    };
    if (!peer_.is_privileged) {
        keep_below(HttpPlaces::most_of_one, &HttpPlace::is_of_the_same);
    }
    keep_below(HttpPlaces::most, &HttpPlace::is_alike);
}

void HttpPlace::lose() {
    taken_->remove(this);
    is_lost_ = true;
    on_lost_();
}

}  // namespace godwit::runtime

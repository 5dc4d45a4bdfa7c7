#include "client/told_changes.hpp"

#include <utility>

#include "client/event_document.hpp"

namespace godwit::client {

void ToldChanges::tell(const Status& now) {
    feed_->publish_health(now.health);
    if (const auto before = std::exchange(state_, now.state); before != state_) {
        if (const auto document = document_of(*state_, now)) {
            feed_->add(document->type, document->details);
        }
    }
    for (const EventDocument& document : portal_documents(status_, now)) {
        feed_->add(document.type, document.details);
    }
    status_.portal = now.portal;
    status_.portal_open_until = now.portal_open_until;
}

void ToldChanges::forget() {
    state_.reset();
    status_ = {};
    feed_->publish_health({});
}

}  // namespace godwit::client

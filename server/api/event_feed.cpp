#include "server/api/event_feed.hpp"

#include <utility>

namespace godwit::server {

using runtime::Json;

EventFeed::EventFeed(Now now, NameOf name_of)
    : runtime::EventFeed(std::move(now)), name_of_(std::move(name_of)) {}

void EventFeed::publish(const mobility::Event& event) {
    if (const auto document = document_of(event)) {
        tell(document->type, name_of_(document->home), document->home, document->details);
    }
}

void EventFeed::publish_client(std::string_view what, std::string_view name,
                               const wire::HomeAddress& home) {
    if (what == "joined" || what == "revoked") {
        tell(what, name, home, Json::object());
    } else {
        tell("client-changed", name, home, {{"change", what}});
    }
}

void EventFeed::publish_dispute(const wire::HomeAddress& home, std::string_view by) {
    tell("address-disputed", name_of_(home), home, {{"link_layer_address", by}});
}

void EventFeed::tell(std::string_view type, std::string_view name, const wire::HomeAddress& home,
                     const Json& details) {
    Json about{{"name", name}, {"home_address", home.text()}};
    about.update(details);
    add(type, about);
}

}  // namespace godwit::server

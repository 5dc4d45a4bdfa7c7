#pragma once
// What a core has to tell, as those who follow the events read it: docs/api/event.schema.json.

#include <optional>
#include <string_view>

#include "shared/mobility/event.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::server {

struct EventDocument {
    std::string_view type;  // "moved"
    wire::HomeAddress home;
    runtime::Json details;  // what only this type has
};

// Nothing of what is only for the log. Refreshes are, since each client makes some a minute; a move
// is told of when all is known that there will be to know.
std::optional<EventDocument> document_of(const mobility::Event& event);

// An IPv4 address where the address stands for one.
std::string text_of(const wire::Ipv6Address& address);

}  // namespace godwit::server

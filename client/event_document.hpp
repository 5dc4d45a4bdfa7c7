#pragma once
// What happened to this machine, as those who follow the events read it:
// docs/api/mobile-node-event.schema.json.

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "client/status.hpp"
#include "shared/mobility/event.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::client {

struct EventDocument {
    std::string_view type;  // "moved"
    runtime::Json details;  // what only this type has
};

// Of a path, as far as the system knows it.
using ReportPath = std::function<PathReport(const mobility::Path&)>;

// Nothing of what is only for the log. A move is told of when all is known that there will be to
// know.
std::optional<EventDocument> document_of(const mobility::Event& event, const ReportPath& report);

// What it means that the status has another state than before; nothing where an event of its own
// says so.
std::optional<EventDocument> document_of(State state, const Status& status);

// Between two looks at the status: a captive portal was found or is gone, or the way out to it was
// opened or closed.
std::vector<EventDocument> portal_documents(const Status& before, const Status& now);

}  // namespace godwit::client

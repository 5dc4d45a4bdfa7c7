#pragma once
// An event of the mobile node as people read it.

#include <string>

#include "shared/runtime/status_document.hpp"

namespace godwit::client {

// A line without its end, from a document of docs/api/mobile-node-event.schema.json. Of a type that
// is not known: its name.
std::string event_text(const runtime::Json& event);

}  // namespace godwit::client

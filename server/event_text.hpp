#pragma once
// Events as people read them.

#include <string>

#include "shared/runtime/status_document.hpp"

namespace godwit::server {

// A line without its end, of an object that GET /v1/events gave. A type that is not known is shown
// as it stands.
std::string event_text(const runtime::Json& event);

}  // namespace godwit::server

#pragma once
// The home agent's status as people read it.

#include <string>

#include "shared/runtime/status_document.hpp"

namespace godwit::server {

// From a document that to_json(const Status&) made; its health comes last.
std::string status_text(const runtime::Json& status);
// The same in a line without its end: how many there are, and what they have carried.
std::string status_line(const runtime::Json& status);

}  // namespace godwit::server

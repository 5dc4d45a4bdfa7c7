#pragma once
// The mobile node's status as people read it.

#include <string>

#include "shared/runtime/status_document.hpp"

namespace godwit::client {

// From a document that to_json(const Status&) made; its health comes last.
std::string status_text(const runtime::Json& status);

// "registered"; empty where there is none.
std::string state_in(const runtime::Json& status);
// Whether the home agent serves this node where it is.
bool is_served(const runtime::Json& status);

}  // namespace godwit::client

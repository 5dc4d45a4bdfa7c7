#pragma once
// An invite as people get to see it.

#include <string>

#include "shared/runtime/status_document.hpp"

namespace godwit::server {

// Of a document that to_json(const IssuedInvite&) made: what to type on the client, and the same
// as a QR code.
std::string invite_text(const runtime::Json& invite);

}  // namespace godwit::server

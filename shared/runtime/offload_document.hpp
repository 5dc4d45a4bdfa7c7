#pragma once
// Offloads as the status shows them.

#include <optional>
#include <string>

#include "shared/runtime/offload.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::runtime {

// Each by its name, and under "reasons" why one is off; null where there are none to speak of.
Json to_json(const std::optional<OffloadStates>& states);

// From such an object, or null: what is off, and why; empty if nothing is.
std::string offloads_text(const Json& offloads);

}  // namespace godwit::runtime

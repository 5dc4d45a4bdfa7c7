#pragma once
// What a core has to tell, as lines of the log.

#include "shared/mobility/event.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::runtime {

// Dropped messages at level debug, since anybody can cause them; what was refused or went
// unanswered as a warning; all else as information.
void log_event(const Log& log, const mobility::Event& event);

}  // namespace godwit::runtime

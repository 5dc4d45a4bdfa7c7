#pragma once
// What a home agent's refusal means to the people at the mobile node.

#include <string>

#include "shared/mobility/join_refusal.hpp"

namespace godwit::client {

// A sentence without its capital and full stop: what is wrong, and what can be done.
std::string refusal_text(mobility::JoinRefusal refusal);

}  // namespace godwit::client

#pragma once
// How links are named in a configuration: mobility::matches().

#include <string>

#include "shared/runtime/toml_reader.hpp"

namespace godwit::runtime {

// A word for links, or a pattern of interface names.
Form<std::string> link_pattern();
// Likewise, but for "metered" and "unmetered".
Form<std::string> link_pattern_without_cost();

}  // namespace godwit::runtime

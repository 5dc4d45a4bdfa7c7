#pragma once
// Texts for a terminal that somebody else may have written: in a file, or in a message.

#include <string>
#include <string_view>

namespace godwit::runtime {

// Control characters as "\x1b", an octet each: those of ASCII, DEL, and U+0080 to U+009F in UTF-8.
// All else is as it was. A terminal would do what they say.
std::string printable(std::string_view text);

// The same of JSON, which it remains: DEL and U+0080 to U+009F as "\u009b", which can stand in
// texts only. What is no JSON becomes printable() too.
std::string printable_json(std::string_view json);

}  // namespace godwit::runtime

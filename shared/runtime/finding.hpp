#pragma once
// What the doctors of both programs say: how a thing is, and the remedy where it is wrong.

#include <cstdint>
#include <string>
#include <vector>

#include "shared/runtime/status_document.hpp"

namespace godwit::runtime {

enum class Verdict : std::uint8_t {
    well,
    note,  // no fault: worth knowing, or it could not be looked at
    wrong,
};

struct Finding {
    std::string what;  // "daemon"
    Verdict verdict = Verdict::well;
    std::string text;    // how it is
    std::string remedy;  // what to do; empty unless something is wrong
    bool operator==(const Finding&) const = default;
};

Finding well(std::string what, std::string text);
Finding note(std::string what, std::string text);
Finding wrong(std::string what, std::string text, std::string remedy);

// Nothing is wrong.
bool is_all_well(const std::vector<Finding>& findings);
// A line each, and the remedies under what is wrong.
std::string text_of(const std::vector<Finding>& findings);
// The same for programs.
Json to_json(const std::vector<Finding>& findings);

}  // namespace godwit::runtime

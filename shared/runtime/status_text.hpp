#pragma once
// Pieces of the status as people read it: aligned, and as short as it can be.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "shared/runtime/status_document.hpp"

namespace godwit::runtime {

// Rows of cells, each column as wide as its widest cell. What they say is made printable: it may be
// somebody else's.
std::string aligned(std::vector<std::vector<std::string>> rows);

// "1.2 MB": three significant digits, in powers of 1000.
std::string octets(std::uint64_t count);

// "1 packet, 90 B" of tx or rx, from an object that append(Json&, const TunnelTraffic&) wrote.
std::string traffic(const Json& object, const std::string& direction);

// "bad-tag 3, replayed 1" from an object of counters; "none" if there is none.
std::string counts(const Json& counters);

// The list of what is wrong: a row each; "good" if there is nothing.
void append_health(std::vector<std::vector<std::string>>& rows, const Json& health);

}  // namespace godwit::runtime

#pragma once
// Which address of an inner packet that leaves is the home address. Of one that comes in, it is the
// other.

#include <cstdint>

namespace godwit::datapath {

enum class LookUpBy : std::uint8_t {
    inner_destination,  // the home agent: sends on what is addressed to a mobile node
    inner_source,       // the mobile node: sends what is its own
};

}  // namespace godwit::datapath

#pragma once
// What the wire demands of an option's place: RFC 8200 §4.2 writes it "xn + y".

#include <cstddef>
#include <cstdint>

namespace godwit::wire {

struct Alignment {
    std::size_t multiple = 1;
    std::size_t offset = 0;
};

struct OptionLayout {
    std::uint8_t type = 0;
    Alignment alignment{};
    bool is_last = false;  // nothing may follow it, padding neither
};

}  // namespace godwit::wire

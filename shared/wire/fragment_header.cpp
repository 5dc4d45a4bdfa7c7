#include "shared/wire/fragment_header.hpp"

#include <expected>

namespace godwit::wire {
namespace {

constexpr unsigned offset_bits = 0xfff8;  // counts units of 8 octets, 3 bits to the left
constexpr unsigned more_fragments_bit = 0x0001;

}  // namespace

Parsed<FragmentHeader> FragmentHeader::parse(BytesView header) {
    Reader in(header);
    FragmentHeader fragment;
    fragment.next_header = NextHeader{in.integer<std::uint8_t>()};
    in.skip(1);
    const unsigned bits = in.integer<std::uint16_t>();
    fragment.offset = static_cast<std::uint16_t>(bits & offset_bits);
    fragment.more_fragments = (bits & more_fragments_bit) != 0;
    fragment.identification = in.integer<std::uint32_t>();
    if (in.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    return fragment;
}

void FragmentHeader::serialize(Writer& out) const {
    const unsigned bits = (offset & offset_bits) | (more_fragments ? more_fragments_bit : 0U);
    out.integer(static_cast<std::uint8_t>(next_header));
    out.zeros(1);
    out.integer(static_cast<std::uint16_t>(bits));
    out.integer(identification);
}

}  // namespace godwit::wire

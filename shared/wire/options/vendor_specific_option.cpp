#include "shared/wire/options/vendor_specific_option.hpp"

#include <expected>

namespace godwit::wire {

Parsed<VendorSpecificOption> VendorSpecificOption::parse(BytesView body) {
    constexpr std::size_t fixed_part = 5;  // octets: vendor and subtype
    if (body.size() < fixed_part) {
        return std::unexpected(ParseError::bad_option);
    }
    Reader in(body);
    VendorSpecificOption option;
    option.vendor = in.integer<std::uint32_t>();
    option.subtype = in.integer<std::uint8_t>();
    const BytesView data = in.rest();
    option.data.assign(data.begin(), data.end());
    return option;
}

void VendorSpecificOption::serialize(Writer& out) const {
    out.integer(vendor);
    out.integer(subtype);
    out.bytes(data);
}

}  // namespace godwit::wire

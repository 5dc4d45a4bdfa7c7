#include "shared/wire/extension_headers.hpp"

#include <expected>

namespace godwit::wire {
namespace {

constexpr std::size_t length_unit = 8;  // octets; Hdr Ext Len does not count the first

bool is_extension_header(NextHeader type) {
    return type == NextHeader::hop_by_hop || type == NextHeader::routing ||
           type == NextHeader::fragment || type == NextHeader::destination_options;
}

// The octets of the header that `in` stands before.
BytesView take_header(NextHeader type, Reader& in) {
    Reader ahead = in;
    ahead.skip(1);
    const std::size_t extension_length = ahead.integer<std::uint8_t>();
    // In a fragment header the second octet is reserved.
    return in.take(type == NextHeader::fragment ? FragmentHeader::size
                                                : length_unit * (1 + extension_length));
}

bool may_stand_here(NextHeader type, const HeaderChain& chain) {
    const std::size_t before = chain.extension_headers.size();
    return before < max_extension_headers && (type != NextHeader::hop_by_hop || before == 0) &&
           (type != NextHeader::fragment || !chain.fragment);
}

bool is_later_fragment(const HeaderChain& chain) {
    return chain.fragment && chain.fragment->offset != 0;
}

}  // namespace

Parsed<HeaderChain> walk_extension_headers(const Ipv6Header& header, BytesView packet) {
    const auto payload = header.payload_of(packet);
    if (!payload) {
        return std::unexpected(payload.error());
    }
    Reader in(*payload);
    HeaderChain chain;
    chain.upper_layer = header.next_header;
    while (is_extension_header(chain.upper_layer) && !is_later_fragment(chain)) {
        const NextHeader type = chain.upper_layer;
        if (!may_stand_here(type, chain)) {
            return std::unexpected(ParseError::bad_extension_header);
        }
        const BytesView bytes = take_header(type, in);
        if (in.truncated()) {
            return std::unexpected(ParseError::truncated);
        }
        if (type == NextHeader::fragment) {
            chain.fragment = *FragmentHeader::parse(bytes);
        }
        chain.extension_headers.push_back({type, bytes});
        chain.upper_layer = NextHeader{bytes[0]};
    }
    chain.payload = in.rest();
    return chain;
}

}  // namespace godwit::wire

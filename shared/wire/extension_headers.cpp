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

bool may_stand_here(NextHeader type, std::size_t before, const UpperLayer& upper) {
    return before < max_extension_headers && (type != NextHeader::hop_by_hop || before == 0) &&
           (type != NextHeader::fragment || !upper.fragment);
}

// Calls on_header with the type and the octets of each header.
template <class OnHeader>
Parsed<UpperLayer> walk(NextHeader first, BytesView payload, OnHeader on_header) {
    Reader in(payload);
    UpperLayer upper{.type = first};
    for (std::size_t before = 0; is_extension_header(upper.type) && !upper.is_later_fragment();
         ++before) {
        const NextHeader type = upper.type;
        if (!may_stand_here(type, before, upper)) {
            return std::unexpected(ParseError::bad_extension_header);
        }
        const BytesView bytes = take_header(type, in);
        if (in.truncated()) {
            return std::unexpected(ParseError::truncated);
        }
        if (type == NextHeader::fragment) {
            upper.fragment = *FragmentHeader::parse(bytes);
        }
        on_header(type, bytes);
        upper.type = NextHeader{bytes[0]};
    }
    upper.payload = in.rest();
    return upper;
}

}  // namespace

Parsed<HeaderChain> walk_extension_headers(const Ipv6Header& header, BytesView packet) {
    const auto payload = header.payload_of(packet);
    if (!payload) {
        return std::unexpected(payload.error());
    }
    HeaderChain chain;
    const auto upper =
        walk(header.next_header, *payload, [&chain](NextHeader type, BytesView bytes) {
            chain.extension_headers.push_back({type, bytes});
        });
    if (!upper) {
        return std::unexpected(upper.error());
    }
    chain.fragment = upper->fragment;
    chain.upper_layer = upper->type;
    chain.payload = upper->payload;
    return chain;
}

Parsed<UpperLayer> find_upper_layer(NextHeader first, BytesView payload) {
    return walk(first, payload, [](NextHeader, BytesView) {});
}

}  // namespace godwit::wire

#include "shared/wire/extension_headers.hpp"

#include <expected>

namespace godwit::wire {
namespace {

constexpr std::size_t length_unit = 8;  // octets; Hdr Ext Len does not count the first

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

// Where the limit stands in a Destination Options header, octets.
std::optional<std::size_t> offset_of_limit(BytesView header) {
    constexpr std::uint8_t pad1 = 0;
    Reader in(header);
    in.skip(2);
    while (in.remaining() > 0) {
        const auto type = in.integer<std::uint8_t>();
        if (type == pad1) {
            continue;
        }
        const auto length = in.integer<std::uint8_t>();
        const std::size_t offset = header.size() - in.remaining();
        in.skip(length);
        if (in.truncated()) {
            return std::nullopt;
        }
        if (type == EncapsulationLimit::type && length == EncapsulationLimit::length) {
            return offset;
        }
    }
    return std::nullopt;
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

std::optional<EncapsulationLimit> find_encapsulation_limit(NextHeader first, BytesView payload) {
    std::optional<EncapsulationLimit> found;
    static_cast<void>(walk(first, payload, [&](NextHeader type, BytesView header) {
        if (found || type != NextHeader::destination_options) {
            return;
        }
        if (const auto offset = offset_of_limit(header)) {
            const auto before = static_cast<std::size_t>(header.data() - payload.data());
            found = {.further = header[*offset], .offset = before + *offset};
        }
    }));
    return found;
}

}  // namespace godwit::wire

// The walk over extension headers: bounded, within the payload, and without gaps.

#include "shared/wire/extension_headers.hpp"

#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    const wire::BytesView packet(data, size);
    const auto header = wire::Ipv6Header::parse(packet);
    if (!header) {
        return 0;
    }
    const auto chain = wire::walk_extension_headers(*header, packet);
    if (const auto payload = header->payload_of(packet)) {
        const auto upper = wire::find_upper_layer(header->next_header, *payload);
        fuzz::require(upper.has_value() == chain.has_value());
        fuzz::require(!upper || (upper->type == chain->upper_layer &&
                                 upper->payload.size() == chain->payload.size()));
    }
    if (!chain) {
        return 0;
    }
    fuzz::require(chain->extension_headers.size() <= wire::max_extension_headers);
    const std::uint8_t* next = data + wire::Ipv6Header::size;
    for (const wire::ExtensionHeader& extension : chain->extension_headers) {
        fuzz::require(extension.bytes.data() == next && extension.bytes.size() % 8 == 0);
        next += extension.bytes.size();
    }
    fuzz::require(chain->payload.empty() || chain->payload.data() == next);
    fuzz::require(next + chain->payload.size() ==
                  data + wire::Ipv6Header::size + header->payload_length);
    return 0;
}

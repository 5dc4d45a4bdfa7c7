// A Mobility Header from the network: what is read is written so that it reads the same.

#include "shared/wire/mobility_header.hpp"

#include "tests/fuzz/require.hpp"

namespace godwit {
namespace {

// Writing anew may pad more than the input did, and must still fit in a Mobility Header.
constexpr std::size_t max_input = wire::max_mobility_header / 2;

// Random octets seldom have a right checksum, and would never be looked into.
wire::Bytes with_checksum(wire::BytesView input, const wire::PseudoHeader& addresses) {
    wire::Bytes bytes(input.begin(), input.end());
    const std::size_t header = bytes.size() < 2 ? 8 : 8 * (1U + bytes[1]);
    if (header <= bytes.size()) {
        wire::write_checksum(std::span(bytes).first(header), addresses);
    }
    return bytes;
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    const wire::PseudoHeader addresses{};
    const wire::BytesView input(data, size);
    if (input.size() > max_input) {
        return -1;
    }
    (void)wire::parse_mobility_header(input, addresses);
    const auto message = wire::parse_mobility_header(with_checksum(input, addresses), addresses);
    if (message) {
        const wire::Bytes written = wire::serialize_mobility_header(*message, addresses);
        fuzz::require(wire::parse_mobility_header(written, addresses) == message);
        fuzz::require(wire::is_known_message_type(written[2]));
    }
    return 0;
}

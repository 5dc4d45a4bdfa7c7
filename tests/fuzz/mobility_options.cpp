// The options of a Mobility Header: what is read is written so that it reads the same, and each
// option is found where it was written.

#include "shared/wire/mobility_options.hpp"

#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    constexpr std::size_t options_offset = 12;
    const wire::BytesView input(data, size);
    for (const unsigned type : {0U, 1U, 9U, 18U, 255U}) {
        const auto body = wire::locate_option(input, 0, static_cast<std::uint8_t>(type));
        fuzz::require(!body || body->offset + body->length <= input.size());
    }
    const auto options = wire::parse_options(input);
    if (!options) {
        return 0;
    }
    wire::Bytes message(options_offset);
    wire::append_options(message, *options);
    fuzz::require(message.size() % 8 == 0);
    fuzz::require(wire::parse_options(wire::BytesView(message).subspan(options_offset)) == options);
    const auto* authentication = wire::find<wire::AuthenticationOption>(*options);
    const auto body =
        wire::locate_option(message, options_offset, wire::AuthenticationOption::layout.type);
    fuzz::require((authentication != nullptr) == body.has_value());
    fuzz::require(!body || (body->offset - 2) % 4 == 1);
    return 0;
}

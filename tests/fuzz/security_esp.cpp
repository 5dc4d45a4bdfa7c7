// ESP from the network. Few random octets have a right tag, so half the inputs are given one: they
// are then the text that the other end would have sealed.

#include <algorithm>
#include <array>
#include <span>

#include "shared/security/esp.hpp"
#include "tests/fuzz/require.hpp"

namespace godwit {
namespace {

constexpr std::size_t max_input = 2048;  // octets: more than any packet of a 1500-octet link
constexpr std::uint32_t spi = 0x80000001;

enum Choice : std::uint8_t { other_suite = 1, seal_first = 2 };

security::TunnelKeys keys(security::Suite suite) {
    return {.suite = suite, .inbound_spi = spi, .outbound_spi = spi, .inbound = {}, .outbound = {}};
}

security::Suite suite_of(std::uint8_t choice) {
    using enum security::Suite;
    const bool has_aes = security::SuiteSet::of_this_machine().contains(aes_256_gcm);
    return has_aes && (choice & other_suite) != 0 ? aes_256_gcm : chacha20_poly1305;
}

wire::Bytes sealed(security::Suite suite, wire::BytesView input) {
    constexpr std::array<std::uint8_t, security::esp_headroom> header{0x80, 0, 0, 1, 0, 0, 0, 1,
                                                                      0,    0, 0, 0, 0, 0, 0, 1};
    wire::Bytes text(input.begin(), input.end());
    std::array<std::uint8_t, security::esp_integrity_check_value> tag{};
    security::EspCipher(suite, {}).encrypt(std::span(header).subspan<8, 8>(),
                                           std::span(header).first(8), text, text, tag);
    wire::Bytes packet(header.begin(), header.end());
    packet.insert(packet.end(), text.begin(), text.end());
    packet.insert(packet.end(), tag.begin(), tag.end());
    return packet;
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    if (size < 2 || size > max_input) {  // a choice, and no text is empty
        return -1;
    }
    const wire::BytesView input(data + 1, size - 1);
    const security::Suite suite = suite_of(data[0]);
    wire::Bytes packet = (data[0] & seal_first) != 0 ? sealed(suite, input)
                                                     : wire::Bytes(input.begin(), input.end());
    security::EspOpener opener(keys(suite));
    const auto opened = opener.open(packet);
    if (opened) {
        const std::uint8_t* begin = packet.data() + security::esp_headroom;
        fuzz::require(opened->inner.data() == begin);
        fuzz::require(opened->inner.size() + security::esp_headroom + security::esp_trailer +
                          security::esp_integrity_check_value <=
                      packet.size());
        fuzz::require(opener.highest_sequence() != 0);
        fuzz::require(!opener.open(packet));
    }
    return 0;
}

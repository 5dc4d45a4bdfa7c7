#include "shared/security/esp.hpp"

#include <cassert>

namespace godwit::security {
namespace {

constexpr std::size_t min_packet = esp_headroom + 4 + esp_integrity_check_value;

// The IV is the packet's own number, which a key never meets twice.
void write_header(std::span<std::uint8_t> packet, std::uint32_t spi, std::uint32_t sequence) {
    wire::EspHeader{.spi = spi, .sequence = sequence}.write(packet.first<wire::EspHeader::size>());
    for (std::size_t octet = 0; octet < esp_iv; ++octet) {
        packet[wire::EspHeader::size + octet] =
            static_cast<std::uint8_t>(std::uint64_t{sequence} >> (8U * (esp_iv - 1 - octet)));
    }
}

// RFC 4303 §2.4: "the first padding byte appended to the plaintext is numbered 1".
void write_trailer(std::span<std::uint8_t> trailer, wire::NextHeader next_header) {
    const std::size_t padding = trailer.size() - esp_trailer;
    for (std::size_t octet = 0; octet < padding; ++octet) {
        trailer[octet] = static_cast<std::uint8_t>(octet + 1);
    }
    trailer[padding] = static_cast<std::uint8_t>(padding);
    trailer[padding + 1] = static_cast<std::uint8_t>(next_header);
}

std::expected<EspOpener::Opened, EspError> strip_trailer(std::span<std::uint8_t> text) {
    const auto next_header = static_cast<wire::NextHeader>(text.back());
    const std::size_t padding = text[text.size() - esp_trailer];
    if (padding > text.size() - esp_trailer) {
        return std::unexpected(EspError::bad_padding);
    }
    const std::size_t inner = text.size() - esp_trailer - padding;
    for (std::size_t octet = 0; octet < padding; ++octet) {
        if (text[inner + octet] != octet + 1) {
            return std::unexpected(EspError::bad_padding);
        }
    }
    if (next_header != wire::NextHeader::ipv6 && next_header != wire::NextHeader::ipv4 &&
        next_header != wire::NextHeader::none) {
        return std::unexpected(EspError::bad_protocol);
    }
    return EspOpener::Opened{.next_header = next_header, .inner = text.first(inner)};
}

}  // namespace

std::string_view name(EspError error) {
    switch (error) {
        case EspError::exhausted:
            return "exhausted";
        case EspError::bad_length:
            return "bad-length";
        case EspError::unknown_spi:
            return "unknown-spi";
        case EspError::replayed:
            return "replayed";
        case EspError::bad_tag:
            return "bad-tag";
        case EspError::bad_padding:
            return "bad-padding";
        case EspError::bad_protocol:
            return "bad-protocol";
    }
    return "unknown";
}

EspSealer::EspSealer(const TunnelKeys& keys, EspSequence sequence)
    : spi_(keys.outbound_spi), sequence_(sequence), cipher_(keys.suite, keys.outbound) {}

std::expected<std::span<std::uint8_t>, EspError> EspSealer::seal(std::span<std::uint8_t> buffer,
                                                                 std::size_t offset,
                                                                 std::size_t length,
                                                                 wire::NextHeader next_header) {
    assert(offset >= esp_headroom);
    return seal(buffer, offset, length, next_header,
                buffer.subspan(offset - esp_headroom, esp_length(length)));
}

std::expected<std::span<std::uint8_t>, EspError> EspSealer::seal(std::span<std::uint8_t> buffer,
                                                                 std::size_t offset,
                                                                 std::size_t length,
                                                                 wire::NextHeader next_header,
                                                                 std::span<std::uint8_t> packet) {
    assert(packet.size() == esp_length(length));
    const auto sequence = sequence_.next();
    if (!sequence) {
        return std::unexpected(EspError::exhausted);
    }
    const std::size_t padded = packet.size() - esp_headroom - esp_integrity_check_value;
    const auto plaintext = buffer.subspan(offset, padded);
    write_trailer(plaintext.subspan(length), next_header);
    write_header(packet, spi_, *sequence);
    cipher_.encrypt(packet.subspan<wire::EspHeader::size, esp_iv>(),
                    packet.first<wire::EspHeader::size>(), plaintext,
                    packet.subspan(esp_headroom, padded), packet.last<esp_integrity_check_value>());
    return packet;
}

EspOpener::EspOpener(const TunnelKeys& keys)
    : spi_(keys.inbound_spi), cipher_(keys.suite, keys.inbound) {}

std::expected<EspOpener::Opened, EspError> EspOpener::open(std::span<std::uint8_t> packet) {
    if (packet.size() < min_packet || packet.size() % 4 != 0) {
        return std::unexpected(EspError::bad_length);
    }
    const auto header = wire::EspHeader::parse(packet);
    if (!header || header->spi != spi_) {
        return std::unexpected(EspError::unknown_spi);
    }
    if (!window_.is_fresh(header->sequence)) {
        return std::unexpected(EspError::replayed);
    }
    const auto text =
        packet.subspan(esp_headroom, packet.size() - esp_headroom - esp_integrity_check_value);
    if (!cipher_.decrypt(packet.subspan<wire::EspHeader::size, esp_iv>(),
                         packet.first<wire::EspHeader::size>(), text,
                         packet.last<esp_integrity_check_value>())) {
        return std::unexpected(EspError::bad_tag);
    }
    window_.advance(header->sequence);
    return strip_trailer(text);
}

}  // namespace godwit::security

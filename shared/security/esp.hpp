#pragma once
// ESP in tunnel mode, RFC 4303 §2, with a combined-mode algorithm (RFC 4106, RFC 7634):
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |               Security Parameters Index (SPI)                 |  authenticated
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                      Sequence Number                          |  authenticated
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                    IV (8 octets): a counter                   |
//   |                                                               |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                    Payload: the inner packet                  ~  encrypted
//   +               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |               |  Padding 1, 2, 3  |  Pad Length | Next Header |  encrypted
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                Integrity Check Value (16 octets)              |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Neither is for more than one thread at a time.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "shared/security/esp_cipher.hpp"
#include "shared/security/replay_window.hpp"
#include "shared/security/session_keys.hpp"
#include "shared/wire/esp_header.hpp"
#include "shared/wire/next_header.hpp"

namespace godwit::security {

inline constexpr std::size_t esp_headroom = wire::EspHeader::size + esp_iv;
inline constexpr std::size_t esp_trailer = 2;  // octets: Pad Length, Next Header
inline constexpr std::size_t esp_max_padding = 3;
inline constexpr std::size_t esp_max_tailroom =
    esp_max_padding + esp_trailer + esp_integrity_check_value;

enum class EspError : std::uint8_t {
    exhausted,     // sealing: no sequence numbers left, RFC 4303 §3.3.3; a new session is overdue
    bad_length,    // too short, or not a multiple of 4 octets
    unknown_spi,   // of another session
    replayed,      // seen before, or behind the window
    bad_tag,       // not sealed by the other end, or changed on the way
    bad_padding,   // RFC 4303 §2.4: not 1, 2, 3 ..., or more than there is
    bad_protocol,  // a next header other than IPv6, IPv4 or none
};

std::string_view name(EspError error);  // "bad-tag"

// How many octets a packet of this length has when it is sealed.
constexpr std::size_t esp_length(std::size_t inner) {
    const std::size_t padded = (inner + esp_trailer + 3) / 4 * 4;
    return esp_headroom + padded + esp_integrity_check_value;
}

// The numbers of one key's packets: from 1 on, and never again from 1.
class EspSequence {
  public:
    constexpr EspSequence() = default;
    constexpr explicit EspSequence(std::uint32_t last) : last_(last) {}

    // Nothing after 2^32 - 1.
    constexpr std::optional<std::uint32_t> next() {
        return last_ == std::numeric_limits<std::uint32_t>::max() ? std::nullopt
                                                                  : std::optional(++last_);
    }
    [[nodiscard]] constexpr std::uint32_t last() const { return last_; }

  private:
    std::uint32_t last_ = 0;
};

class EspSealer {
  public:
    explicit EspSealer(const TunnelKeys& keys, EspSequence sequence = {});

    // Seals the `length` octets at `offset` in `buffer`, which has esp_headroom octets before them
    // and esp_max_tailroom after. The result lies in `buffer`.
    [[nodiscard]] std::expected<std::span<std::uint8_t>, EspError> seal(
        std::span<std::uint8_t> buffer, std::size_t offset, std::size_t length,
        wire::NextHeader next_header);
    // The same, but the result is `packet`, of esp_length(length) octets, which is in `buffer` at
    // offset - esp_headroom, or nowhere in it.
    [[nodiscard]] std::expected<std::span<std::uint8_t>, EspError> seal(
        std::span<std::uint8_t> buffer, std::size_t offset, std::size_t length,
        wire::NextHeader next_header, std::span<std::uint8_t> packet);

    // It seals no more: the thread that has sealed keeps nothing of its key.
    void forget() const { cipher_.forget(); }

    // The last sequence number sent; 0 before the first.
    [[nodiscard]] std::uint32_t sequence() const { return sequence_.last(); }
    [[nodiscard]] std::uint32_t spi() const { return spi_; }

  private:
    std::uint32_t spi_;
    EspSequence sequence_;
    EspCipher cipher_;
};

class EspOpener {
  public:
    explicit EspOpener(const TunnelKeys& keys);

    struct Opened {
        wire::NextHeader next_header{};
        std::span<std::uint8_t> inner;  // lies in the packet
    };
    // The packet from its ESP header to its end. Only an authentic one moves the window.
    [[nodiscard]] std::expected<Opened, EspError> open(std::span<std::uint8_t> packet);

    // It opens no more: the thread that has opened keeps nothing of its key.
    void forget() const { cipher_.forget(); }

    // The highest sequence number taken; 0 before the first.
    [[nodiscard]] std::uint32_t highest_sequence() const { return window_.highest(); }
    // All that has been taken. For any thread.
    [[nodiscard]] mobility::Reception reception() const {
        mobility::Reception reception = window_.read();
        reception.spi = spi_;
        return reception;
    }
    [[nodiscard]] std::uint32_t spi() const { return spi_; }

  private:
    std::uint32_t spi_;
    EspCipher cipher_;
    ReplayWindow window_;
};

}  // namespace godwit::security

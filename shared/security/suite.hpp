#pragma once
// The ciphers of the sealed tunnel, numbered as the handshake writes them.

#include <cstdint>
#include <optional>
#include <string_view>

namespace godwit::security {

enum class Suite : std::uint8_t {
    aes_256_gcm = 1,        // RFC 4106
    chacha20_poly1305 = 2,  // RFC 7634
};

std::string_view name(Suite suite);  // "aes-256-gcm"

// A set, as the handshake offers it: bit n - 1 stands for suite n. Unknown bits are kept.
class SuiteSet {
  public:
    constexpr SuiteSet() = default;
    constexpr explicit SuiteSet(std::uint8_t bits) : bits_(bits) {}
    // What this machine can do: AES-256-GCM needs the processor's instructions for it.
    static SuiteSet of_this_machine();

    [[nodiscard]] constexpr std::uint8_t bits() const { return bits_; }
    [[nodiscard]] constexpr bool contains(Suite suite) const { return (bits_ & bit(suite)) != 0; }
    [[nodiscard]] constexpr SuiteSet with(Suite suite) const {
        return SuiteSet(static_cast<std::uint8_t>(bits_ | bit(suite)));
    }
    [[nodiscard]] constexpr SuiteSet common_with(SuiteSet other) const {
        return SuiteSet(static_cast<std::uint8_t>(bits_ & other.bits_));
    }
    // The fastest first: a processor that has AES instructions is quicker with them.
    [[nodiscard]] std::optional<Suite> best() const;
    constexpr bool operator==(const SuiteSet&) const = default;

  private:
    // 0 for a number that has none: the other end may have said any.
    static constexpr std::uint8_t bit(Suite suite) {
        const unsigned place = static_cast<unsigned>(suite) - 1U;
        return place < 8 ? static_cast<std::uint8_t>(1U << place) : std::uint8_t{0};
    }

    std::uint8_t bits_ = 0;
};

inline constexpr SuiteSet all_suites =
    SuiteSet().with(Suite::aes_256_gcm).with(Suite::chacha20_poly1305);

}  // namespace godwit::security

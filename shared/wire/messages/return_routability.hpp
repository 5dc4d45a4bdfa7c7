#pragma once
// The return routability procedure, RFC 6275 §6.1.3 to §6.1.6. Home Test Init and Care-of Test
// Init:
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |            Reserved           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                     Init Cookie (64 bits)                     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .                        Mobility Options                       .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Home Test and Care-of Test:
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |          Nonce Index          |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                     Init Cookie (64 bits)                     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |                     Keygen Token (64 bits)                    |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   .                        Mobility Options                       .
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <array>
#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/mobility_options.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

using ReturnRoutabilityCookie = std::array<std::uint8_t, 8>;
using KeygenToken = std::array<std::uint8_t, 8>;

struct HomeTestInit {
    static constexpr std::uint8_t type = 1;
    static constexpr std::uint8_t minimum_header_length = 1;

    ReturnRoutabilityCookie cookie{};  // home init cookie
    MobilityOptions options;

    bool operator==(const HomeTestInit&) const = default;
    static Parsed<HomeTestInit> parse(Reader& in);  // at Message Data
    void serialize(Bytes& message) const;           // appends Message Data to the header's 6 octets
};

struct CareOfTestInit {
    static constexpr std::uint8_t type = 2;
    static constexpr std::uint8_t minimum_header_length = 1;

    ReturnRoutabilityCookie cookie{};  // care-of init cookie
    MobilityOptions options;

    bool operator==(const CareOfTestInit&) const = default;
    static Parsed<CareOfTestInit> parse(Reader& in);  // at Message Data
    void serialize(Bytes& message) const;  // appends Message Data to the header's 6 octets
};

struct HomeTest {
    static constexpr std::uint8_t type = 3;
    static constexpr std::uint8_t minimum_header_length = 2;

    std::uint16_t nonce_index = 0;
    ReturnRoutabilityCookie cookie{};  // home init cookie
    KeygenToken keygen_token{};
    MobilityOptions options;

    bool operator==(const HomeTest&) const = default;
    static Parsed<HomeTest> parse(Reader& in);  // at Message Data
    void serialize(Bytes& message) const;       // appends Message Data to the header's 6 octets
};

struct CareOfTest {
    static constexpr std::uint8_t type = 4;
    static constexpr std::uint8_t minimum_header_length = 2;

    std::uint16_t nonce_index = 0;
    ReturnRoutabilityCookie cookie{};  // care-of init cookie
    KeygenToken keygen_token{};
    MobilityOptions options;

    bool operator==(const CareOfTest&) const = default;
    static Parsed<CareOfTest> parse(Reader& in);  // at Message Data
    void serialize(Bytes& message) const;         // appends Message Data to the header's 6 octets
};

}  // namespace godwit::wire

#pragma once
// Packets put together octet by octet as the RFCs draw them, and answers taken apart likewise,
// without what is being tested: nothing here comes from shared/wire but types for addresses and
// octets.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "tests/support/addresses.hpp"
#include "tests/wire/hex.hpp"

namespace godwit::conformance {

using test::ip;
using test::octets;
using wire::Bytes;
using wire::BytesView;
using wire::Ipv6Address;

inline constexpr std::uint16_t acknowledge = 0x8000;        // A
inline constexpr std::uint16_t home_registration = 0x4000;  // H
inline constexpr std::uint16_t link_local = 0x2000;         // L
inline constexpr std::uint16_t key_management = 0x1000;     // K
inline constexpr std::uint16_t force_udp = 0x0100;          // F
inline constexpr std::uint16_t overwrite = 0x0040;          // O

inline Bytes joined(std::initializer_list<BytesView> parts) {
    Bytes whole;
    for (const BytesView part : parts) {
        whole.insert(whole.end(), part.begin(), part.end());
    }
    return whole;
}
inline Bytes two(std::uint32_t value) {
    return {static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value)};
}
inline Bytes four(std::uint32_t value) {
    return joined({two(value >> 16U), two(value)});
}
// A case throws, and so fails, where it looks beyond an answer.
inline std::uint8_t one_at(BytesView bytes, std::size_t offset) {
    if (offset >= bytes.size()) {
        throw std::out_of_range("the answer is too short");
    }
    return bytes[offset];
}
inline std::uint16_t two_at(BytesView bytes, std::size_t offset) {
    return static_cast<std::uint16_t>(one_at(bytes, offset) << 8U | one_at(bytes, offset + 1));
}
inline Ipv6Address address_at(BytesView bytes, std::size_t offset) {
    Ipv6Address address;
    for (std::size_t octet = 0; octet < address.octets.size(); ++octet) {
        address.octets.at(octet) = one_at(bytes, offset + octet);
    }
    return address;
}

// RFC 8200 §8.1, over a header whose checksum field is there: 0 if that is right.
inline std::uint16_t sum_of(const Ipv6Address& source, const Ipv6Address& destination,
                            BytesView header, std::uint8_t next_header = 135) {
    const Bytes covered =
        joined({source.octets, destination.octets, four(static_cast<std::uint32_t>(header.size())),
                four(next_header), header});
    std::uint32_t sum = 0;
    for (std::size_t offset = 0; offset < covered.size(); offset += 2) {
        sum += covered[offset] * 0x100U + (offset + 1 < covered.size() ? covered[offset + 1] : 0U);
    }
    while (sum > 0xffffU) {
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return static_cast<std::uint16_t>(~sum);
}

// RFC 6275 §6.1.1. What is not said is right: the data is padded to whole units of 8 octets.
struct MobilityHeader {
    std::uint8_t type = 5;
    Bytes data{};  // behind the checksum
    std::uint8_t payload_protocol = 59;
    std::uint8_t reserved = 0;
    std::optional<std::uint8_t> header_length{};  // units of 8 octets, less the first
    std::optional<std::uint16_t> checksum{};

    // Summed over these addresses.
    [[nodiscard]] Bytes between(const Ipv6Address& source, const Ipv6Address& destination) const {
        Bytes header = joined({Bytes{payload_protocol, 0, type, reserved, 0, 0}, data});
        const std::size_t missing = (8 - header.size() % 8) % 8;
        if (missing == 1) {
            header.push_back(0);
        } else if (missing > 1) {
            header.insert(header.end(), {1, static_cast<std::uint8_t>(missing - 2)});
            header.resize(header.size() + missing - 2);
        }
        header[1] = header_length.value_or(static_cast<std::uint8_t>(header.size() / 8 - 1));
        const std::uint16_t sum = checksum.value_or(sum_of(source, destination, header));
        header[4] = static_cast<std::uint8_t>(sum >> 8U);
        header[5] = static_cast<std::uint8_t>(sum);
        return header;
    }
};

// Any option: type, length, body.
inline Bytes option(std::uint8_t type, BytesView body) {
    return joined({Bytes{type, static_cast<std::uint8_t>(body.size())}, body});
}
// As the first option of a binding update, where two octets of padding align it (§6.2.5).
inline Bytes alternate_care_of(const Ipv6Address& address) {
    return joined({octets("0100"), option(3, address.octets)});
}

// RFC 6275 §6.1.7.
struct Update {
    std::uint16_t sequence = 1;
    std::uint16_t lifetime = 150;  // units of 4 seconds
    std::uint16_t flags = acknowledge | home_registration;
    Bytes options{};

    [[nodiscard]] MobilityHeader header() const {
        return {.data = joined({two(sequence), two(flags), two(lifetime), options})};
    }
};

// An extension header of RFC 8200 §4; its Next Header is written by packet().
struct Extension {
    std::uint8_t type = 60;
    Bytes behind_next_header{};
};
// RFC 6275 §6.3: at 8n+6.
inline Extension home_address_option(const Ipv6Address& home) {
    return {60, joined({octets("02 0102 0000 c910"), home.octets})};
}
// RFC 6275 §6.4.1.
inline Extension type_2_routing_header(const Ipv6Address& home) {
    return {43, joined({octets("02 02 01 00000000"), home.octets})};
}

// RFC 8200 §3, with hop limit 64.
inline Bytes packet(const Ipv6Address& source, const Ipv6Address& destination,
                    const std::vector<Extension>& extensions, BytesView payload,
                    std::uint8_t next_header = 135) {
    Bytes behind(payload.begin(), payload.end());
    for (auto extension = extensions.rbegin(); extension != extensions.rend(); ++extension) {
        behind = joined({Bytes{next_header}, extension->behind_next_header, behind});
        next_header = extension->type;
    }
    return joined({octets("60000000"), two(static_cast<std::uint32_t>(behind.size())),
                   Bytes{next_header, 64}, source.octets, destination.octets, behind});
}

struct Option {
    std::uint8_t type = 0;
    std::size_t offset = 0;  // from the beginning of the Mobility Header
    Bytes body;
};

// A packet of the home agent's, with what every one of them must satisfy already checked.
struct Answer {
    Ipv6Address source;
    Ipv6Address destination;
    std::optional<Ipv6Address> routing_header;  // the home address of a type 2 routing header
    Bytes header;                               // the Mobility Header

    [[nodiscard]] std::uint8_t type() const { return header.at(2); }
    [[nodiscard]] int status() const { return header.at(6); }
    [[nodiscard]] std::uint8_t flags() const { return header.at(7); }
    [[nodiscard]] std::uint16_t sequence() const { return two_at(header, 8); }
    [[nodiscard]] std::uint16_t lifetime() const { return two_at(header, 10); }

    // Of a message whose fixed part has that many octets, without the padding.
    [[nodiscard]] std::vector<Option> options(std::size_t offset = 12) const {
        std::vector<Option> found;
        while (offset < header.size()) {
            const std::uint8_t option_type = header.at(offset);
            if (option_type == 0) {
                ++offset;
                continue;
            }
            const std::size_t length = header.at(offset + 1);
            if (offset + 2 + length > header.size()) {
                throw std::logic_error("an option overruns its header");
            }
            if (option_type != 1) {
                const auto body = header.begin() + static_cast<std::ptrdiff_t>(offset) + 2;
                found.push_back(
                    {option_type, offset, Bytes(body, body + static_cast<std::ptrdiff_t>(length))});
            }
            offset += 2 + length;
        }
        return found;
    }
    // The body of the first option of this type; nothing without one.
    [[nodiscard]] std::optional<Bytes> option(std::uint8_t wanted) const {
        for (Option& one : options()) {
            if (one.type == wanted) {
                return std::move(one.body);
            }
        }
        return std::nullopt;
    }

    static Answer parse(BytesView bytes) {
        Answer answer{.source = address_at(bytes, 8),
                      .destination = address_at(bytes, 24),
                      .routing_header = {},
                      .header = {}};
        std::uint8_t next_header = one_at(bytes, 6);
        std::size_t offset = 40;
        if (next_header == 43) {
            answer.routing_header = address_at(bytes, offset + 8);
            require(bytes.size() >= offset + 24 + 8 &&
                        test::hex(bytes.subspan(offset + 1, 7)) == "02020100000000",
                    "a type 2 routing header of RFC 6275 §6.4.1");
            next_header = bytes[offset];
            offset += 24;
        }
        require(next_header == 135 && bytes.size() >= offset + 8,
                "a Mobility Header and nothing else");
        require(two_at(bytes, 4) == bytes.size() - 40, "a payload as long as the packet says");
        answer.header.assign(bytes.begin() + static_cast<std::ptrdiff_t>(offset), bytes.end());
        require(answer.header.size() == 8U * (answer.header[1] + 1U), "a right Header Len");
        require(sum_of(answer.source, answer.routing_header.value_or(answer.destination),
                       answer.header) == 0,
                "a right checksum");
        return answer;
    }

  private:
    static void require(bool holds, const char* what) {
        if (!holds) {
            throw std::logic_error(std::string("the answer is not ") + what);
        }
    }
};

}  // namespace godwit::conformance

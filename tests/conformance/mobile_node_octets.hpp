#pragma once
// Packets with a Mobility Header, read and written by the offsets that the RFCs draw. None of the
// product's own parsers takes part: what they get wrong must not be wrong here as well.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::conformance::mobile_node {

using wire::Bytes;
using wire::BytesView;
using wire::Ipv6Address;

inline constexpr std::uint8_t routing_header = 43;
inline constexpr std::uint8_t destination_options = 60;
inline constexpr std::uint8_t no_next_header = 59;
inline constexpr std::uint8_t mobility_header = 135;
inline constexpr std::size_t ipv6_header = 40;  // octets

namespace message {
inline constexpr std::uint8_t refresh_request = 0;
inline constexpr std::uint8_t update = 5;
inline constexpr std::uint8_t acknowledgement = 6;
inline constexpr std::uint8_t error = 7;
inline constexpr std::uint8_t home_agent_switch = 12;
inline constexpr std::uint8_t heartbeat = 13;
inline constexpr std::uint8_t revocation = 16;
}  // namespace message

namespace option {
inline constexpr std::uint8_t refresh_advice = 2;
inline constexpr std::uint8_t alternate_care_of = 3;
inline constexpr std::uint8_t authorization_data = 5;
inline constexpr std::uint8_t mobile_network_prefix = 6;
inline constexpr std::uint8_t restart_counter = 28;
inline constexpr std::uint8_t ipv4_home = 29;
inline constexpr std::uint8_t ipv4_acknowledgement = 30;
inline constexpr std::uint8_t nat_detection = 31;
inline constexpr std::uint8_t ipv4_care_of = 32;
inline constexpr std::uint8_t binding_identifier = 35;
}  // namespace option

// Of a binding update.
namespace flag {
inline constexpr unsigned a = 0x8000;
inline constexpr unsigned h = 0x4000;
inline constexpr unsigned l = 0x2000;
inline constexpr unsigned k = 0x1000;
inline constexpr unsigned r = 0x0400;
inline constexpr unsigned f = 0x0100;
inline constexpr unsigned o = 0x0040;
}  // namespace flag

// The sum of RFC 8200 §8.1 over a Mobility Header, of words in network order: 0xffff if its
// checksum is right.
inline std::uint16_t sum(const Ipv6Address& source, const Ipv6Address& destination,
                         BytesView header) {
    Bytes covered(source.octets.begin(), source.octets.end());
    covered.insert(covered.end(), destination.octets.begin(), destination.octets.end());
    wire::Writer out(covered);
    out.integer(static_cast<std::uint32_t>(header.size()));
    out.integer(std::uint32_t{mobility_header});
    out.bytes(header);
    std::uint32_t total = 0;
    for (std::size_t octet = 0; octet < covered.size(); ++octet) {
        total += octet % 2 == 0 ? static_cast<std::uint32_t>(covered[octet]) << 8U : covered[octet];
    }
    while (total > 0xffff) {
        total = (total & 0xffffU) + (total >> 16U);
    }
    return static_cast<std::uint16_t>(total);
}

// An IPv6 packet. Numbers are read at offsets into the Mobility Header, which begins at 0.
class ReadPacket {
  public:
    // Throws, so that the test fails, if it carries no Mobility Header.
    explicit ReadPacket(Bytes octets) : octets_(std::move(octets)) {
        std::uint8_t next = octets_.at(6);
        begin_ = ipv6_header;
        while (next == destination_options || next == routing_header) {
            read_extension(next);
            next = octets_.at(begin_);
            begin_ += 8 * (1U + octets_.at(begin_ + 1));
        }
        if (next != mobility_header) {
            throw std::runtime_error("no Mobility Header");
        }
    }

    [[nodiscard]] Ipv6Address source() const { return address(8); }
    [[nodiscard]] Ipv6Address destination() const { return address(24); }
    [[nodiscard]] const std::optional<Ipv6Address>& home_address_option() const { return home_; }
    // Octets from the start of its Destination Options header.
    [[nodiscard]] std::size_t home_address_option_offset() const { return home_offset_; }
    [[nodiscard]] BytesView header() const { return BytesView(octets_).subspan(begin_); }
    [[nodiscard]] std::uint8_t octet(std::size_t at) const { return octets_.at(begin_ + at); }
    [[nodiscard]] std::uint16_t number(std::size_t at) const {
        return static_cast<std::uint16_t>(octet(at) << 8U | octet(at + 1));
    }
    [[nodiscard]] std::uint8_t type() const { return octet(2); }
    // With what stands for the source.
    [[nodiscard]] bool has_right_checksum() const {
        return sum(home_.value_or(source()), destination(), header()) == 0xffff;
    }

    // Of a binding update.
    [[nodiscard]] std::uint16_t sequence() const { return number(6); }
    [[nodiscard]] unsigned flags() const { return number(8); }
    [[nodiscard]] unsigned lifetime() const { return number(10); }  // units of 4 s

    struct Option {
        std::uint8_t type = 0;
        std::size_t offset = 0;  // of its type
        Bytes body;
        [[nodiscard]] Ipv6Address address(std::size_t at = 0) const {
            wire::Reader in(BytesView(body).subspan(at));
            return Ipv6Address::read(in);
        }
    };
    // Of the messages whose options begin at octet 12, which all of those here do; no padding.
    [[nodiscard]] std::vector<Option> options() const {
        std::vector<Option> found;
        for (std::size_t at = 12; at < header().size();) {
            const std::uint8_t kind = octet(at);
            if (kind > 1) {
                const BytesView body = header().subspan(at + 2, octet(at + 1));
                found.push_back({kind, at, Bytes(body.begin(), body.end())});
            }
            at += kind == 0 ? 1U : 2U + octet(at + 1);
        }
        return found;
    }
    [[nodiscard]] std::optional<Option> option(std::uint8_t kind) const {
        for (const Option& one : options()) {
            if (one.type == kind) {
                return one;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] const Bytes& octets() const { return octets_; }

  private:
    [[nodiscard]] Ipv6Address address(std::size_t at) const {
        wire::Reader in(BytesView(octets_).subspan(at));
        return Ipv6Address::read(in);
    }
    void read_extension(std::uint8_t type) {
        if (type != destination_options) {
            return;
        }
        const std::size_t end = 8 * (1U + octets_.at(begin_ + 1));
        for (std::size_t at = 2; at < end;) {
            const std::uint8_t kind = octets_.at(begin_ + at);
            if (kind == 0xc9) {
                home_ = address(begin_ + at + 2);
                home_offset_ = at;
            }
            at += kind == 0 ? 1U : 2U + octets_.at(begin_ + at + 1);
        }
    }

    Bytes octets_;
    std::size_t begin_ = 0;
    std::optional<Ipv6Address> home_;
    std::size_t home_offset_ = 0;
};

// A packet for the mobile node, in which anything may be wrong.
struct HeardPacket {
    Ipv6Address source;
    Ipv6Address destination;
    std::optional<Ipv6Address> routed_to{};  // by a type 2 routing header
    std::uint8_t type = 0;
    Bytes data{};  // Message Data: what follows the six octets of the header
    std::uint8_t payload_protocol = no_next_header;
    std::optional<std::uint8_t> header_length{};  // else the right one
    std::uint16_t checksum_error = 0;
    std::uint8_t routing_type = 2;
    std::uint8_t routing_length = 2;
    std::uint8_t segments_left = 1;
    Bytes extension{};  // a header of type extension_type, before all others
    std::uint8_t extension_type = 0;

    [[nodiscard]] Bytes header() const {
        Bytes header{payload_protocol, 0, type, 0, 0, 0};
        header.insert(header.end(), data.begin(), data.end());
        const std::size_t padding = (8 - header.size() % 8) % 8;
        if (padding == 1) {
            header.push_back(0);
        } else if (padding > 1) {
            header.insert(header.end(), {1, static_cast<std::uint8_t>(padding - 2)});
            header.resize(header.size() + padding - 2);
        }
        header[1] = header_length.value_or(static_cast<std::uint8_t>(header.size() / 8 - 1));
        const auto checksum =
            static_cast<std::uint16_t>(~sum(source, routed_to.value_or(destination), header)) ^
            checksum_error;
        header[4] = static_cast<std::uint8_t>(checksum >> 8U);
        header[5] = static_cast<std::uint8_t>(checksum);
        return header;
    }
    [[nodiscard]] Bytes octets() const { return octets(header()); }
    // With another Mobility Header than its own.
    [[nodiscard]] Bytes octets(BytesView mobility) const {
        Bytes payload;
        std::uint8_t first = mobility_header;
        if (routed_to) {
            payload = {mobility_header, routing_length, routing_type, segments_left, 0, 0, 0, 0};
            payload.insert(payload.end(), routed_to->octets.begin(), routed_to->octets.end());
            payload.resize(8 * (1U + routing_length));
            first = routing_header;
        }
        if (!extension.empty()) {
            payload.insert(payload.begin(), extension.begin(), extension.end());
            payload[0] = std::exchange(first, extension_type);
        }
        payload.insert(payload.end(), mobility.begin(), mobility.end());
        Bytes packet{0x60, 0, 0, 0};
        wire::Writer out(packet);
        out.integer(static_cast<std::uint16_t>(payload.size()));
        out.integer(first);
        out.integer(std::uint8_t{64});
        out.bytes(source.octets);
        out.bytes(destination.octets);
        out.bytes(payload);
        return packet;
    }
};

// An option as it stands in a message, behind `before` octets of padding.
inline Bytes option_of(std::uint8_t type, BytesView body, std::size_t before = 0) {
    Bytes octets(before, 0);
    octets.insert(octets.end(), {type, static_cast<std::uint8_t>(body.size())});
    octets.insert(octets.end(), body.begin(), body.end());
    return octets;
}

}  // namespace godwit::conformance::mobile_node

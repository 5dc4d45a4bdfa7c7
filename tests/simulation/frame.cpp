#include "tests/simulation/frame.hpp"

#include "shared/wire/ipv6_header.hpp"

namespace godwit::simulation {
namespace {

constexpr auto top_bit = std::uint32_t{1} << 31U;  // of every SPI

wire::Bytes behind_outer_header(const Frame& frame, wire::NextHeader next_header,
                                const wire::Bytes& payload) {
    wire::Bytes packet(wire::Ipv6Header::size);
    wire::Ipv6Header{.payload_length = static_cast<std::uint16_t>(payload.size()),
                     .next_header = next_header,
                     .source = frame.path.local,
                     .destination = frame.path.remote}
        .write(std::span(packet).first<wire::Ipv6Header::size>());
    wire::Writer(packet).bytes(payload);
    return packet;
}

// An SPI has its top bit set, an inner packet begins with 6. Behind the SPI: how long the packet
// in clear is, the packet, and the ESP packet.
std::optional<Frame> read_content(Frame frame, wire::Reader in) {
    wire::Reader start = in;
    wire::BytesView packet = in.rest();
    if (const mobility::SessionId session{start.integer<std::uint32_t>()};
        (session.spi & top_bit) != 0) {
        frame.sealed_for = session;
        packet = start.take(start.integer<std::uint16_t>());
        const auto sealed = start.rest();
        frame.sealed.assign(sealed.begin(), sealed.end());
    }
    const auto inner = wire::SignallingPacket::parse(packet);
    if (!inner) {
        return std::nullopt;
    }
    frame.packet = *inner;
    return frame;
}

}  // namespace

wire::Bytes Frame::serialize() const {
    const bool is_udp = path.encapsulation == mobility::Encapsulation::udp;
    if (!is_udp && !sealed_for) {
        return packet.serialize();
    }
    wire::Bytes payload;
    wire::Writer out(payload);
    if (is_udp) {
        out.integer(path.local_port);
        out.integer(path.remote_port);
    }
    const wire::Bytes clear = packet.serialize();
    if (sealed_for) {
        out.integer(sealed_for->spi);
        out.integer(static_cast<std::uint16_t>(clear.size()));
    }
    out.bytes(clear);
    out.bytes(sealed);
    return behind_outer_header(*this, is_udp ? wire::NextHeader::udp : wire::NextHeader::esp,
                               payload);
}

std::optional<Frame> Frame::parse(wire::BytesView bytes) {
    const auto header = wire::Ipv6Header::parse(bytes);
    if (!header) {
        return std::nullopt;
    }
    Frame frame{.path = {.local = header->source, .remote = header->destination}};
    wire::Reader in(bytes.subspan(wire::Ipv6Header::size));
    if (header->next_header == wire::NextHeader::udp) {
        frame.path.encapsulation = mobility::Encapsulation::udp;
        frame.path.local_port = in.integer<std::uint16_t>();
        frame.path.remote_port = in.integer<std::uint16_t>();
        return read_content(frame, in);
    }
    if (header->next_header == wire::NextHeader::esp) {
        return read_content(frame, in);
    }
    const auto packet = wire::SignallingPacket::parse(bytes);
    if (!packet) {
        return std::nullopt;
    }
    frame.packet = *packet;
    return frame;
}

bool Frame::is_clear(wire::BytesView bytes) {
    constexpr std::size_t ports = 4;  // octets
    const auto header = wire::Ipv6Header::parse(bytes);
    if (!header || header->next_header == wire::NextHeader::esp) {
        return false;
    }
    wire::Reader in(bytes.subspan(wire::Ipv6Header::size));
    in.skip(ports);
    return header->next_header != wire::NextHeader::udp ||
           (in.integer<std::uint32_t>() & top_bit) == 0;
}

}  // namespace godwit::simulation

#pragma once
// Many packets of a few flows into few writes of the TUN device, as Linux's GRO merges them: the
// kernel then goes once through its stack for what were many packets. Payloads stay where they lie.
//
// Merged is only what segmentation would take apart into the very packets that came: IPv4 without
// options and fragments, or IPv6 without extension headers, the same in every octet but lengths and
// checksums, TCP's sequence number, and IPv4's identification, which goes up by one (or, with DF,
// stays: RFC 6864 §4.1 gives it no meaning there). TCP with ACK alone, and PSH on the last; what
// follows in sequence; payloads of one size, the last no longer. UDP with a checksum. Every
// checksum is verified before, so that what is corrupt arrives corrupt.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "shared/datapath/offloads.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/virtio_net_header.hpp"

namespace godwit::datapath {

class Coalescer {
  public:
    static constexpr std::size_t max_size = 65'535;       // octets, headers and all
    static constexpr std::size_t max_tcp_segments = 999;  // an iovec has room for 1,024
    static constexpr std::size_t max_udp_segments = 64;   // Linux's UDP_MAX_SEGMENTS
    static constexpr std::size_t max_open_flows = 16;

    explicit Coalescer(Offloads offloads);

    // What is merged from now on; not between add() and clear().
    void merge(Offloads offloads) { offloads_ = offloads; }

    // In the order in which they came; what lies there stays, and may be changed (headers), until
    // clear(). Never refuses: what cannot be merged is a write of its own. Not between writes() and
    // clear().
    void add(std::span<std::uint8_t> packet);

    struct Write {
        wire::VirtioNetHeader header;  // empty for a packet alone, which is as it came
        std::span<const std::span<const std::uint8_t>> pieces;
        std::size_t packets = 0;
    };
    // In the order of the first packet of each; packets of one flow never overtake each other, nor
    // do fragments and the like, which show no ports, overtake what comes from and goes to where
    // they do. Finishes the headers; valid until clear().
    [[nodiscard]] std::span<const Write> writes();
    void clear();

  private:
    // TCP or UDP right behind a plain IP header, of whole and consistent lengths; octets.
    struct Headers {
        bool is_ipv4 = false;
        bool is_tcp = false;
        std::size_t transport = 0;  // where it begins
        std::size_t payload = 0;    // where that begins

        bool operator==(const Headers&) const = default;
        static std::optional<Headers> of(wire::BytesView packet);
    };
    struct Piece {
        wire::BytesView octets;
        std::size_t next = 0;  // index of the one behind it, in the same write
    };
    struct Merge {
        std::span<std::uint8_t> first;  // whose headers become all the others' too
        Headers headers;
        std::size_t first_piece = 0;  // indices
        std::size_t last_piece = 0;
        std::size_t packets = 1;
        std::size_t size = 0;                 // octets, headers and all
        bool first_is_right = false;          // its checksum has been verified
        bool has_one_identification = false;  // as RFC 6864 allows with DF
        bool push = false;
    };
    struct Flow {
        std::uint32_t hash = 0;
        std::size_t merge = 0;  // index of its latest
    };

    // Where flows_[i] is of that flow; open_ if none is.
    [[nodiscard]] std::size_t find(std::uint32_t hash, wire::BytesView packet,
                                   const Headers& headers) const;
    void open(std::uint32_t hash, std::size_t merge);
    void close(std::size_t flow);
    void close_between_addresses_of(wire::BytesView packet);
    std::size_t begin(std::span<std::uint8_t> packet, const Headers& headers);
    bool append(Merge& merge, wire::BytesView packet, const Headers& headers);
    // The kernel's inet_gro_flush, tcp_gro_receive and udp_gro_receive_segment ask the same.
    static bool goes_on(Merge& merge, wire::BytesView packet, const Headers& headers);
    static bool goes_on_in_ip(Merge& merge, wire::BytesView packet);
    static bool goes_on_in_tcp(const Merge& merge, wire::BytesView packet);
    static bool may_begin(wire::BytesView packet, const Headers& headers);
    static bool has_right_checksum(wire::BytesView packet, const Headers& headers);
    // Makes the first packet's headers those of all; what the device is to be told of them.
    static wire::VirtioNetHeader finish(const Merge& merge);

    Offloads offloads_;
    std::vector<Merge> merges_;
    std::vector<Piece> pieces_;
    std::array<Flow, max_open_flows> flows_;  // so many of them open
    std::size_t open_ = 0;
    std::size_t next_to_close_ = 0;  // when all are taken
    std::vector<std::span<const std::uint8_t>> ordered_pieces_;
    std::vector<Write> writes_;
};

}  // namespace godwit::datapath

#pragma once
// What one read of the TUN device has given: a packet, or one that the kernel leaves to be divided
// into many of the size that its connection agreed on (TCP segmentation, and UDP_SEGMENT's).
//
// Of the virtio header only what cannot be had from the packet itself is believed: that there is
// something to be done, and the segment size. Where the payload begins the packet's own headers
// say, IPv4 options and IPv6 extension headers included; a checksum_start or a length that
// contradicts them makes the packet malformed, and so do fragments, jumbograms, and a SYN or RST
// that would have to be repeated.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "shared/datapath/drop_reason.hpp"
#include "shared/wire/bytes.hpp"
#include "shared/wire/checksum.hpp"
#include "shared/wire/virtio_net_header.hpp"

namespace godwit::datapath {

class Segmentation {
  public:
    // `packet` is an IP packet behind its virtio header, of up to 65,535 + 40 octets. If it is one
    // packet, its checksum has been completed in it where it lies. Octets behind what the IP header
    // says are no payload.
    static std::expected<Segmentation, DropReason> of(const wire::VirtioNetHeader& header,
                                                      std::span<std::uint8_t> packet);

    // One packet: `packet` itself is it.
    [[nodiscard]] bool is_whole() const { return count_ == 1; }
    // At least 1. A segment size of 1 makes as many as there are octets of payload: whoever has no
    // room for so many drops them.
    [[nodiscard]] std::size_t count() const { return count_; }
    // Octets of that segment, headers and all.
    [[nodiscard]] std::size_t size(std::size_t index) const;
    // Writes that segment to `to`, which has size(index) octets and overlaps nothing of the packet:
    // its headers with lengths, IPv4 identification, TCP sequence number and flags (FIN and PSH on
    // the last alone, CWR on the first alone, URG as far as the urgent data goes), and every
    // checksum complete. The payload is read once and written once.
    void write(std::size_t index, std::span<std::uint8_t> to) const;

  private:
    explicit Segmentation(wire::BytesView packet) : packet_(packet) {}
    void write_ip(std::size_t index, std::span<std::uint8_t> to) const;
    void write_tcp(std::size_t index, std::span<std::uint8_t> header) const;

    wire::BytesView packet_;  // to what its IP header says, if it is to be divided
    std::size_t count_ = 1;
    // What follows is of packets that are to be divided; octets.
    bool is_ipv4_ = false;
    bool is_tcp_ = false;
    std::size_t transport_ = 0;  // where its header begins
    std::size_t payload_ = 0;    // where that begins
    std::size_t segment_size_ = 0;
    wire::InternetSum pseudo_header_;  // without the length
};

}  // namespace godwit::datapath

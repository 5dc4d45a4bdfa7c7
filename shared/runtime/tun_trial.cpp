#include "shared/runtime/tun_trial.hpp"

#include <array>
#include <numeric>

#include "shared/datapath/coalescer.hpp"
#include "shared/datapath/segmentation.hpp"
#include "shared/platform/wait.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/trial_patience.hpp"
#include "shared/wire/virtio_net_header.hpp"

namespace godwit::runtime {

using platform::Transferred;
using wire::VirtioNetHeader;

TunTrialWay::TunTrialWay(const platform::TunDevice& tun, const platform::PacketTap& tap,
                         Direction direction, const datapath::TrialFlow& flow)
    : tun_(&tun), tap_(&tap), direction_(direction), flow_(flow) {}

Transferred TunTrialWay::write(const VirtioNetHeader& header,
                               std::span<const wire::BytesView> pieces) const {
    std::array<std::uint8_t, VirtioNetHeader::size> octets{};
    header.write(octets);
    if (direction_ == Direction::write) {
        return tun_->write(octets, pieces);
    }
    wire::Bytes whole;
    for (const wire::BytesView piece : pieces) {
        whole.insert(whole.end(), piece.begin(), piece.end());
    }
    return tap_->send(octets, whole);
}

Transferred TunTrialWay::read(VirtioNetHeader& header) {
    std::array<std::uint8_t, VirtioNetHeader::size> octets{};
    const Transferred size =
        direction_ == Direction::write ? tap_->receive(octets, room_) : tun_->read(octets, room_);
    // One that is not understood is one packet, and not as it was.
    header = VirtioNetHeader::parse(octets).value_or(VirtioNetHeader{});
    return size;
}

std::error_code TunTrialWay::send(std::span<const wire::Bytes> packets, Manner manner) {
    discard();
    if (manner == Manner::as_one) {
        return send_as_one(packets);
    }
    for (const wire::Bytes& packet : packets) {
        const wire::BytesView piece = packet;
        if (const auto written = write({}, std::span(&piece, 1)); !written) {
            return written.error();
        }
    }
    return {};
}

std::error_code TunTrialWay::send_as_one(std::span<const wire::Bytes> packets) {
    std::vector<wire::Bytes> copies(packets.begin(), packets.end());  // whose headers may change
    datapath::Coalescer coalescer({.tcp = true, .udp = true});
    for (wire::Bytes& packet : copies) {
        coalescer.add(packet);
    }
    for (const datapath::Coalescer::Write& merged : coalescer.writes()) {
        if (const auto written = write(merged.header, merged.pieces); !written) {
            return written.error();
        }
    }
    return {};
}

void TunTrialWay::discard() {
    VirtioNetHeader ignored;
    while (read(ignored)) {
    }
}

TrialWay::Arrivals TunTrialWay::receive() {
    const int descriptor = direction_ == Direction::write ? tap_->descriptor() : tun_->descriptor();
    const mobility::Instant deadline = boot_now() + trial_patience;
    while (boot_now() < deadline) {
        VirtioNetHeader header;
        if (const auto size = read(header)) {
            const auto packet = std::span(room_).first(*size);
            if (datapath::is_of_trial(packet, flow_)) {
                return divided(header, packet);
            }
            continue;  // the kernel's own, such as a router solicitation
        }
        platform::Watched watched{.descriptor = descriptor};
        platform::wait_until_readable(std::span(&watched, 1), deadline - boot_now());
    }
    return {};
}

TrialWay::Arrivals TunTrialWay::divided(const VirtioNetHeader& header,
                                        std::span<std::uint8_t> packet) const {
    const auto segments = datapath::Segmentation::of(header, packet);
    if (!segments) {
        return {.packets = {wire::Bytes(packet.begin(), packet.end())}};
    }
    if (segments->is_whole()) {
        return {.packets = {wire::Bytes(packet.begin(), packet.end())}};
    }
    Arrivals arrivals{.as_one = true};
    for (std::size_t index = 0; index < segments->count(); ++index) {
        wire::Bytes segment(segments->size(index));
        segments->write(index, segment);
        arrivals.packets.push_back(std::move(segment));
    }
    return arrivals;
}

}  // namespace godwit::runtime

#include "shared/runtime/merged_writes.hpp"

#include "shared/datapath/segmentation.hpp"

namespace godwit::runtime {
namespace {

using datapath::Coalescer;
using Kind = wire::VirtioNetHeader::Segmentation;

// A kernel short of memory takes less at once, and says nothing of the offload.
bool is_about_memory(std::error_code reason) {
    return reason == std::errc::operation_would_block || reason == std::errc::no_buffer_space ||
           reason == std::errc::not_enough_memory || reason == std::errc::interrupted;
}

}  // namespace

std::error_code TunSink::write(const wire::VirtioNetHeader& header,
                               std::span<const wire::BytesView> pieces) {
    std::array<std::uint8_t, platform::TunDevice::virtio_header> octets{};
    header.write(octets);
    const auto written = tun_->write(octets, pieces);
    return written ? std::error_code{} : written.error();
}

std::size_t MergedWrites::write(const Coalescer::Write& write) {
    const std::error_code reason = sink_->write(write.header, write.pieces);
    const bool is_merged = write.header.segmentation != Kind::none;
    if (!is_merged) {
        return reason ? write.packets : 0;
    }
    const Offload offload =
        write.header.segmentation == Kind::udp ? Offload::tun_write_udp : Offload::tun_write_tcp;
    if (!reason) {
        refused(offload) = 0;
        return 0;
    }
    const std::size_t lost = write_one_by_one(write);
    if (lost == 0 && !is_about_memory(reason)) {
        on_refused(offload);
    }
    return lost;
}

// Merged is what divides into the same packets. While the interface is down none is taken: the
// first says so for all.
std::size_t MergedWrites::write_one_by_one(const Coalescer::Write& write) {
    wire::Bytes whole;
    for (const wire::BytesView piece : write.pieces) {
        whole.insert(whole.end(), piece.begin(), piece.end());
    }
    const auto segments = datapath::Segmentation::of(write.header, whole);
    if (!segments) {
        return write.packets;
    }
    std::size_t lost = 0;
    wire::Bytes packet;
    for (std::size_t index = 0; index < segments->count(); ++index) {
        packet.resize(segments->size(index));
        segments->write(index, packet);
        const wire::BytesView piece = packet;
        if (sink_->write({}, std::span(&piece, 1))) {
            ++lost;
        }
        if (index == 0 && lost != 0) {
            return write.packets;
        }
    }
    return lost;
}

void MergedWrites::on_refused(Offload offload) {
    if (++refused(offload) >= patience && switches_ != nullptr) {
        switches_->switch_off(offload, OffloadState::refused);
    }
}

datapath::Offloads MergedWrites::wanted() const {
    if (switches_ == nullptr) {
        return there_;
    }
    return {.tcp = switches_->is_on(Offload::tun_write_tcp),
            .udp = switches_->is_on(Offload::tun_write_udp)};
}

}  // namespace godwit::runtime

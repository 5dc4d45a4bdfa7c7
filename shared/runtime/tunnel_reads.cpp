#include "shared/runtime/tunnel_reads.hpp"

#include <array>
#include <cassert>
#include <random>
#include <span>

#include "shared/datapath/segmentation.hpp"
#include "shared/wire/traffic_class.hpp"

namespace godwit::runtime {
namespace {

std::uint64_t unknown_to_others() {
    std::random_device random;
    return std::uint64_t{random()} << 32U | random();
}

std::size_t packets_in(const wire::VirtioNetHeader& header, std::span<std::uint8_t> packet) {
    if (header.segmentation == wire::VirtioNetHeader::Segmentation::none) {
        return 1;
    }
    const auto segments = datapath::Segmentation::of(header, packet);
    return segments ? segments->count() : 1;
}

}  // namespace

TunnelReads::TunnelReads(datapath::LookUpBy look_up_by, const datapath::NetworkPrefixes* networks)
    : hash_(look_up_by, unknown_to_others(), networks) {
    given_.reserve(share_packets);
}

TunnelReads::Device TunnelReads::fill(const platform::TunDevice& tun, mobility::Instant now) {
    assert(given_.empty());
    const std::uint64_t enough = displaced_ + most_displaced;
    // There has been one since the end of the last time; the lowest is the least memory.
    static_cast<void>(pool_.find_lowest_landing());
    const bool is_rare = was_alone_ && now - filled_at_ >= rare;
    filled_at_ = now;
    for (std::size_t count = 0; displaced_ < enough && unintelligible_ < most_unintelligible;
         ++count) {
        if (count == 1 && is_rare) {
            return Device::there;
        }
        std::array<std::uint8_t, platform::TunDevice::virtio_header> octets{};
        const auto size = tun.read(octets, datapath::PacketSlot(pool_.landing()).room());
        if (!size) {
            const bool is_empty = size.error() == std::errc::operation_would_block ||
                                  size.error() == std::errc::interrupted;
            was_alone_ = count == 1;
            return is_empty ? Device::there : Device::lost;
        }
        if (const auto header = wire::VirtioNetHeader::parse(octets)) {
            keep(*header, *size, now);
        } else {
            ++unintelligible_;
        }
    }
    return Device::there;
}

// There is always room for one more.
void TunnelReads::keep(const wire::VirtioNetHeader& header, std::size_t size,
                       mobility::Instant now) {
    const std::size_t place = pool_.keep(datapath::PacketSlot::octets_for(size));
    kept_[place] = {.header = header, .size = size};
    queue_.push(
        now, place,
        {.of = hash_.of(slot_at(place).packet()), .octets = size, .room = pool_.cells_of(place)});
    while (!pool_.find_landing()) {
        displace();
    }
}

void TunnelReads::displace() {
    const std::size_t place = queue_.drop();
    displaced_ += packets_in(kept_[place].header, slot_at(place).packet());
    pool_.release(place);
}

std::optional<TunnelReads::Read> TunnelReads::next(mobility::Instant now) {
    if (given_.size() == share_packets || given_octets_ >= share_octets) {
        return std::nullopt;
    }
    const auto departure =
        given_.empty() ? queue_.pop(now) : queue_.pop(now, share_octets - given_octets_);
    if (!departure) {
        return std::nullopt;
    }
    Read read{.header = kept_[departure->place].header, .slot = slot_at(departure->place)};
    given_.push_back(departure->place);
    given_octets_ += read.slot.packet().size();
    // To a sender who does not understand marks one lost packet says as much as many.
    read.lost = departure->tells && !wire::mark_congestion(read.slot.packet()) ? 1 : 0;
    return read;
}

void TunnelReads::release() {
    for (const std::size_t place : given_) {
        pool_.release(place);
    }
    given_.clear();
    given_octets_ = 0;
}

datapath::PacketSlot TunnelReads::slot_at(std::size_t place) const {
    const std::size_t size = kept_[place].size;
    datapath::PacketSlot slot(pool_.octets(place).first(datapath::PacketSlot::octets_for(size)));
    slot.resize(size);
    return slot;
}

}  // namespace godwit::runtime

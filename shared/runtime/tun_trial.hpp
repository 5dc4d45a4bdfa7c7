#pragma once
// The way of packets through a TUN device, in one of both directions, whose other side is a
// PacketTap: no address, no route and nobody else is needed for it. Merged and divided by those who
// merge and divide in the data plane.

#include <memory>

#include "shared/datapath/trial_packets.hpp"
#include "shared/platform/packet_tap.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/runtime/offload_trial.hpp"
#include "shared/wire/virtio_net_header.hpp"

namespace godwit::runtime {

class TunTrialWay final : public TrialWay {
  public:
    enum class Direction : bool {
        read,   // the kernel gives them
        write,  // it takes them
    };
    // The device has to be up, its tap is for the flow's version of IP, and nobody else may read
    // from either.
    TunTrialWay(const platform::TunDevice& tun, const platform::PacketTap& tap, Direction direction,
                const datapath::TrialFlow& flow);

    std::error_code send(std::span<const wire::Bytes> packets, Manner manner) override;
    Arrivals receive() override;
    [[nodiscard]] bool arrives_as_one() const override { return true; }

  private:
    [[nodiscard]] platform::Transferred write(const wire::VirtioNetHeader& header,
                                              std::span<const wire::BytesView> pieces) const;
    // Behind `header`; nothing: there is none at present.
    [[nodiscard]] platform::Transferred read(wire::VirtioNetHeader& header);
    std::error_code send_as_one(std::span<const wire::Bytes> packets);
    void discard();
    [[nodiscard]] Arrivals divided(const wire::VirtioNetHeader& header,
                                   std::span<std::uint8_t> packet) const;

    const platform::TunDevice* tun_;
    const platform::PacketTap* tap_;
    Direction direction_;
    datapath::TrialFlow flow_;
    wire::Bytes room_ = wire::Bytes(platform::TunDevice::longest_read);
};

}  // namespace godwit::runtime

#pragma once
// What the coalescer has merged, on its way into the TUN device. What the device refuses merged
// goes one by one, so that nothing is lost; if that keeps happening, what is of that protocol is
// not merged any more.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

#include "shared/datapath/coalescer.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/runtime/offload_switches.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::runtime {

// Where packets go, each behind its virtio-net header.
class PacketSink {
  public:
    PacketSink() = default;
    PacketSink(const PacketSink&) = delete;
    PacketSink& operator=(const PacketSink&) = delete;
    virtual ~PacketSink() = default;

    virtual std::error_code write(const wire::VirtioNetHeader& header,
                                  std::span<const wire::BytesView> pieces) = 0;
};

class TunSink final : public PacketSink {
  public:
    explicit TunSink(const platform::TunDevice& tun) : tun_(&tun) {}  // which outlives it
    std::error_code write(const wire::VirtioNetHeader& header,
                          std::span<const wire::BytesView> pieces) override;

  private:
    const platform::TunDevice* tun_;
};

class MergedWrites {
  public:
    // That many in a row, with every packet of each taken one by one, are no accident.
    static constexpr unsigned patience = 3;

    // The sink and the switches outlive it. Without switches everything is merged that `there` has.
    MergedWrites(PacketSink& sink, datapath::Offloads there, OffloadSwitches* switches)
        : sink_(&sink), there_(there), switches_(switches) {}

    // How many packets of it the device has not taken.
    std::size_t write(const datapath::Coalescer::Write& write);
    // What is to be merged from now on.
    [[nodiscard]] datapath::Offloads wanted() const;

  private:
    [[nodiscard]] std::size_t write_one_by_one(const datapath::Coalescer::Write& write);
    void on_refused(Offload offload);
    [[nodiscard]] unsigned& refused(Offload offload) {
        return refused_[offload == Offload::tun_write_tcp ? 0 : 1];
    }

    PacketSink* sink_;
    datapath::Offloads there_;
    OffloadSwitches* switches_;
    std::array<unsigned, 2> refused_{};  // in a row; of TCP and of UDP
};

}  // namespace godwit::runtime

#include "shared/runtime/offload_survey.hpp"

#include <array>
#include <future>
#include <optional>

#include "shared/platform/attempt.hpp"
#include "shared/platform/interface_config.hpp"
#include "shared/platform/packet_tap.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/tun_trial.hpp"
#include "shared/runtime/udp_trial.hpp"

namespace godwit::runtime {
namespace {

using platform::PacketTap;
using Direction = TunTrialWay::Direction;
using Receiver = UdpTrialWay::Receiver;

// A TUN device with its taps, which are opened for the first trial and serve all of them: each
// costs more than what goes through it.
class TappedTun {
  public:
    explicit TappedTun(const platform::TunDevice& tun) : tun_(tun) {}

    [[nodiscard]] const platform::TunDevice& device() const { return tun_; }
    // Throws std::system_error.
    [[nodiscard]] const PacketTap& tap(bool is_ipv4) {
        std::optional<PacketTap>& tap = taps_.at(is_ipv4 ? 1 : 0);
        if (!tap) {
            tap.emplace(tun_.interface(),
                        is_ipv4 ? PacketTap::Family::ipv4 : PacketTap::Family::ipv6);
        }
        return *tap;
    }

  private:
    const platform::TunDevice& tun_;
    std::array<std::optional<PacketTap>, 2> taps_;
};

OffloadState try_tun(TappedTun& tun, Direction direction, bool is_tcp) {
    const platform::TunDevice::Offloads& there = tun.device().offloads();
    if (!(is_tcp ? there.tcp : there.udp)) {
        return OffloadState::lacking;
    }
    for (const bool is_ipv4 : {false, true}) {
        const datapath::TrialFlow flow{.is_ipv4 = is_ipv4, .is_tcp = is_tcp};
        TunTrialWay way(tun.device(), tun.tap(is_ipv4), direction, flow);
        const OffloadState state = try_offload(way, datapath::trial_packets(flow), boot_now);
        if (state != OffloadState::on) {
            return state;
        }
    }
    return OffloadState::on;
}

OffloadState try_udp(Receiver receiver) {
    const std::array loopbacks{*wire::Ipv6Address::parse("::1"),
                               wire::Ipv6Address::mapped({{127, 0, 0, 1}})};
    for (const wire::Ipv6Address& loopback : loopbacks) {
        UdpTrialWay way(loopback, receiver);
        if (!way.is_known()) {
            return OffloadState::lacking;
        }
        const OffloadState state = try_offload(way, datapath::trial_payloads(), boot_now);
        if (state != OffloadState::on) {
            return state;
        }
    }
    return OffloadState::on;
}

// What the system does not let this process try, it has to be trusted with.
template <class Try>
OffloadState tried(Offload offload, const Log& log, Try attempt) {
    try {
        const OffloadState state = attempt();
        if (state == OffloadState::lacking) {
            log.info("offload-lacking", {{"offload", offload}});
        } else if (state != OffloadState::on) {
            log.warning("offload-off", {{"offload", offload}, {"reason", reason(state)}});
        }
        return state;
    } catch (const std::system_error& failure) {
        log.info("offload-not-tried", {{"offload", offload}, {"reason", failure.what()}});
        return OffloadState::on;
    }
}

}  // namespace

platform::TunDevice::Offloading offloading(OffloadUse use) {
    using enum platform::TunDevice::Offloading;
    return use == OffloadUse::automatic ? on : off;
}

OffloadStates find_offloads(OffloadUse use, platform::NetlinkSocket& netlink,
                            const platform::TunDevice& tun, const Log& log) {
    if (use == OffloadUse::off) {
        return OffloadStates::all(OffloadState::not_wanted);
    }
    platform::require("bring " + tun.name() + " up", platform::bring_up(netlink, tun.interface()));
    OffloadStates states;
    const auto of_udp = [&](Offload offload, Receiver receiver) {
        states[offload] = tried(offload, log, [&] { return try_udp(receiver); });
    };
    // Meanwhile, by another thread; without one, afterwards.
    auto udp = std::async([&of_udp] {
        of_udp(Offload::udp_segment, Receiver::divided);
        of_udp(Offload::udp_gro, Receiver::coalesced);
    });
    TappedTun tapped(tun);
    const auto of_tun = [&](Offload offload, Direction direction, bool is_tcp) {
        states[offload] = tried(offload, log, [&] { return try_tun(tapped, direction, is_tcp); });
    };
    of_tun(Offload::tun_read_tcp, Direction::read, true);
    of_tun(Offload::tun_read_udp, Direction::read, false);
    of_tun(Offload::tun_write_tcp, Direction::write, true);
    of_tun(Offload::tun_write_udp, Direction::write, false);
    udp.get();
    if (tun.offloads().tcp) {
        static_cast<void>(tun.give_merged({.tcp = states.is_on(Offload::tun_read_tcp),
                                           .udp = states.is_on(Offload::tun_read_udp)}));
    }
    return states;
}

}  // namespace godwit::runtime

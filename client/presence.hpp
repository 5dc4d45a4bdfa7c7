#pragma once
// This machine's presence at its home address: the core, the two planes, and what they change of
// the system. It begins with this object and ends with it; afterwards the system is as before.

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <vector>

#include "client/attachment_watch.hpp"
#include "client/configuration.hpp"
#include "client/core/mobile_node.hpp"
#include "client/lockdown.hpp"
#include "client/name_service.hpp"
#include "client/network_forwarding.hpp"
#include "client/portal_inquiry.hpp"
#include "client/prefix_inquiry.hpp"
#include "client/program_exclusion.hpp"
#include "client/status.hpp"
#include "client/traffic_steering.hpp"
#include "client/way_out.hpp"
#include "shared/platform/outer_packet_socket.hpp"
#include "shared/platform/raw_tunnel_socket.hpp"
#include "shared/platform/signalling_guard.hpp"
#include "shared/platform/signalling_socket.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/platform/udp_tunnel_socket.hpp"
#include "shared/runtime/data_plane.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"
#include "shared/runtime/node_runner.hpp"
#include "shared/runtime/offload_switches.hpp"
#include "shared/runtime/table_upkeep.hpp"
#include "shared/security/authenticator.hpp"

namespace godwit::client {

class Presence final : private runtime::NodeObserver {
  public:
    // Both are called from start() on, and must not end the Presence.
    struct Listener {
        std::function<void(const mobility::Event&)> on_event;
        std::function<void()> on_change;  // the status may be another
    };
    // The lockdown, the loop and the log outlive it. Throws std::system_error, naming the attempt,
    // and runtime::InvalidConfiguration for keys that are not to be had; the system is as before
    // then.
    Presence(Configuration configuration, Lockdown& lockdown, runtime::EventLoop& loop,
             const runtime::Log& log, Listener listener);

    // Looks where the machine is, and follows it from now on.
    void start();

    // The machine has been asleep.
    void resume() { attachments_.resume(); }

    // For the loop's deadline.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;
    void on_deadline();

    // The home agent's round trip, as it was measured last.
    [[nodiscard]] std::chrono::nanoseconds round_trip() const { return node_.round_trip(); }
    // Gives the binding up. False if there is nothing to wait for before this object goes; else
    // calls back once the home agent has said that it knows, if it does.
    [[nodiscard]] bool leave(std::function<void()> on_left);

    // Of one program, to a captive portal. open() throws std::system_error.
    [[nodiscard]] WayOut& way_out() { return way_out_; }

    [[nodiscard]] State state() const;
    [[nodiscard]] Status status() const;  // without the moves
    // That was granted, mapped.
    [[nodiscard]] std::optional<wire::Ipv6Address> ipv4_home_address() const;
    [[nodiscard]] PathReport report(const mobility::Path& path) const;
    [[nodiscard]] const Configuration& configuration() const { return configuration_; }

  private:
    void on_event(const mobility::Event& event) override;
    void on_message_in(const wire::MobilityMessage& /*message*/) override {}
    void on_message_out(const wire::MobilityMessage& /*message*/) override {}
    void before_actions() override;
    void on_fit(const mobility::FitTunnel& order) override { change_mtu(order.mtu.inner); }

    void on_attachments(const mobility::Attachments& attachments);
    void on_resume();
    void on_way_out();
    void on_home_prefix();
    void ask_again();
    void steer();
    void lock();
    void announce_return(const std::optional<mobility::HomeLink>& home_link);
    void change_mtu(std::uint32_t mtu);
    [[nodiscard]] bool is_ours(const wire::Ipv6Address& address) const;
    [[nodiscard]] std::vector<FlowWish> flows() const;

    const Configuration configuration_;
    Lockdown& lockdown_;
    const runtime::Log& log_;
    Listener listener_;
    platform::TunDevice tun_;
    platform::NetlinkSocket netlink_;
    std::future<runtime::OffloadStates> offload_survey_;  // meanwhile
    platform::SignallingGuard guard_;
    runtime::TableUpkeep guard_upkeep_;
    platform::SignallingSocket signalling_;
    platform::RawTunnelSocket esp_;
    platform::RawTunnelSocket ipv6_;
    platform::RawTunnelSocket ipv4_;
    runtime::OffloadSwitches offloads_;
    std::array<platform::UdpTunnelSocket, 2> udp_;  // the second for RoamingSettings::scout_port
    platform::OuterPacketSocket outer_;
    std::unique_ptr<security::Authenticator> authenticator_;
    MobileNode node_;
    runtime::DataPlane data_plane_;
    runtime::NodeRunner runner_;
    TrafficSteering steering_;
    ProgramExclusion program_exclusion_;
    NetworkForwarding forwarding_;
    NameService name_service_;
    AttachmentWatch attachments_;
    PortalInquiry portal_;
    std::optional<PrefixInquiry> prefix_;  // where the tunnel proves who speaks
    WayOut way_out_;
    std::optional<std::vector<wire::Ipv6Address>> endpoints_;  // of the home agent, once looked for
    bool was_registered_ = false;
    std::optional<mobility::HomeLink> announced_;
    std::uint32_t mtu_ = 0;
    std::function<void()> on_left_;  // while it leaves
    bool has_left_ = false;          // the home agent knows: nothing is asked of it any more
};

}  // namespace godwit::client

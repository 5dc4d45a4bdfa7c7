#pragma once
// Which of this machine's traffic goes through the tunnel: addresses, routes and policy rules, as a
// pure function of where the mobile node is, and what makes the system so.
//
//   rule                                      away          at home
//   our own outer packets (by mark)           main          main
//   what excluded programs send (by mark)     main          main
//   what goes to a captive portal (by mark)   main          -
//   the way back of outer packets in IPv4     main          -              see udp_port
//   from the home address                     tunnel        -
//   from prefixes behind this machine         tunnel        home router
//   to them                                   their own routes, else unreachable
//   excluded prefixes                         main          main
//   the home's name servers                   tunnel        -              full tunnel only
//   near destinations                         main          main           full tunnel only
//   everything else                           tunnel        home router    full tunnel
//                                             the routes    -              split tunnel
//
// The same for IPv4 while away, as long as the home agent lets an IPv4 home address travel through
// the tunnel (RFC 5555). IPv4 knows no home link: at home the tunnel rests, and its rules with it.

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "client/core/packet_marks.hpp"
#include "client/core/repair_pacing.hpp"
#include "shared/mobility/attachment.hpp"
#include "shared/platform/footprint.hpp"
#include "shared/platform/footprint_monitor.hpp"
#include "shared/platform/netlink_socket.hpp"
#include "shared/platform/system_state.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

// Of the policy rules: what others put before it comes before all of ours.
inline constexpr std::uint32_t first_rule_priority = 4190;

struct SteeringSettings {
    wire::HomeAddress home;
    mobility::InterfaceIndex tunnel;   // the TUN interface
    std::vector<wire::Prefix> routes;  // ::/0 among them: a full tunnel; 0.0.0.0/0: of IPv4
    // Of our socket for UDP, if there is one: a strict reverse path filter (rp_filter = 1) would
    // otherwise drop what comes over IPv4, since unmarked packets to where it is from would take
    // the tunnel.
    std::optional<std::uint16_t> udp_port;
    std::vector<wire::Prefix> exclude{};           // what goes past the tunnel all the same
    bool has_excluded_programs = false;            // what they send is marked
    std::vector<wire::Prefix> network_prefixes{};  // behind this machine (RFC 3963)
    bool lets_portal_out = false;                  // a program is on its way to a captive portal
    std::vector<wire::Prefix> near{};              // near_destinations()
    // Of this machine, elsewhere than on the tunnel: what our socket for UDP sends comes from
    // these.
    std::vector<wire::Ipv4Address> own_ipv4{};
    // Of the home, which names are asked of through the tunnel. They may have addresses as near
    // destinations have.
    std::vector<wire::Ipv6Address> name_servers{};
};

enum class Steering : std::uint8_t {
    not_yet,         // never registered: the system is as it was
    through_tunnel,  // away from home, or on the way
    at_home,         // the tunnel rests
};

using platform::SystemState;

// On the home link the home address is on its interface too, from the moment the link is seen: the
// deregistration is sent from it (RFC 6275 §11.5.5). The IPv4 home address is that which is held at
// present; it stays on the tunnel interface at home too, so that no socket loses it.
SystemState system_state(const SteeringSettings& settings, Steering steering,
                         const std::optional<mobility::HomeLink>& home_link,
                         const std::optional<wire::Ipv4Address>& ipv4_home);

// Makes the system so, and keeps it so: what others remove is put back.
class TrafficSteering {
  public:
    TrafficSteering(SteeringSettings settings, const runtime::Log& log);

    void steer(Steering steering, const std::optional<mobility::HomeLink>& home_link,
               const std::optional<wire::Ipv4Address>& ipv4_home);
    // The MTU of the tunnel interface, in octets.
    void fit(std::uint32_t mtu);
    // What goes to a captive portal goes past the tunnel, or not.
    void let_portal_out(bool is_let_out);
    // What goes past a full tunnel by the main table's routes is this, near_destinations(); and the
    // addresses that outer packets are sent from over IPv4.
    void let_past(std::vector<wire::Prefix> near, std::vector<wire::Ipv4Address> own_ipv4);
    // Through a full tunnel, whatever is near.
    void lead_to(std::vector<wire::Ipv6Address> name_servers);
    // From now on, by the kernel's events. The loop outlives this.
    void watch(runtime::EventLoop& loop);

    // For the loop's deadline.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const { return pacing_.due(); }
    void on_deadline();

    // What is wrong, as text for people.
    [[nodiscard]] std::vector<std::string> complaints() const;

  private:
    enum class Reason : std::uint8_t { other_place, changed_by_others };

    void compare(Reason reason);
    bool apply(const platform::SystemDifference& difference);
    void tell_of_repair();
    void note(std::error_code failure);

    SteeringSettings settings_;
    const runtime::Log& log_;
    platform::NetlinkSocket netlink_;
    platform::FootprintMonitor monitor_;
    runtime::EventLoop::Watch watch_;
    platform::Footprint footprint_;
    SystemState wanted_;
    Steering steering_ = Steering::not_yet;
    std::optional<mobility::HomeLink> home_link_;
    std::optional<wire::Ipv4Address> ipv4_home_;
    RepairPacing pacing_;
    std::error_code failure_;  // of the last comparison
};

}  // namespace godwit::client

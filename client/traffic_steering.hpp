#pragma once
// Which of this machine's traffic goes through the tunnel: addresses, routes and policy rules, as a
// pure function of where the mobile node is, and what makes the system so.
//
//   rule                                      away          at home
//   our own outer packets (by mark)           main          main
//   the way back of outer packets in IPv4     main          -              see udp_port
//   from the home address                     tunnel        -
//   on-link and other specific routes         main          main           full tunnel only
//   everything else                           tunnel        home router    full tunnel
//                                             the routes    -              split tunnel
//
// The same for IPv4 while away, as long as the home agent lets an IPv4 home address travel through
// the tunnel (RFC 5555). IPv4 knows no home link: at home the tunnel rests, and its rules with it.

#include <optional>
#include <vector>

#include "shared/mobility/attachment.hpp"
#include "shared/platform/footprint.hpp"
#include "shared/platform/interface_config.hpp"
#include "shared/platform/routing.hpp"
#include "shared/runtime/log.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

inline constexpr std::uint32_t outer_packet_mark = 0x4191;  // SO_MARK of our sockets

struct SteeringSettings {
    wire::HomeAddress home;
    mobility::InterfaceIndex tunnel;   // the TUN interface
    std::vector<wire::Prefix> routes;  // ::/0 among them: a full tunnel; 0.0.0.0/0: of IPv4
    // Of our socket for UDP, if there is one: a strict reverse path filter (rp_filter = 1) would
    // otherwise drop what comes over IPv4, since unmarked packets to where it is from would take
    // the tunnel.
    std::optional<std::uint16_t> udp_port;
};

enum class Steering : std::uint8_t {
    not_yet,         // never registered: the system is as it was
    through_tunnel,  // away from home, or on the way
    at_home,         // the tunnel rests
};

struct SystemState {
    std::vector<platform::AddressOnInterface> addresses;
    std::vector<platform::Route> routes;
    std::vector<platform::PolicyRule> rules;
    bool operator==(const SystemState&) const = default;
};

// On the home link the home address is on its interface too, from the moment the link is seen: the
// deregistration is sent from it (RFC 6275 §11.5.5). The IPv4 home address is that which is held at
// present; it stays on the tunnel interface at home too, so that no socket loses it.
SystemState system_state(const SteeringSettings& settings, Steering steering,
                         const std::optional<mobility::HomeLink>& home_link,
                         const std::optional<wire::Ipv4Address>& ipv4_home);

class TrafficSteering {
  public:
    TrafficSteering(SteeringSettings settings, const runtime::Log& log);

    void steer(Steering steering, const std::optional<mobility::HomeLink>& home_link,
               const std::optional<wire::Ipv4Address>& ipv4_home);

  private:
    template <class Entry>
    void add_missing(std::vector<Entry>& present, const std::vector<Entry>& wanted);
    template <class Entry>
    void remove_surplus(std::vector<Entry>& present, const std::vector<Entry>& wanted);

    SteeringSettings settings_;
    const runtime::Log& log_;
    platform::Footprint footprint_;
    SystemState present_;
};

}  // namespace godwit::client

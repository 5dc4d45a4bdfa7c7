#pragma once
// What the home agent tells of its home link to mobile nodes that are away: which home agents are
// there (core/discovery_answers.hpp), to anybody who asks, where the configuration wants it; and
// what the home prefix is (core/prefix_deliveries.hpp), through the tunnel of who is bound.

#include <functional>
#include <optional>

#include "server/binding_news.hpp"
#include "server/core/discovery_answers.hpp"
#include "server/core/prefix_deliveries.hpp"
#include "shared/mobility/path.hpp"
#include "shared/platform/icmpv6_socket.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::server {

struct HomeDiscoverySettings {
    wire::HomeAgentAddress address;
    PrefixDeliverySettings prefix;
    std::optional<DiscoverySettings> discovery{};  // none: nobody is told of home agents
    mobility::InterfaceIndex tunnel;               // the TUN interface
    bool has_home_link = false;                    // else the home prefix is routed here
    // Whether what comes through the tunnel of this home address is proved to be its owner's.
    std::function<bool(const wire::HomeAddress&)> is_proved_by_tunnel;
};

class HomeDiscovery {
  public:
    // Throws std::system_error.
    HomeDiscovery(HomeDiscoverySettings settings, const runtime::Log& log);
    void join(runtime::EventLoop& loop);

    void on_binding(const BindingNews& news);
    // The home link is this interface from now on, or is back after it was down.
    void on_home_link(mobility::InterfaceIndex interface);

    // For the loop's deadline.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return deliveries_.next_deadline();
    }
    void on_deadline();

  private:
    void on_packets();
    void answer_anycast(mobility::InterfaceIndex interface);
    void on_message(const platform::Icmpv6Arrival& arrival,
                    const wire::RouterAdvertisement& advertisement);
    void on_message(const platform::Icmpv6Arrival& arrival,
                    const wire::HomeAgentDiscoveryRequest& request);
    void on_message(const platform::Icmpv6Arrival& arrival,
                    const wire::MobilePrefixSolicitation& solicitation);
    template <class Other>
    void on_message(const platform::Icmpv6Arrival& /*arrival*/, const Other& /*message*/) {}
    void send(const wire::Ipv6Address& to, const wire::Icmpv6Message& message);

    HomeDiscoverySettings settings_;
    const runtime::Log& log_;
    platform::Icmpv6Socket socket_;
    std::optional<DiscoveryAnswers> answers_;
    PrefixDeliveries deliveries_;
    std::optional<mobility::InterfaceIndex> home_link_;
    runtime::EventLoop::Watch watch_;
};

}  // namespace godwit::server

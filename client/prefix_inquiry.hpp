#pragma once
// Asks the home agent for the home prefix through the tunnel, and hears what it advertises, when
// core/prefix_discovery.hpp says so. The tunnel proves who speaks, so it takes the place of the
// Home Address option, the type 2 routing header and IPsec (RFC 6275 §6.7, §6.8).

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/core/prefix_discovery.hpp"
#include "client/status.hpp"
#include "shared/mobility/path.hpp"
#include "shared/platform/icmpv6_socket.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::client {

class PrefixInquiry {
  public:
    struct Settings {
        wire::HomeAddress home;
        wire::HomeAgentAddress home_agent;
        mobility::InterfaceIndex tunnel;
    };
    // Calls back when something else is known. Loop and log outlive it. Throws std::system_error.
    PrefixInquiry(const Settings& settings, runtime::EventLoop& loop, const runtime::Log& log,
                  std::function<void()> on_change);

    // Whether it is away and bound.
    void follow(State state);
    // The home agent has said that it is necessary (status 1, RFC 6275 §11.7.3).
    void ask();

    // For the loop's deadline.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return discovery_.next_deadline();
    }
    void on_deadline();

    [[nodiscard]] const std::optional<KnownHomePrefix>& known() const { return discovery_.known(); }
    void report(Status& status) const;

  private:
    void on_packets();
    void on_advertisement(const platform::Icmpv6Arrival& arrival);

    Settings settings_;
    const runtime::Log& log_;
    std::function<void()> on_change_;
    platform::Icmpv6Socket socket_;
    PrefixDiscovery discovery_;
    runtime::EventLoop::Watch watch_;
};

}  // namespace godwit::client

#pragma once
// Asks the Mobile IPv6 Home-Agents anycast address of the home prefix which home agents there are
// (core/home_agent_search.hpp), past the tunnel, by whatever link there is.

#include <functional>
#include <vector>

#include "client/core/home_agent_search.hpp"
#include "shared/platform/icmpv6_socket.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::client {

class HomeAgentInquiry {
  public:
    using OnFound = std::function<void(const std::vector<wire::HomeAgentAddress>&)>;
    // Loop and log outlive it. Throws std::system_error.
    HomeAgentInquiry(runtime::EventLoop& loop, const runtime::Log& log, OnFound on_found);

    // Of this home prefix. `persists`: until somebody answers.
    void ask(const wire::Prefix& home_prefix, bool persists);
    void end() { search_.end(); }
    [[nodiscard]] bool is_under_way() const { return search_.is_under_way(); }

    // For the loop's deadline.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return search_.next_deadline();
    }
    void on_deadline();

  private:
    void on_packets();
    void on_reply(const platform::Icmpv6Arrival& arrival);

    const runtime::Log& log_;
    OnFound on_found_;
    platform::Icmpv6Socket socket_;
    HomeAgentSearch search_;
    wire::Ipv6Address anycast_;
    runtime::EventLoop::Watch watch_;
};

}  // namespace godwit::client

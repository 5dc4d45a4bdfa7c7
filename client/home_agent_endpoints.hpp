#pragma once
// Where the home agent hears UDP: the addresses and names of the configuration, looked up anew in
// every network, in both families, and as a NAT64 there writes them (RFC 6052, RFC 7050). What an
// earlier network has told stays at the end: back there, nothing has to be waited for.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "shared/mobility/attachment.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"
#include "shared/runtime/name_lookup.hpp"

namespace godwit::client {

class HomeAgentEndpoints {
  public:
    struct Queries {
        std::uint32_t mark = 0;  // is put on them, so that they do not take the tunnel
        bool past_stub = false;  // not by systemd-resolved, which is not let out
    };
    // `names`: of the DNS, or literal addresses. Both references outlive it.
    HomeAgentEndpoints(std::vector<std::string> names, const Queries& queries,
                       runtime::EventLoop& loop, const runtime::Log& log,
                       std::function<void()> on_change);

    // The node is in another network, or may be.
    void look_up();

    // The best first. Without IPv4 of its own, a network may have a NAT64 that has not told.
    [[nodiscard]] std::vector<mobility::HomeAgentEndpoint> known(bool has_ipv4) const;

    // Whether more may become known than is.
    [[nodiscard]] bool has_names() const;

    // For the loop's deadline: names are looked up again if they were not found, or by others.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;
    void on_deadline();

  private:
    void on_resolved(const platform::Resolution& resolution);
    [[nodiscard]] bool needs_asking() const;
    [[nodiscard]] std::string servers() const;
    [[nodiscard]] std::string resolver() const;
    void request();
    void watch_resolver(mobility::Instant now);

    std::vector<std::string> names_;
    Queries queries_;
    const runtime::Log& log_;
    std::function<void()> on_change_;
    std::vector<wire::Ipv6Address> addresses_;  // the latest first
    std::optional<mobility::Instant> retry_at_;
    std::chrono::seconds retry_after_{};
    // A network's name servers may be known later than its addresses.
    std::string resolver_;
    mobility::Instant watch_until_;
    std::optional<mobility::Instant> watch_at_;
    runtime::NameLookup lookup_;
};

}  // namespace godwit::client

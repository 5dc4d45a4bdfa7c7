#pragma once
// Where the home agent hears UDP: the addresses and names of the configuration, looked up anew in
// every network, in both families, and as a NAT64 there writes them (RFC 6052, RFC 7050). The
// last four that an earlier answer has told stay at the end: back there, nothing has to be waited
// for.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/core/wanted_dns.hpp"
#include "shared/mobility/attachment.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"
#include "shared/runtime/name_lookup.hpp"

namespace godwit::client {

// How names are looked up: by this machine, unless a test says otherwise.
struct LookupMeans {
    runtime::NameLookup::Resolve resolve = platform::resolve;
    // The name servers past a stub, but for these.
    std::function<std::string(const std::vector<wire::Ipv6Address>&)> behind_stub =
        [](const auto& left_out) { return platform::servers_behind_stub(left_out); };
    std::function<mobility::Instant()> now = runtime::boot_now;
};

class HomeAgentEndpoints {
  public:
    using DnsOfNow = std::function<std::optional<WantedDns>()>;
    struct Queries {
        std::uint32_t mark = 0;  // is put on them, so that they do not take the tunnel
        bool past_stub = false;  // not by systemd-resolved, which is not let out
        // With what this machine is to look names up. While that is the home's servers for all
        // names, systemd-resolved is passed by as well: it would ask them, who do not know of this
        // network's NAT64, through a tunnel that may be down.
        DnsOfNow wanted_dns = [] { return std::nullopt; };
    };
    // `names`: of the DNS, or literal addresses. Both references outlive it.
    HomeAgentEndpoints(std::vector<std::string> names, const Queries& queries,
                       runtime::EventLoop& loop, const runtime::Log& log,
                       std::function<void()> on_change, LookupMeans means = {});

    using Candidates = std::span<const mobility::CandidateAddress>;

    // The node is in another network, or may be; with these addresses.
    void look_up(Candidates candidates);

    // The best first. A link without IPv4 of its own may have a NAT64 that has not told.
    [[nodiscard]] std::vector<mobility::HomeAgentEndpoint> known(Candidates candidates) const;

    // Whether more may become known than is.
    [[nodiscard]] bool has_names() const;

    // Whether an answer is still to come.
    [[nodiscard]] bool is_asking() const { return lookup_.is_running(); }

    // For the loop's deadline: names are looked up again if they were not found, or by others, or
    // if nobody has told of a NAT64 where one is needed: more and more rarely, 30 seconds apart at
    // most for a name, 5 minutes for a NAT64.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;
    void on_deadline();

  private:
    void on_resolved(const platform::Resolution& resolution);
    [[nodiscard]] bool needs_asking() const;
    [[nodiscard]] std::string servers() const;
    [[nodiscard]] std::string resolver() const;
    void request();
    void retry_later(std::chrono::seconds longest);
    void watch_resolver(mobility::Instant now);

    std::vector<std::string> names_;
    Queries queries_;
    LookupMeans means_;
    const runtime::Log& log_;
    std::function<void()> on_change_;
    std::vector<wire::Ipv6Address> addresses_;  // the latest first
    bool lacks_ipv4_ = false;                   // a link of those where it is looked up
    std::optional<mobility::Instant> retry_at_;
    std::chrono::seconds retry_after_{};
    // A network's name servers may be known later than its addresses.
    std::string resolver_;
    mobility::Instant watch_until_;
    std::optional<mobility::Instant> watch_at_;
    runtime::NameLookup lookup_;
};

}  // namespace godwit::client

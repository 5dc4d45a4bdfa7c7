#pragma once
// Movement detection (RFC 6275 §11.5.1) from what the system tells: rtnetlink events and router
// advertisements become the attachments between which the mobile node chooses.

#include <functional>
#include <optional>

#include "client/core/rate_limit.hpp"
#include "client/core/router_watch.hpp"
#include "shared/mobility/attachment.hpp"
#include "shared/platform/candidates.hpp"
#include "shared/platform/network_monitor.hpp"
#include "shared/platform/router_discovery.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

class AttachmentWatch {
  public:
    using OnChange = std::function<void(const mobility::Attachments&)>;

    // `home_prefix`: what a router advertises on the home link; nothing: there is no home link.
    AttachmentWatch(const platform::Destination& destination,
                    std::optional<wire::Prefix> home_prefix, const runtime::Log& log,
                    OnChange on_change);

    // Tells the attachments by this loop, now and at each change.
    void join(runtime::EventLoop& loop);

    // For the loop's deadline.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;
    void on_deadline();

    // nullptr if it is gone.
    [[nodiscard]] const platform::Link* link(mobility::InterfaceIndex interface) const;

  private:
    void on_network_event();
    void look();
    void compare_links(const platform::NetworkSnapshot& now);
    void hear_routers();
    void hear(const platform::AdvertisedRouter& router);
    [[nodiscard]] bool is_abandoned(const mobility::CandidateAddress& candidate) const;
    void tell();

    platform::Destination destination_;
    std::optional<wire::Prefix> home_prefix_;
    const runtime::Log& log_;
    OnChange on_change_;
    platform::NetworkMonitor monitor_;
    platform::RouterDiscovery routers_;
    RouterWatch heard_;
    platform::NetworkSnapshot network_;
    std::optional<mobility::Attachments> told_;
    // A move comes as a handful of events, each looked into at once; a flood of them is not
    // followed faster than this.
    RateLimit<16> looks_{std::chrono::milliseconds(320)};
    std::optional<mobility::Instant> look_at_;  // when it has been put off
};

}  // namespace godwit::client

#pragma once
// What the mobile node's daemon answers over HTTP: docs/api/mobile-node.md.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "client/pings.hpp"
#include "client/status.hpp"
#include "client/way_out_refusal.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/event_feed.hpp"
#include "shared/runtime/http_routes.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

// Called once, when what was asked has been done or refused.
using OnAnswer = std::function<void(runtime::HttpAnswer)>;
using Order = std::function<void(OnAnswer)>;

struct PingSources {
    Pings& pings;
    std::function<wire::Ipv6Address()> home_agent;
    // The home address, that of IPv4 or the other; nothing while it is not there.
    std::function<std::optional<wire::Ipv6Address>(bool is_ipv4)> local;
};

struct PortalSources {
    std::function<std::optional<WayOutRefusal>()> refusal;  // at this moment
    // Of a program's cgroup, past the tunnel; throws what the system says.
    std::function<void(const std::string& cgroup)> open;
    std::function<void()> close;
    std::function<std::optional<runtime::WallTime>()> until;  // it is open; nothing: it is not
};

// What the API shows and changes; all of it outlives the routes.
struct ApiSources {
    std::function<Status()> status;
    runtime::EventFeed& feed;
    Order up;
    Order down;
    Order restart;
    std::function<void(const std::string& profile, OnAnswer)> use;
    std::function<runtime::Json()> profiles;
    PingSources ping;
    PortalSources portal;
};

// What only another start of the daemon takes up.
runtime::HttpAnswer new_start_needed(const std::string& what);

runtime::HttpRoute ping_route(PingSources sources);
runtime::HttpRoute portal_route(PortalSources sources);
runtime::HttpRoute portal_close_route(PortalSources sources);
runtime::HttpRoutes api_routes(ApiSources sources);

}  // namespace godwit::client

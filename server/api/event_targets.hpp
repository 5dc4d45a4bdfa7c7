#pragma once
// GET /v1/events: docs/api/README.md.

#include "server/api/event_feed.hpp"
#include "shared/runtime/http_routes.hpp"

namespace godwit::server {

// The feed must outlive the routes.
void add_event_targets(runtime::HttpRoutes& routes, EventFeed& feed);

}  // namespace godwit::server

#pragma once
// The page for people, at /: its files are in server/page, and in the program.

#include "shared/runtime/http_routes.hpp"

namespace godwit::server {

void add_page_targets(runtime::HttpRoutes& routes);

}  // namespace godwit::server

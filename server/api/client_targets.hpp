#pragma once
// /v1/clients, /v1/key and /v1/backup: docs/api/README.md.

#include <functional>
#include <string>
#include <string_view>

#include "server/clients/clients.hpp"
#include "shared/runtime/http_routes.hpp"

namespace godwit::server {

// An SVG image of a QR code that holds this text.
using QrCode = std::function<std::string(std::string_view)>;

// The clients must outlive the routes.
void add_client_targets(runtime::HttpRoutes& routes, Clients& clients, QrCode qr_code);

}  // namespace godwit::server

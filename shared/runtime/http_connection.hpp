#pragma once
// One request over HTTP/1.1 and its answer, on a connection of its own.

#include <functional>
#include <memory>
#include <optional>

#include "shared/runtime/asio.hpp"
#include "shared/runtime/http_places.hpp"
#include "shared/runtime/http_routes.hpp"

namespace godwit::runtime {

using HttpSocket = asio::generic::stream_protocol::socket;

// What is answered to somebody who may not do this; nothing if he may.
using HttpGate = std::function<std::optional<HttpAnswer>(Access, const HttpCredentials&)>;

// Ends with the connection, or with its place. The body of a request is not read before its sender
// is known to be allowed to send it.
asio::awaitable<void> serve_http(HttpSocket socket, const HttpRoutes& routes, HttpGate gate,
                                 std::unique_ptr<HttpPlace> place);

}  // namespace godwit::runtime

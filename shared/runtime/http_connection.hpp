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

struct HttpVerdict {
    std::optional<HttpAnswer> refusal;  // what is answered to somebody who may not; none: he may
    bool is_privileged = false;         // he has proved that he may change things, whatever he asks
};
using HttpGate = std::function<HttpVerdict(Access, const HttpCredentials&)>;

// Ends with the connection, or with its place. The body of a request is not read before its sender
// is known to be allowed to send it.
asio::awaitable<void> serve_http(HttpSocket socket, const HttpRoutes& routes, HttpGate gate,
                                 std::unique_ptr<HttpPlace> place);

}  // namespace godwit::runtime

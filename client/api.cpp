#include "client/api.hpp"

#include <memory>
#include <string>
#include <utility>

namespace godwit::client {

using runtime::HttpAnswer;
using runtime::HttpRequest;
using runtime::HttpRoute;

namespace {

HttpRoute order_route(std::string path, Order order) {
    return {.method = "POST",
            .path = std::move(path),
            .access = runtime::Access::change,
            .answer = [order = std::move(order)](const HttpRequest&) {
                const auto promise = std::make_shared<runtime::HttpPromise>();
                order([promise](HttpAnswer answer) { promise->keep(std::move(answer)); });
                return HttpAnswer{.promise = promise};
            }};
}

}  // namespace

runtime::HttpRoutes api_routes(ApiSources sources) {
    runtime::HttpRoutes routes;
    routes.add(
        runtime::status_route([status = std::move(sources.status)] { return to_json(status()); }));
    routes.add(runtime::events_route(sources.feed));
    routes.add(order_route("/v1/up", std::move(sources.up)));
    routes.add(order_route("/v1/down", std::move(sources.down)));
    routes.add(order_route("/v1/restart", std::move(sources.restart)));
    routes.add(ping_route(std::move(sources.ping)));
    return routes;
}

}  // namespace godwit::client

#include "client/api.hpp"

#include <memory>
#include <string>
#include <utility>

namespace godwit::client {

using runtime::HttpAnswer;
using runtime::HttpRequest;
using runtime::HttpRoute;

namespace {

using NamedOrder = std::function<void(const std::string& name, OnAnswer)>;

// The name is what stands in the place of {name} in the path.
HttpRoute named_order_route(std::string path, NamedOrder order) {
    return {.method = "POST",
            .path = std::move(path),
            .access = runtime::Access::change,
            .answer = [order = std::move(order)](const HttpRequest& request) {
                const auto promise = std::make_shared<runtime::HttpPromise>();
                order(request.name,
                      [promise](HttpAnswer answer) { promise->keep(std::move(answer)); });
                return HttpAnswer{.promise = promise};
            }};
}

HttpRoute order_route(std::string path, Order order) {
    return named_order_route(
        std::move(path), [order = std::move(order)](const std::string& /*none*/, OnAnswer answer) {
            order(std::move(answer));
        });
}

HttpRoute profiles_route(std::function<runtime::Json()> list) {
    return {.method = "GET",
            .path = "/v1/profiles",
            .answer = [list = std::move(list)](const HttpRequest& /*request*/) {
                return runtime::json_answer(list());
            }};
}

}  // namespace

runtime::HttpAnswer new_start_needed(const std::string& what) {
    return runtime::error_answer(409, "new-start-needed", what);
}

runtime::HttpRoutes api_routes(ApiSources sources) {
    runtime::HttpRoutes routes;
    routes.add(
        runtime::status_route([status = std::move(sources.status)] { return to_json(status()); }));
    routes.add(runtime::events_route(sources.feed));
    routes.add(order_route("/v1/up", std::move(sources.up)));
    routes.add(order_route("/v1/down", std::move(sources.down)));
    routes.add(order_route("/v1/restart", std::move(sources.restart)));
    routes.add(profiles_route(std::move(sources.profiles)));
    routes.add(named_order_route("/v1/profiles/{name}/use", std::move(sources.use)));
    routes.add(ping_route(std::move(sources.ping)));
    routes.add(portal_route(sources.portal));
    routes.add(portal_close_route(std::move(sources.portal)));
    return routes;
}

}  // namespace godwit::client

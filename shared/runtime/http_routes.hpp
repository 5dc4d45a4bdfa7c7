#pragma once
// Which part of a daemon answers which request.

#include <cstddef>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/runtime/http_access.hpp"
#include "shared/runtime/http_message.hpp"

namespace godwit::runtime {

inline constexpr auto status_target = "/v1/status";

struct HttpRoute {
    std::string method;  // "GET"
    std::string path;    // "/v1/clients/{name}/revoke"; {name} is one segment
    Access access = Access::read;
    std::size_t max_body = 0;  // octets
    // Each answer goes on, and begins something: it is not asked for where there are too many.
    bool is_stream = false;
    std::function<HttpAnswer(const HttpRequest&)> answer;
};

class HttpRoutes {
  public:
    void add(HttpRoute route) { routes_.push_back(std::move(route)); }

    struct Found {
        const HttpRoute* route = nullptr;
        HttpRequest request;  // its name and its query
    };
    // The route of a target such as "/v1/events?since=17"; or what is answered without one: 400,
    // 404, or 405 with the methods that there are.
    [[nodiscard]] std::expected<Found, HttpAnswer> find(std::string_view method,
                                                        std::string_view target) const;

  private:
    std::vector<HttpRoute> routes_;
};

// GET /v1/status, which asks for the document each time.
HttpRoute status_route(std::function<Json()> document);

}  // namespace godwit::runtime

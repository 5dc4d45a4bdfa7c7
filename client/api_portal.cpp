// POST /v1/portal and /v1/portal/close.

#include <exception>
#include <string>
#include <utility>

#include "client/api.hpp"
#include "client/core/portal_rules.hpp"
#include "shared/platform/cgroup.hpp"
#include "shared/runtime/rfc3339.hpp"

namespace godwit::client {

using runtime::HttpAnswer;
using runtime::HttpRequest;
using runtime::HttpRoute;
using runtime::Json;

namespace {

constexpr std::size_t max_body = 4096;  // octets

HttpAnswer refused(WayOutRefusal refusal) {
    switch (refusal) {
        case WayOutRefusal::down:
            return runtime::error_answer(
                409, "down", "this machine was told to be down: no program needs a way out");
        case WayOutRefusal::not_up:
            return runtime::error_answer(
                409, "not-up",
                "this machine is not up yet: there is no tunnel to get past; godwit status says "
                "why");
        case WayOutRefusal::served:
            return runtime::error_answer(
                409, "served", "the home agent serves this machine: this network wants no login");
        case WayOutRefusal::open_already:
            break;
    }
    return runtime::error_answer(409, "portal-open",
                                 "a browser is out already; another one when that has ended");
}

HttpAnswer until(const std::optional<runtime::WallTime>& until) {
    return runtime::json_answer({{"until", until ? Json(runtime::rfc3339(*until)) : Json()}});
}

// Without a cgroup it is only asked whether it would be.
HttpAnswer open(const HttpRequest& request, const PortalSources& sources) {
    if (const auto refusal = sources.refusal()) {
        return refused(*refusal);
    }
    if (request.body.empty()) {
        return until(std::nullopt);
    }
    const Json order = Json::parse(request.body, nullptr, false);
    const auto cgroup = order.is_object() ? order.find("cgroup") : order.end();
    if (cgroup == order.end() || !cgroup->is_string() ||
        !is_portal_cgroup(cgroup->get_ref<const std::string&>()) ||
        !platform::cgroup_id(cgroup->get<std::string>())) {
        return runtime::error_answer(400, "bad-cgroup",
                                     "cgroup is the path of one below /sys/fs/cgroup that is there "
                                     "and whose name begins with godwit-portal-");
    }
    try {
        sources.open(cgroup->get<std::string>());
        return until(sources.until());
    } catch (const std::exception& failure) {
        return runtime::error_answer(503, "not-done", failure.what());
    }
}

}  // namespace

HttpRoute portal_route(PortalSources sources) {
    return {.method = "POST",
            .path = "/v1/portal",
            .access = runtime::Access::change,
            .max_body = max_body,
            .answer = [sources = std::move(sources)](const HttpRequest& request) {
                return open(request, sources);
            }};
}

HttpRoute portal_close_route(PortalSources sources) {
    return {.method = "POST",
            .path = "/v1/portal/close",
            .access = runtime::Access::change,
            .answer = [sources = std::move(sources)](const HttpRequest&) {
                sources.close();
                return until(sources.until());
            }};
}

}  // namespace godwit::client

// GET /v1/ping?target=ADDRESS&count=N.

#include <charconv>
#include <exception>
#include <expected>
#include <string>
#include <utility>

#include "client/api.hpp"
#include "shared/platform/resolver.hpp"

namespace godwit::client {

using runtime::HttpAnswer;
using runtime::HttpRequest;

namespace {

constexpr std::uint32_t most_echoes = 1'000'000;

std::expected<std::optional<std::uint32_t>, HttpAnswer> count_in(const HttpRequest& request) {
    const auto written = request.query.find("count");
    if (written == request.query.end()) {
        return std::optional<std::uint32_t>();
    }
    std::uint32_t count = 0;
    const char* end = written->second.data() + written->second.size();
    const auto [rest, error] = std::from_chars(written->second.data(), end, count);
    if (error != std::errc() || rest != end || count == 0 || count > most_echoes) {
        return std::unexpected(runtime::error_answer(
            400, "bad-count", "count is a whole number from 1 to " + std::to_string(most_echoes)));
    }
    return count;
}

std::expected<wire::Ipv6Address, HttpAnswer> target_in(const HttpRequest& request,
                                                       const PingSources& sources) {
    const auto written = request.query.find("target");
    if (written == request.query.end()) {
        return sources.home_agent();
    }
    const auto address = platform::literal_address(written->second);
    if (!address || address->is_unspecified() || address->is_multicast()) {
        return std::unexpected(runtime::error_answer(
            400, "bad-target", "target is the IPv6 or IPv4 address of one machine"));
    }
    return *address;
}

HttpAnswer ping(const HttpRequest& request, const PingSources& sources) {
    const auto count = count_in(request);
    const auto target = target_in(request, sources);
    if (!count || !target) {
        return !count ? count.error() : target.error();
    }
    const bool is_ipv4 = target->mapped_ipv4().has_value();
    const auto local = sources.local(is_ipv4);
    if (!local) {
        return runtime::error_answer(409, "no-address",
                                     is_ipv4 ? "this machine has no IPv4 home address at present"
                                             : "this machine is not up: it was told to be down "
                                               "(godwit up), or godwit status says why");
    }
    try {
        return {
            .type = "application/x-ndjson",
            .stream = sources.pings.begin({.local = *local, .target = *target, .count = *count})};
    } catch (const std::exception& failure) {
        return runtime::error_answer(503, "not-done", failure.what());
    }
}

}  // namespace

runtime::HttpRoute ping_route(PingSources sources) {
    return {.method = "GET",
            .path = "/v1/ping",
            .is_stream = true,
            .answer = [sources = std::move(sources)](const HttpRequest& request) {
                return ping(request, sources);
            }};
}

}  // namespace godwit::client

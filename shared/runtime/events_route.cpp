#include <charconv>
#include <expected>
#include <string>
#include <string_view>

#include "shared/runtime/event_feed.hpp"

namespace godwit::runtime {

namespace {

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && rest == end ? std::optional(value) : std::nullopt;
}

std::string parameter(const HttpRequest& request, std::string_view key) {
    const auto found = request.query.find(key);
    return found == request.query.end() ? std::string() : found->second;
}

std::expected<EventFeed::Reading, HttpAnswer> reading_of(const HttpRequest& request) {
    EventFeed::Reading reading;
    if (request.accept.contains("text/event-stream")) {
        reading.form = EventFeed::Form::server_sent;
    }
    // What a browser adds when it asks again is newer than what stands in the target.
    const std::string since =
        request.last_event_id.empty() ? parameter(request, "since") : request.last_event_id;
    reading.since = number(since);
    if (!since.empty() && !reading.since) {
        return std::unexpected(
            error_answer(400, "bad-since", "since is the number (id) of an event"));
    }
    const std::string follow = parameter(request, "follow");
    if (!follow.empty() && follow != "true" && follow != "false") {
        return std::unexpected(error_answer(400, "bad-follow", "follow is true or false"));
    }
    reading.follows = follow != "false";
    return reading;
}

}  // namespace

HttpRoute events_route(EventFeed& feed) {
    return {.method = "GET", .path = "/v1/events", .answer = [&feed](const HttpRequest& asked) {
                const auto reading = reading_of(asked);
                if (!reading) {
                    return reading.error();
                }
                const bool is_lines = reading->form == EventFeed::Form::lines;
                return HttpAnswer{.type = is_lines ? "application/x-ndjson" : "text/event-stream",
                                  .stream = feed.open(*reading)};
            }};
}

}  // namespace godwit::runtime

#pragma once
// What happened, for those who follow it: the latest events are kept for latecomers, and each new
// one goes to everybody who listens.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/runtime/clock.hpp"
#include "shared/runtime/http_routes.hpp"
#include "shared/runtime/http_stream.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::runtime {

class EventFeed {
  public:
    // Of some 300 octets each: a day of a small home agent, and less than a stream's backlog.
    static constexpr std::size_t max_kept = 1000;
    static constexpr std::size_t max_event = 1000;  // octets; none comes near

    using Now = std::function<WallTime()>;
    // Numbers begin with the milliseconds since 1970 at this moment, so that they go on growing
    // across restarts.
    explicit EventFeed(Now now);

    // `details`: what the event has beside its number, time and type.
    void add(std::string_view type, const Json& details);
    // The sentences of the status' health as they are now; those that came and went become events.
    void publish_health(const std::vector<std::string>& health);

    enum class Form : std::uint8_t {
        lines,        // application/x-ndjson: a JSON object each line
        server_sent,  // text/event-stream (WHATWG HTML §9.2)
    };
    struct Reading {
        Form form = Form::lines;
        std::optional<std::uint64_t> since;  // the last number known; none: all that is kept
        bool follows = true;                 // goes on with what happens; else ends there
    };
    // First what is kept after `since`; where some of that is gone, an event "missed" before it. A
    // `since` that is no number given so far (the clock was set back before a restart): "missed",
    // whose own number is below all that follow, and all that is kept.
    std::shared_ptr<HttpStream> open(const Reading& reading);

  private:
    struct Kept {
        std::uint64_t id = 0;
        std::string type;
        std::string document;
    };
    struct Listener {
        std::weak_ptr<HttpStream> stream;
        Form form;
    };

    [[nodiscard]] Kept make(std::uint64_t id, std::string_view type, const Json& details) const;

    Now now_;
    std::uint64_t next_id_;
    std::deque<Kept> kept_;
    std::vector<Listener> listeners_;
    std::vector<std::string> health_;
};

// GET /v1/events?since=ID&follow=false. The feed must outlive the routes.
HttpRoute events_route(EventFeed& feed);

}  // namespace godwit::runtime

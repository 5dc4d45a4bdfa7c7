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

#include "server/api/event_document.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/http_stream.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::server {

class EventFeed {
  public:
    // Of some 300 octets each: a day of a small home agent, and less than a stream's backlog.
    static constexpr std::size_t max_kept = 1000;
    static constexpr std::size_t max_event = 1000;  // octets; none comes near

    using Now = std::function<runtime::WallTime()>;
    // Of the client with this home address; "" if there is none any more.
    using NameOf = std::function<std::string(const wire::HomeAddress&)>;
    // Numbers begin with the milliseconds since 1970 at this moment, so that they go on growing
    // across restarts.
    EventFeed(Now now, NameOf name_of);

    // Those that the core has to tell; what is only for the log is passed over.
    void publish(const mobility::Event& event);
    // What became of a client, by the name of its server::ClientEvent: "joined" and "revoked" are
    // types of their own, all else is told as "client-changed".
    void publish_client(std::string_view what, std::string_view name,
                        const wire::HomeAddress& home);
    // Somebody on the home link claims a client's home address. `by`: his link-layer address.
    void publish_dispute(const wire::HomeAddress& home, std::string_view by);
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
    // First what is kept after `since`; where some of that is gone, an event "missed" before it.
    std::shared_ptr<runtime::HttpStream> open(const Reading& reading);

  private:
    struct Kept {
        std::uint64_t id = 0;
        std::string type;
        std::string document;
    };
    struct Listener {
        std::weak_ptr<runtime::HttpStream> stream;
        Form form;
    };

    void add(std::string_view type, const runtime::Json& details);
    void add(std::string_view type, std::string_view name, const wire::HomeAddress& home,
             const runtime::Json& details);
    [[nodiscard]] Kept make(std::uint64_t id, std::string_view type,
                            const runtime::Json& details) const;

    Now now_;
    NameOf name_of_;
    std::uint64_t next_id_;
    std::deque<Kept> kept_;
    std::vector<Listener> listeners_;
    std::vector<std::string> health_;
};

}  // namespace godwit::server

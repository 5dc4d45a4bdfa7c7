#include "shared/runtime/event_feed.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "shared/runtime/rfc3339.hpp"

namespace godwit::runtime {

static_assert(EventFeed::max_kept * EventFeed::max_event <= HttpStream::max_backlog,
              "a latecomer can be given all that is kept");

namespace {

std::string framed(const std::string& document, const std::string& type, std::uint64_t id,
                   EventFeed::Form form) {
    if (form == EventFeed::Form::lines) {
        return document + '\n';
    }
    return "id: " + std::to_string(id) + "\nevent: " + type + "\ndata: " + document + "\n\n";
}

bool is_in(const std::vector<std::string>& list, const std::string& text) {
    return std::ranges::find(list, text) != list.end();
}

}  // namespace

EventFeed::EventFeed(Now now)
    : now_(std::move(now)),
      next_id_(static_cast<std::uint64_t>(
          std::chrono::floor<std::chrono::milliseconds>(now_()).time_since_epoch().count())) {}

void EventFeed::publish_health(const std::vector<std::string>& health) {
    const std::vector<std::string> before = std::exchange(health_, health);
    for (const std::string& problem : health_) {
        if (!is_in(before, problem)) {
            add("health", {{"added", problem}, {"removed", nullptr}});
        }
    }
    for (const std::string& problem : before) {
        if (!is_in(health_, problem)) {
            add("health", {{"added", nullptr}, {"removed", problem}});
        }
    }
}

EventFeed::Kept EventFeed::make(std::uint64_t id, std::string_view type,
                                const Json& details) const {
    Json document{{"id", id}, {"time", rfc3339(now_())}, {"type", type}};
    document.update(details);
    return {id, std::string(type), document.dump()};
}

void EventFeed::add(std::string_view type, const Json& details) {
    const Kept& event = kept_.emplace_back(make(next_id_++, type, details));
    std::erase_if(listeners_, [](const Listener& listener) { return listener.stream.expired(); });
    for (const Listener& listener : listeners_) {
        if (const auto stream = listener.stream.lock()) {
            stream->write(framed(event.document, event.type, event.id, listener.form));
        }
    }
    if (kept_.size() > max_kept) {
        kept_.pop_front();
    }
}

std::shared_ptr<HttpStream> EventFeed::open(const Reading& reading) {
    auto stream = std::make_shared<HttpStream>();
    const std::uint64_t first = kept_.empty() ? next_id_ : kept_.front().id;
    // Not given yet: of a time before the clock was set back. What has happened since is unknown.
    const bool is_of_the_future = reading.since && *reading.since >= next_id_;
    if (reading.since && (is_of_the_future || *reading.since + 1 < first)) {
        const Kept missed = make(first - 1, "missed", {{"since", *reading.since}});
        stream->write(framed(missed.document, missed.type, missed.id, reading.form));
    }
    for (const Kept& event : kept_) {
        if (!reading.since || is_of_the_future || event.id > *reading.since) {
            stream->write(framed(event.document, event.type, event.id, reading.form));
        }
    }
    if (reading.follows) {
        listeners_.push_back({stream, reading.form});
    } else {
        stream->finish();
    }
    return stream;
}

}  // namespace godwit::runtime

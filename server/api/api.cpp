#include "server/api/api.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "server/api/page_targets.hpp"
#include "shared/platform/process_usage.hpp"
#include "shared/runtime/clock.hpp"

namespace godwit::server {

using runtime::HttpAnswer;
using runtime::HttpRequest;
using runtime::Json;

Api::Api(runtime::EventLoop& loop, ApiSources sources)
    : sources_(std::move(sources)),
      feed_(runtime::wall_now, sources_.name_of),
      started_(runtime::wall_now()),
      timer_(loop.context()) {
    on_turn();
}

void Api::on_event(const mobility::Event& event) {
    const auto* moved = std::get_if<mobility::BindingMoveRecorded>(&event);
    if (moved != nullptr && moved->first_received) {
        gaps_.add(*moved->first_received);
    }
    feed_.publish(event);
}

// Once for all that happens within a second; the look itself is nothing that happens.
void Api::on_turn() {
    if (std::exchange(has_just_looked_, false) || is_look_due_) {
        return;
    }
    is_look_due_ = true;
    look_after(last_look_ + health_interval - runtime::boot_now());
}

void Api::look_at_health() {
    feed_.publish_health(sources_.health());
    last_look_ = runtime::boot_now();
    is_look_due_ = false;
    has_just_looked_ = true;
    look_after(longest_health_interval);
}

void Api::look_after(std::chrono::nanoseconds delay) {
    timer_.expires_after(std::max<std::chrono::nanoseconds>(delay, std::chrono::nanoseconds(0)));
    timer_.async_wait([this](const boost::system::error_code& aborted) {
        if (!aborted) {
            look_at_health();
        }
    });
}

Metrics Api::metrics() const {
    const platform::ProcessUsage usage = platform::process_usage();
    return {.status = sources_.status(),
            .gaps = gaps_,
            .restarts = sources_.restarts,
            .started = started_,
            .processor = usage.processor,
            .resident = usage.resident};
}

runtime::HttpRoutes Api::routes() {
    runtime::HttpRoutes routes;
    routes.add(runtime::status_route([this] { return sources_.document(sources_.status()); }));
    routes.add({.method = "GET", .path = "/v1/bindings", .answer = [this](const HttpRequest&) {
                    Json status = sources_.document(sources_.status());
                    return runtime::json_answer({{"schema", std::move(status.at("schema"))},
                                                 {"bindings", std::move(status.at("bindings"))}});
                }});
    routes.add({.method = "GET", .path = "/metrics", .answer = [this](const HttpRequest&) {
                    return HttpAnswer{.type = "text/plain; version=0.0.4; charset=utf-8",
                                      .body = metrics_text(metrics())};
                }});
    routes.add(runtime::events_route(feed_));
    add_client_targets(routes, sources_.clients, sources_.qr_code);
    add_switch_target(routes, sources_.clients, sources_.send_away);
    add_page_targets(routes);
    return routes;
}

}  // namespace godwit::server

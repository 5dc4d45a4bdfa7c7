#pragma once
// All that the home agent answers over HTTP, and what it keeps for it: docs/api/README.md.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "server/api/client_targets.hpp"
#include "server/api/event_feed.hpp"
#include "server/api/metrics.hpp"
#include "server/api/switch_target.hpp"
#include "server/clients/clients.hpp"
#include "server/status.hpp"
#include "shared/mobility/event.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/http_routes.hpp"

namespace godwit::server {

// What the API shows and changes. All of it must outlive the API.
struct ApiSources {
    Clients& clients;
    std::function<Status()> status;
    std::function<runtime::Json(const Status&)> document;  // of a status
    std::function<std::vector<std::string>()> health;      // of the status alone
    EventFeed::NameOf name_of;
    QrCode qr_code;
    std::uint32_t restarts = 0;
    SendAway send_away{};
};

class Api {
  public:
    // How late those who follow the events hear of something wrong, at most: where anything has
    // happened, and where only time has passed.
    static constexpr std::chrono::seconds health_interval{1};
    static constexpr std::chrono::seconds longest_health_interval{30};

    Api(runtime::EventLoop& loop, ApiSources sources);
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;
    ~Api() = default;

    void on_event(const mobility::Event& event);
    // After each turn of the loop.
    void on_turn();
    EventFeed& feed() { return feed_; }
    // The API must outlive them.
    runtime::HttpRoutes routes();

  private:
    void look_at_health();
    void look_after(std::chrono::nanoseconds delay);
    [[nodiscard]] Metrics metrics() const;

    ApiSources sources_;
    EventFeed feed_;
    GapHistogram gaps_;
    runtime::WallTime started_;
    runtime::asio::steady_timer timer_;
    mobility::Instant last_look_ = runtime::boot_now();
    bool is_look_due_ = false;  // within health_interval
    bool has_just_looked_ = false;
};

}  // namespace godwit::server

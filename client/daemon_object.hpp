#pragma once
// The mobile node's daemon as an object. It outlives the Presence that it keeps, takes it up and
// gives it up as it is told by its API, and says at which home agent it is.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "client/api.hpp"
#include "client/comeback.hpp"
#include "client/configuration_source.hpp"
#include "client/departure.hpp"
#include "client/down_mark.hpp"
#include "client/home_agent_switching.hpp"
#include "client/lockdown.hpp"
#include "client/move_history.hpp"
#include "client/pings.hpp"
#include "client/presence.hpp"
#include "client/told_changes.hpp"
#include "shared/runtime/confinement.hpp"
#include "shared/runtime/event_feed.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/http_server.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::client {

class Daemon {
  public:
    Daemon(ConfigurationSource source, WantedConfiguration first);

    void run();

  private:
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;
    void on_deadline();
    // What is ordered: daemon_orders.cpp.
    void up(const OnAnswer& answer);
    void down(const OnAnswer& answer);
    void on_down(const OnAnswer& answer);
    void restart(const OnAnswer& answer);
    void use(const std::string& profile, const OnAnswer& answer);
    void choose(const WantedConfiguration& next, const OnAnswer& answer);
    void exchange(WantedConfiguration next, const std::shared_ptr<ProfileChoice>& choice,
                  const OnAnswer& answer);
    void change(const OnAnswer& answer, const std::function<void()>& act);
    [[nodiscard]] runtime::HttpAnswer done() const;

    bool enter_again(WantedConfiguration wanted);
    void come_back();
    void enter(WantedConfiguration wanted);
    void take_up(WantedConfiguration wanted);
    void leave(std::function<void()> then);
    void end();
    // Up, and to stay so.
    [[nodiscard]] bool is_present() const { return presence_ && !departure_.is_under_way(); }
    [[nodiscard]] std::optional<WayOutRefusal> portal_refusal() const;
    void on_left();
    void on_event(const mobility::Event& event);
    void on_change();
    [[nodiscard]] Status status() const;
    // Which home agent: daemon_switching.cpp.
    void go(const HomeAgentCandidate& candidate);
    [[nodiscard]] std::optional<HomeAgentCandidate> find(
        const wire::HomeAgentAddress& address) const;
    [[nodiscard]] std::optional<HomeAgentCandidate> present() const;
    [[nodiscard]] HomeAgentSwitching::Surroundings surroundings();
    [[nodiscard]] ApiSources api();
    [[nodiscard]] std::optional<wire::Ipv6Address> own_address(bool is_ipv4) const;
    [[nodiscard]] runtime::Json path() const;
    [[nodiscard]] DownMark mark() const { return DownMark(configuration_.state_directory); }

    ConfigurationSource source_;
    Configuration configuration_;  // as it was taken up last
    std::string profile_;          // whose it is; empty: of none
    runtime::Log log_;
    runtime::EventLoop loop_;
    Lockdown lockdown_;
    MoveHistory moves_;
    runtime::EventFeed feed_;
    ToldChanges told_{feed_};
    std::unique_ptr<Presence> presence_;
    Comeback comeback_;
    Departure departure_;
    runtime::Confinement confinement_;
    runtime::asio::steady_timer patience_;
    HomeAgentSwitching switching_;
    Pings pings_;
    runtime::HttpServer http_server_;
};

}  // namespace godwit::client

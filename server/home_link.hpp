#pragma once
// The home link that this machine answers on for home addresses that are away: what the rules of
// core/home_link_defence.hpp say, done. It follows the interface: one that vanishes and comes back,
// gets another link-layer address or loses the home prefix is no end of it.

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/core/home_link_defence.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/platform/alarm.hpp"
#include "shared/platform/multicast_groups.hpp"
#include "shared/platform/neighbor_socket.hpp"
#include "shared/platform/network_monitor.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::server {

struct HomeLinkSettings {
    std::string interface;
    wire::Prefix home_prefix;
    NeighborSource source{};
};

class HomeLink {
  public:
    // Somebody else claims a home address; it is in the log already.
    using OnDisputed = std::function<void(const HomeAddressDisputed&)>;

    // Throws std::system_error: there is no such interface, or it has no address of the prefix.
    HomeLink(HomeLinkSettings settings, const runtime::Log& log, OnDisputed on_disputed);
    void join(runtime::EventLoop& loop);

    // Calls back with the link's interface: now, if it is there, and whenever it is another, is
    // back after it was gone or down, or has an address of the home prefix again.
    void on_link(std::function<void(mobility::InterfaceIndex)> callback);

    // As the functions of HomeLinkDefence are called.
    void allocate(const wire::HomeAddress& home);
    void deallocate(const wire::HomeAddress& home);
    void vouch_for(const wire::HomeAddress& home) { defence_.vouch_for(home); }
    [[nodiscard]] AddressClaim judge(const wire::HomeAddress& home);
    void bind(const wire::HomeAddress& home, bool is_router = false);
    void release(const wire::HomeAddress& home);

    // Nothing: it has gone.
    [[nodiscard]] std::optional<mobility::InterfaceIndex> interface() const {
        return link_ ? std::optional(link_->index) : std::nullopt;
    }

    [[nodiscard]] std::vector<std::string> health() const;  // what is wrong, a sentence each

  private:
    // How long changes of the network are let come in before they are looked at.
    static constexpr std::chrono::nanoseconds settling = std::chrono::milliseconds(300);

    void look(const platform::NetworkSnapshot& network);
    void on_packets();
    void on_change();
    void on_alarm();
    void perform(const DefenceActions& actions);
    void wake_in_time();

    HomeLinkSettings settings_;
    const runtime::Log& log_;
    OnDisputed on_disputed_;
    std::function<void(mobility::InterfaceIndex)> on_link_ = [](mobility::InterfaceIndex) {};
    platform::NetworkMonitor monitor_;
    platform::NeighborSocket socket_;
    platform::MulticastGroups groups_;
    platform::Alarm alarm_;
    HomeLinkDefence defence_;
    std::optional<platform::Link> link_;  // as it was seen last; nothing: it has gone
    bool has_prefix_ = false;
    std::optional<mobility::Instant> look_at_;
    std::array<runtime::EventLoop::Watch, 3> watches_;
};

}  // namespace godwit::server

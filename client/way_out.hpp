#pragma once
// Lets one program go past the tunnel and the lockdown for a while, to log in to a network, and
// nobody else. It ends by itself: when the home agent answers, when the program ends, when the time
// is over. The rules belong to this process, and go with it by whatever it dies.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "client/core/mobile_node.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/platform/alarm.hpp"
#include "shared/platform/nftables_table.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::client {

class WayOut {
  public:
    static constexpr std::chrono::minutes longest{10};

    struct Listener {
        std::function<void()> on_change;  // it has been opened or closed
        std::function<void()> on_look;    // every other second while it is open
    };
    // The loop and the log outlive it.
    WayOut(std::string tunnel, runtime::EventLoop& loop, const runtime::Log& log,
           Listener listener);

    // `cgroup` is there. Throws std::system_error, and then it is closed.
    void open(const std::string& cgroup);
    // `reason` is for the log.
    void close(std::string_view reason);
    void follow(State state);

    [[nodiscard]] bool is_open() const { return until_.has_value(); }
    // When it is closed at the latest.
    [[nodiscard]] const std::optional<runtime::WallTime>& until() const { return shown_until_; }

  private:
    void look();

    std::string tunnel_;
    const runtime::Log& log_;
    Listener listener_;
    platform::NftablesTable table_;
    std::string cgroup_;
    std::optional<mobility::Instant> until_;
    std::optional<runtime::WallTime> shown_until_;
    platform::Alarm alarm_;
    runtime::EventLoop::Watch watch_;
};

}  // namespace godwit::client

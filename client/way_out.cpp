#include "client/way_out.hpp"

#include <system_error>
#include <utility>

#include "client/core/portal_rules.hpp"
#include "shared/platform/cgroup.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;

constexpr auto look_again = 2s;

}  // namespace

WayOut::WayOut(std::string tunnel, runtime::EventLoop& loop, const runtime::Log& log,
               Listener listener)
    : tunnel_(std::move(tunnel)),
      log_(log),
      listener_(std::move(listener)),
      table_("inet godwit_portal", platform::NftablesTable::End::with_process),
      watch_(loop.on_readable(alarm_.descriptor(), [this] {
          alarm_.clear();
          look();
      })) {}

void WayOut::open(const std::string& cgroup) {
    table_.replace(portal_chains(cgroup, tunnel_));
    cgroup_ = cgroup;
    until_ = runtime::boot_now() + longest;
    shown_until_ = runtime::wall_now() + longest;
    alarm_.set(look_again);
    log_.info("portal-opened", {{"cgroup", cgroup_}});
    listener_.on_change();
}

void WayOut::close(std::string_view reason) {
    if (!until_) {
        return;
    }
    until_.reset();
    shown_until_.reset();
    try {
        table_.remove();
    } catch (const std::system_error& error) {  // it is gone already
        log_.warning("portal-not-closed", {{"reason", error.what()}});
    }
    log_.info("portal-closed", {{"reason", reason}});
    listener_.on_change();
}

void WayOut::follow(State state) {
    if (state == State::registered || state == State::home) {
        close("served");
    }
}

void WayOut::look() {
    if (!until_) {
        return;
    }
    if (runtime::boot_now() >= *until_) {
        close("time is over");
    } else if (!platform::is_cgroup_in_use(cgroup_)) {
        close("the program has ended");
    } else {
        alarm_.set(look_again);
        listener_.on_look();
    }
}

}  // namespace godwit::client

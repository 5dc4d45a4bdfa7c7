#pragma once
// Has a table of nftables put back where others take it away, as `nft flush ruleset` does: a moment
// after the kernel has told of a change, a few times in a second at most.

#include <functional>
#include <string>
#include <vector>

#include "shared/platform/alarm.hpp"
#include "shared/platform/nftables_monitor.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::runtime {

class TableUpkeep {
  public:
    // Whether something was to be put back, and was. Throws std::system_error; then it is called
    // again later. Called after changes of one's own, too.
    using PutBack = std::function<bool()>;
    // `table` with its family: "ip6 godwit". The loop and the log outlive it. Throws
    // std::system_error.
    TableUpkeep(const std::string& table, EventLoop& loop, const Log& log, PutBack put_back);

    // What is wrong, a sentence each.
    [[nodiscard]] std::vector<std::string> complaints() const;

  private:
    void look();

    std::string table_;
    const Log& log_;
    PutBack put_back_;
    platform::NftablesMonitor monitor_;
    platform::Alarm alarm_;
    bool is_due_ = false;  // the alarm is set
    std::string failure_;
    EventLoop::Watch on_change_;
    EventLoop::Watch on_alarm_;
};

}  // namespace godwit::runtime

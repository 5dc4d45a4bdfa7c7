#pragma once
// What the events know of this machine, and the events that a change of it makes.

#include <optional>

#include "client/status.hpp"
#include "shared/runtime/event_feed.hpp"

namespace godwit::client {

class ToldChanges {
  public:
    // The feed outlives it.
    explicit ToldChanges(runtime::EventFeed& feed) : feed_(&feed) {}

    void tell(const Status& now);
    // The machine is down: what comes next is all new.
    void forget();

  private:
    runtime::EventFeed* feed_;
    std::optional<State> state_;  // nothing: down
    Status status_;               // as far as captive portals go
};

}  // namespace godwit::client

#include "shared/runtime/table_upkeep.hpp"

#include <chrono>
#include <system_error>
#include <utility>

namespace godwit::runtime {
namespace {

using namespace std::chrono_literals;

// The rest of a change comes within it, and who is as persistent finds it in between.
constexpr auto moment = 50ms;
constexpr auto pause_after_failure = 1s;

}  // namespace

TableUpkeep::TableUpkeep(const std::string& table, EventLoop& loop, const Log& log,
                         PutBack put_back)
    : table_(table), log_(log), put_back_(std::move(put_back)), monitor_(table) {
    on_change_ = loop.on_readable(monitor_.descriptor(), [this] {
        if (monitor_.changed() && !std::exchange(is_due_, true)) {
            alarm_.set(moment);
        }
    });
    on_alarm_ = loop.on_readable(alarm_.descriptor(), [this] {
        alarm_.clear();
        look();
    });
}

void TableUpkeep::look() {
    is_due_ = false;
    try {
        if (put_back_()) {
            log_.warning("table-put-back", {{"table", table_}});
        }
        failure_.clear();
    } catch (const std::system_error& error) {
        if (std::exchange(failure_, error.what()) != failure_) {
            log_.error("table-not-put-back", {{"reason", failure_}});
        }
        is_due_ = true;
        alarm_.set(pause_after_failure);
    }
}

std::vector<std::string> TableUpkeep::complaints() const {
    if (failure_.empty()) {
        return {};
    }
    return {"somebody has changed the nftables table " + table_ +
            ", and it could not be put back: " + failure_};
}

}  // namespace godwit::runtime

#include "shared/runtime/table_upkeep.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "shared/platform/alarm.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TableUpkeepTest : public platform::InNamespace {
  protected:
    // Or until it has taken long even for a slow machine.
    void run_until(const std::function<bool()>& condition) {
        platform::Alarm patience;
        patience.set(std::chrono::seconds(20));
        const auto given_up = loop_.on_readable(patience.descriptor(), [this] { loop_.stop(); });
        loop_.after_each_turn([&] {
            if (condition()) {
                loop_.stop();
            }
        });
        loop_.run();
        loop_.context().restart();
    }

    EventLoop loop_;
    const Log log_{LogLevel::error};
    int calls_ = 0;
};

TEST_F(TableUpkeepTest, LooksOnceAfterWhatOthersHaveDoneTogether) {
    const TableUpkeep upkeep("inet other", loop_, log_, [this] { return ++calls_ > 0; });
    platform::run("nft 'add table inet other { chain one { }; }; flush ruleset'");
    run_until([this] { return calls_ > 0; });
    EXPECT_EQ(calls_, 1);
    EXPECT_THAT(upkeep.complaints(), IsEmpty());
}

TEST_F(TableUpkeepTest, TriesAgainWhatHasFailedAndTellsOfItMeanwhile) {
    const TableUpkeep upkeep("inet other", loop_, log_, [this] {
        if (++calls_ == 1) {
            throw std::system_error(std::make_error_code(std::errc::operation_not_permitted));
        }
        return true;
    });
    platform::run("nft add table inet other");
    run_until([this] { return calls_ == 1; });
    EXPECT_THAT(upkeep.complaints(), ElementsAre(HasSubstr("inet other")));
    run_until([this] { return calls_ == 2; });
    EXPECT_EQ(calls_, 2);
    EXPECT_THAT(upkeep.complaints(), IsEmpty());
}

}  // namespace
}  // namespace godwit::runtime

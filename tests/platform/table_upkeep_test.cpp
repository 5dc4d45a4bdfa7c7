#include "shared/runtime/table_upkeep.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <string>
#include <system_error>
#include <vector>

#include "shared/platform/alarm.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/platform/run_until.hpp"

namespace godwit::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TableUpkeepTest : public platform::InNamespace {
  protected:
    void run_until(const std::function<bool()>& condition) { tests::run_until(loop_, condition); }

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

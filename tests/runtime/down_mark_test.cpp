#include "client/down_mark.hpp"

#include <gtest/gtest.h>

#include <system_error>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::client {
namespace {

class DownMarkTest : public testing::Test {
  protected:
    tests::TemporaryDirectory directory_;
    DownMark mark_{directory_.path() / "state"};
};

TEST_F(DownMarkTest, IsThereUntilItIsCleared) {
    EXPECT_FALSE(mark_.is_set());
    mark_.set();
    mark_.set();
    EXPECT_TRUE(DownMark(directory_.path() / "state").is_set());
    mark_.clear();
    mark_.clear();
    EXPECT_FALSE(mark_.is_set());
    EXPECT_TRUE(std::filesystem::is_empty(directory_.path() / "state"));
}

TEST_F(DownMarkTest, EmptiesNothingThatALinkLeadsTo) {
    std::filesystem::create_directory(directory_.path() / "state");
    const auto target = directory_.write("target", "somebody's\n");
    for (const char* link : {"state/down", "state/down.new"}) {
        std::filesystem::create_symlink(target, directory_.path() / link);
        mark_.set();
        EXPECT_EQ(tests::read_file(target), "somebody's\n") << link;
        mark_.clear();
    }
}

TEST_F(DownMarkTest, SaysWhereItCannotBeSet) {
    directory_.write("state", "a file, where the directory should be\n");
    EXPECT_THROW(mark_.set(), std::system_error);
}

}  // namespace
}  // namespace godwit::client

#include "shared/platform/turn.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <optional>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

class Turn : public testing::Test {
  protected:
    const tests::TemporaryDirectory directory_;
    const std::filesystem::path file_ = directory_.path() / "turn";
};

TEST_F(Turn, IsOneAtATime) {
    std::optional<FileDescriptor> first(take_turn(file_));
    auto second = std::async(std::launch::async, [this] { return take_turn(file_).number() >= 0; });
    EXPECT_EQ(second.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
    first.reset();
    EXPECT_TRUE(second.get());
}

TEST_F(Turn, IsForItsOwnerAlone) {
    const FileDescriptor turn = take_turn(file_);
    EXPECT_EQ(std::filesystem::status(file_).permissions(), std::filesystem::perms(0600));
}

TEST_F(Turn, IsNobodysWhereThereIsNoDirectory) {
    EXPECT_LT(take_turn(directory_.path() / "nowhere" / "turn").number(), 0);
}

}  // namespace
}  // namespace godwit::platform

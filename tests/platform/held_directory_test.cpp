#include "shared/platform/held_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <stop_token>
#include <system_error>
#include <thread>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

class HeldDirectory : public testing::Test {
  protected:
    [[nodiscard]] bool is_left() const { return look_at_left_directory(directory_).number() >= 0; }

    const tests::TemporaryDirectory parent_;
    const std::filesystem::path directory_ = parent_.path() / "d";
};

TEST_F(HeldDirectory, IsLeftOnceItsMakerIsGone) {
    std::optional<FileDescriptor> held(make_held_directory(directory_));
    EXPECT_FALSE(is_left());
    held.reset();
    EXPECT_TRUE(is_left());
}

TEST_F(HeldDirectory, IsForItsOwnerAlone) {
    const FileDescriptor held = make_held_directory(directory_);
    EXPECT_EQ(std::filesystem::status(directory_).permissions(), std::filesystem::perms(0700));
}

TEST_F(HeldDirectory, IsANewOne) {
    std::filesystem::create_directory(directory_);
    EXPECT_THROW(make_held_directory(directory_), std::system_error);
}

TEST_F(HeldDirectory, IsSeenBySeveralAtATime) {
    std::filesystem::create_directory(directory_);
    const FileDescriptor first = look_at_left_directory(directory_);
    EXPECT_TRUE(is_left());
}

TEST_F(HeldDirectory, IsNoLinkAndNoFile) {
    std::filesystem::create_directory_symlink(parent_.path(), directory_);
    EXPECT_FALSE(is_left());
    std::filesystem::remove(directory_);
    parent_.write("d", "");
    EXPECT_FALSE(is_left());
    EXPECT_LT(look_at_left_directory(parent_.path() / "nowhere").number(), 0);
}

// Somebody else looks at it between its making and its holding, and removes it, again and again.
TEST_F(HeldDirectory, IsThereOnceItIsHeldWhoeverRemovesThoseThatAreLeft) {
    constexpr int rounds = 200;
    const std::jthread remover([this](const std::stop_token& stop) {
        std::error_code ignored;
        while (!stop.stop_requested()) {
            const FileDescriptor seen = look_at_left_directory(directory_);
            if (seen.number() >= 0) {
                std::filesystem::remove(directory_, ignored);
            }
        }
    });
    for (int round = 0; round < rounds; ++round) {
        const FileDescriptor held = make_held_directory(directory_);
        EXPECT_TRUE(std::filesystem::remove(directory_));
    }
}

}  // namespace
}  // namespace godwit::platform

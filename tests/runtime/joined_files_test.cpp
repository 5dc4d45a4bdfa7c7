// What joining leaves on the disk, where another joining has been faster.

#include "client/joined_files.hpp"

#include <gtest/gtest.h>

#include "client/configuration.hpp"
#include "client/keys.hpp"
#include "tests/runtime/joinable_home_agent.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::client {
namespace {

class JoinedFilesTest : public testing::Test {
  protected:
    [[nodiscard]] std::filesystem::path place() const { return directory_.path() / "mn.toml"; }
    [[nodiscard]] security::PublicKey written_key() const {
        return load_keys(read_configuration(place())).own->public_key();
    }
    [[nodiscard]] static security::PublicKey key(std::uint8_t number) {
        return security::key_pair(number).public_key();
    }

    tests::TemporaryDirectory directory_;
    const tests::JoinableHomeAgent home_agent_;
    const security::Invite invite_ = home_agent_.invite();
};

// Both have found the names free.
TEST_F(JoinedFilesTest, StayWhereTheyAreWhereAnotherJoiningWasFaster) {
    JoinedFiles first(place());
    JoinedFiles second(place());
    first.stage(invite_, security::key_pair(1));
    second.stage(invite_, security::key_pair(3));
    EXPECT_TRUE(first.commit(Existing::kept));
    EXPECT_FALSE(second.commit(Existing::kept));
    EXPECT_EQ(written_key(), key(1));
}

// It has found the names of the keys taken, and that of the configuration free.
TEST_F(JoinedFilesTest, LeaveNoKeysWhereAnotherConfigurationWasFaster) {
    JoinedFiles first(place());
    first.stage(invite_, security::key_pair(1));
    directory_.write("mn.key", "of the first one, just now");
    JoinedFiles second(place());
    std::filesystem::remove(directory_.path() / "mn.key");
    second.stage(invite_, security::key_pair(3));
    EXPECT_TRUE(first.commit(Existing::kept));
    EXPECT_FALSE(second.commit(Existing::kept));
    EXPECT_EQ(written_key(), key(1));
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "mn-2.key")) << "it is staged again";
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "mn-2.psk"));
}

TEST_F(JoinedFilesTest, ReplaceAConfigurationWhereThatIsMeant) {
    {
        JoinedFiles first(place());
        first.stage(invite_, security::key_pair(1));
        EXPECT_TRUE(first.commit(Existing::kept));
    }
    JoinedFiles second(place());
    second.stage(invite_, security::key_pair(3));
    EXPECT_TRUE(second.commit(Existing::replaced));
    EXPECT_EQ(written_key(), key(3));
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "mn.key")) << "nobody names it";
}

}  // namespace
}  // namespace godwit::client

// What joining leaves on the disk, where another joining has been faster.

#include "client/joined_files.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "client/configuration.hpp"
#include "client/handshake_times.hpp"
#include "client/keys.hpp"
#include "shared/platform/file_owner.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/security/key_file.hpp"
#include "tests/platform/other_user.hpp"
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

// Of one that waits, of one that is over, and of one that another join has put in its place.
TEST_F(JoinedFilesTest, ForgetWhenAKeyHasAskedOnceItsInviteHasExpired) {
    const std::filesystem::path state = directory_.path() / "state";
    std::filesystem::create_directory(state);
    security::Invite expired = home_agent_.invite();
    expired.expires = std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000));
    const auto ask_in_vain = [&](const security::Invite& invite, std::uint8_t number) {
        JoinedFiles(place(), state).stage(invite, security::key_pair(number));
        EXPECT_TRUE(HandshakeTimes(state, key(number)).next(runtime::wall_now()).is_kept);
    };
    const auto has_asked = [&](std::uint8_t number) {
        return HandshakeTimes(state, key(number)).next({}).time >
               security::Tai64n::from(runtime::WallTime{} + std::chrono::hours(1));
    };
    ask_in_vain(invite_, 1);
    ask_in_vain(expired, 3);
    JoinedFiles(place(), state).stage(invite_, security::key_pair(7));
    EXPECT_TRUE(has_asked(1));
    EXPECT_FALSE(has_asked(3));

    ask_in_vain(expired, 5);
    security::save(security::key_pair(5), directory_.path() / "other.key");
    JoinedFiles(place(), state).stage(invite_, security::key_pair(7));
    EXPECT_TRUE(has_asked(5));
}

// With the package installed there is a user of the daemon; nobody but root can give him files.
TEST_F(JoinedFilesTest, StayTheirMakersWhoIsNotRoot) {
    if (!platform::OtherUser::may_work_in(directory_.path())) {
        GTEST_SKIP() << "there are no other users";
    }
    const security::KeyPair pair = security::key_pair(1);
    {
        const platform::OtherUser user;
        JoinedFiles files(place(), "/");  // root's
        EXPECT_NO_THROW(files.stage(invite_, pair));
        EXPECT_TRUE(files.commit(Existing::kept));
    }
    EXPECT_EQ(written_key(), key(1));
}

TEST_F(JoinedFilesTest, GoToTheOwnerOfTheDaemonsStateWhereRootMakesThem) {
    const auto state = directory_.path() / "state";
    std::filesystem::create_directory(state);
    if (!platform::OtherUser::is_given(state)) {
        GTEST_SKIP() << "takes root";
    }
    JoinedFiles files(place(), state);
    files.stage(invite_, security::key_pair(1));
    EXPECT_TRUE(files.commit(Existing::kept));
    const auto owner = platform::owner_of(directory_.path() / "mn.key");
    ASSERT_TRUE(owner);
    EXPECT_EQ(owner->user, platform::owner_of(state)->user);
}

}  // namespace
}  // namespace godwit::client

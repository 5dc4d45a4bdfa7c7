// godwit join, the program, and a home agent on loopback.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "client/configuration.hpp"
#include "client/joined_files.hpp"
#include "client/keys.hpp"
#include "shared/platform/held_directory.hpp"
#include "shared/security/key_file.hpp"
#include "tests/runtime/joinable_home_agent.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit {
namespace {

using testing::HasSubstr;

struct Outcome {
    int code = -1;
    std::string output;
    std::string errors;
};

class JoinProgram : public testing::Test {
  protected:
    [[nodiscard]] Outcome join(const std::string& line, const std::string& arguments = "",
                               const std::string& umask = "022") const {
        const std::string command = "umask " + umask + " && cd " + directory_.path().string() +
                                    " && printf '%s\\n' '" + line +
                                    "' | " GODWIT_PROGRAM " join - --config c/mn.toml " +
                                    arguments + " > output 2> errors";
        const int result = std::system(command.c_str());  // NOLINT: a test's own command line
        return {WEXITSTATUS(result), tests::read_file(directory_.path() / "output"),
                tests::read_file(directory_.path() / "errors")};
    }
    [[nodiscard]] std::filesystem::path written(const std::string& name) const {
        return directory_.path() / "c" / name;
    }
    // Neither the configuration nor a key, nor what was made on the way there.
    [[nodiscard]] bool has_written_nothing() const {
        return !std::filesystem::exists(directory_.path() / "c") ||
               std::filesystem::is_empty(directory_.path() / "c");
    }

    tests::TemporaryDirectory directory_;
    tests::JoinableHomeAgent home_agent_;
};

TEST_F(JoinProgram, WritesAConfigurationThatTheDaemonTakes) {
    home_agent_.start();
    const security::Invite invite = home_agent_.invite();
    const Outcome outcome = join(invite.text());
    home_agent_.stop();
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_THAT(outcome.output, HasSubstr("the address of this machine is 2001:db8:f::9\n"));
    EXPECT_THAT(outcome.output, HasSubstr("next: sudo godwit daemon --config c/mn.toml\n"));
    const auto configuration = client::read_configuration(written("mn.toml"));
    EXPECT_EQ(configuration.home_address, test::home);
    EXPECT_EQ(configuration.home_agent.address, test::home_agent);
    EXPECT_EQ(configuration.home_agent.endpoints, invite.endpoints);
    EXPECT_EQ(configuration.home_agent.ports, invite.ports);
    EXPECT_EQ(configuration.home_agent.public_key, invite.home_agent_key);
    const client::Keys keys = client::load_keys(configuration);
    EXPECT_EQ(keys.own->public_key(), home_agent_.joined());
    EXPECT_TRUE(security::is_equal(keys.preshared.octets(), invite.secret.octets()));
    EXPECT_EQ(std::filesystem::status(written("mn.key")).permissions(),
              std::filesystem::perms(0600));
    EXPECT_EQ(std::filesystem::status(written("mn.psk")).permissions(),
              std::filesystem::perms(0600));
}

// The service, of another user, has to read there, whatever umask root has.
TEST_F(JoinProgram, MakesADirectoryThatTheServiceMayEnter) {
    home_agent_.start();
    const Outcome outcome = join(home_agent_.invite().text(), "", "077");
    home_agent_.stop();
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_EQ(std::filesystem::status(written("")).permissions(), std::filesystem::perms(0755));
    EXPECT_EQ(std::filesystem::status(written("mn.toml")).permissions(),
              std::filesystem::perms(0644));
    EXPECT_EQ(std::filesystem::status(written("mn.key")).permissions(),
              std::filesystem::perms(0600));
}

TEST_F(JoinProgram, LeavesNoRegistrationBehind) {
    home_agent_.start();
    ASSERT_EQ(join(home_agent_.invite().text()).code, 0);
    home_agent_.stop();
    ASSERT_GE(home_agent_.lifetimes().size(), 2U);
    EXPECT_EQ(home_agent_.lifetimes().front(), wire::Lifetime(10));
    EXPECT_EQ(home_agent_.lifetimes().back(), wire::Lifetime::zero());
}

TEST_F(JoinProgram, SaysWhyTheHomeAgentRefuses) {
    home_agent_.refuse(mobility::JoinRefusal::expired_invite);
    home_agent_.start();
    const Outcome outcome = join(home_agent_.invite().text());
    EXPECT_EQ(outcome.code, 5);
    EXPECT_THAT(outcome.errors, HasSubstr("this invite has expired; ask for a new one"));
    EXPECT_FALSE(std::filesystem::exists(written("mn.toml")));
    EXPECT_FALSE(std::filesystem::exists(written("mn.key")));
}

TEST_F(JoinProgram, SaysThatTheClientIsDisabled) {  // authentically, and at once
    home_agent_.refuse(wire::BindingStatus::administratively_prohibited);
    home_agent_.start();
    const Outcome outcome = join(home_agent_.invite().text());
    EXPECT_EQ(outcome.code, 5);
    EXPECT_THAT(outcome.errors, HasSubstr("disabled"));
    EXPECT_TRUE(has_written_nothing());
}

TEST_F(JoinProgram, SaysThatNobodyAnswers) {  // another key: silence
    home_agent_.start();
    security::Invite invite = home_agent_.invite();
    invite.home_agent_key = security::key_pair(4).public_key();
    const Outcome outcome = join(invite.text());
    EXPECT_EQ(outcome.code, 6);
    EXPECT_THAT(outcome.errors, HasSubstr("no answer from 127.0.0.1, UDP ports "));
    EXPECT_FALSE(std::filesystem::exists(written("mn.toml")));
    EXPECT_FALSE(std::filesystem::exists(written("mn.key")));
}

TEST_F(JoinProgram, AsksNobodyByAnInviteThatHasExpired) {
    security::Invite invite = home_agent_.invite();
    invite.expires = std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000));
    const Outcome outcome = join(invite.text());
    EXPECT_EQ(outcome.code, 5);
    EXPECT_THAT(outcome.errors, HasSubstr("expired at 2023-11-14 22:13 UTC"));
    EXPECT_THAT(outcome.errors, HasSubstr("set the clock if it is wrong"));
    EXPECT_TRUE(has_written_nothing());
}

TEST_F(JoinProgram, SaysWhatIsWrongWithTheLine) {
    const std::string line = home_agent_.invite().text();
    const Outcome damaged = join(line.substr(0, line.size() - 3));
    EXPECT_EQ(damaged.code, 2);
    EXPECT_THAT(damaged.errors, HasSubstr("this invite is damaged"));
    const Outcome other = join("https://example.org");
    EXPECT_EQ(other.code, 2);
    EXPECT_THAT(other.errors, HasSubstr("this is no invite"));
    EXPECT_TRUE(has_written_nothing());
}

TEST_F(JoinProgram, AsksNobodyByAnInviteThatMakesNoConfiguration) {
    home_agent_.start();
    security::Invite invite = home_agent_.invite();
    invite.endpoints = {"::1"};
    EXPECT_EQ(join(invite.text()).code, 2);
    home_agent_.stop();
    EXPECT_FALSE(home_agent_.joined());
    EXPECT_TRUE(has_written_nothing());
}

TEST_F(JoinProgram, ReplacesAConfigurationByForceOnly) {
    std::filesystem::create_directory(directory_.path() / "c");
    directory_.write("c/mn.toml", "# ours\n");
    home_agent_.start();
    const Outcome kept = join(home_agent_.invite().text());
    EXPECT_EQ(kept.code, 2);
    EXPECT_THAT(kept.errors, HasSubstr("exists already"));
    EXPECT_EQ(tests::read_file(written("mn.toml")), "# ours\n");
    EXPECT_EQ(join(home_agent_.invite().text(), "--force").code, 0);
    EXPECT_NO_THROW(client::read_configuration(written("mn.toml")));
}

// The invite is spent then, by the key that it had made.
TEST_F(JoinProgram, GoesOnWithTheKeyOfOneThatWasKilled) {
    home_agent_.start();
    const security::Invite invite = home_agent_.invite();
    ASSERT_EQ(join(invite.text()).code, 0);
    const auto key = tests::read_file(written("mn.key"));
    const auto killed = written(".godwit-join-1-1");  // another process has the number by now
    // Before anything was in its place, and after the first key, the second, was.
    for (const std::vector<std::string>& in_place :
         {std::vector<std::string>{}, {"mn.key"}, {"mn.key", "mn.psk"}}) {
        std::filesystem::create_directory(killed);
        for (const std::string name : {"mn.key", "mn.psk", "mn.toml"}) {
            std::filesystem::rename(written(name), killed / name);
        }
        for (const std::string& name : in_place) {
            std::filesystem::rename(killed / name, written(name));
        }
        const Outcome outcome = join(invite.text());
        EXPECT_EQ(outcome.code, 0) << outcome.errors;
        EXPECT_FALSE(std::filesystem::exists(killed));
        const auto own = client::read_configuration(written("mn.toml")).private_key_file.value();
        EXPECT_EQ(tests::read_file(written(own.filename())), key);
        for (const std::string suffix : {".key", ".psk"}) {  // the next one needs them as they were
            const auto file = written(own.filename()).replace_extension(suffix);
            std::filesystem::rename(file, written("mn" + suffix));
        }
        EXPECT_EQ(std::distance(std::filesystem::directory_iterator(written("")), {}), 3);
    }
    home_agent_.stop();
}

// Nobody answers for now, or it gets lost: the key is needed another time.
TEST_F(JoinProgram, KeepsTheKeyUntilSomebodyAnswers) {
    const security::Invite invite = home_agent_.invite();
    const auto killed = written(".godwit-join-999999999-1");
    std::filesystem::create_directories(killed);
    const security::KeyPair pair = security::KeyPair::generate();
    save(pair, killed / "mn.key");
    save(invite.secret, killed / "mn.psk");
    EXPECT_EQ(join(invite.text()).code, 6);
    home_agent_.start();
    EXPECT_EQ(join(invite.text()).code, 0);
    home_agent_.stop();
    EXPECT_EQ(home_agent_.joined(), pair.public_key());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(written("")), {}), 3);
}

// Anybody can say so in the home agent's name; by now it may have spent the invite by that key.
TEST_F(JoinProgram, KeepsTheKeyWhereNobodyKnowsWhoRefuses) {
    home_agent_.lose_answers(true);
    home_agent_.start();
    const security::Invite invite = home_agent_.invite();
    const Outcome refused = join(invite.text());
    EXPECT_EQ(refused.code, 5) << refused.errors;
    EXPECT_FALSE(std::filesystem::exists(written("mn.toml")));
    home_agent_.lose_answers(false);
    const Outcome again = join(invite.text());
    home_agent_.stop();
    EXPECT_EQ(again.code, 0) << again.errors;
    EXPECT_EQ(security::load_key_pair(written("mn.key")).public_key(), home_agent_.joined());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(written("")), {}), 3);
}

TEST_F(JoinProgram, LeavesTheKeyThatWaitsForAnotherInvite) {
    const auto left_behind = [this](const std::string& name, const std::string& expires) {
        const auto place = written(".godwit-join-999999999-" + name);
        std::filesystem::create_directories(place);
        save(security::key_pair(1), place / "mn.key");
        save(security::preshared_key(8), place / "mn.psk");
        if (!expires.empty()) {
            directory_.write("c/" + place.filename().string() + "/expires", expires);
        }
        return place;
    };
    const auto waiting = left_behind("1", "4102444800");
    const auto expired = left_behind("2", "1700000000");
    const auto of_no_invite = left_behind("3", "");
    home_agent_.start();
    const Outcome outcome = join(home_agent_.invite().text());
    home_agent_.stop();
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_TRUE(std::filesystem::exists(waiting / "mn.key"));
    EXPECT_FALSE(std::filesystem::exists(expired));
    EXPECT_FALSE(std::filesystem::exists(of_no_invite));
}

TEST_F(JoinProgram, LeavesWhatAnotherOneIsStillAtWorkIn) {
    std::filesystem::create_directory(directory_.path() / "c");
    const auto staging = written(".godwit-join-1");
    const auto held = platform::make_held_directory(staging);
    const security::Invite invite = home_agent_.invite();
    save(security::key_pair(1), staging / "mn.key");
    save(invite.secret, staging / "mn.psk");
    directory_.write("c/.godwit-join-1/expires", "1700000000");
    home_agent_.start();
    const Outcome outcome = join(invite.text());
    home_agent_.stop();
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_NE(home_agent_.joined(), security::key_pair(1).public_key());
    EXPECT_TRUE(std::filesystem::exists(staging / "mn.key"));
    EXPECT_TRUE(std::filesystem::exists(staging / "mn.psk"));
}

TEST_F(JoinProgram, LeavesAKeyThatAnotherProfileNames) {
    std::filesystem::create_directory(directory_.path() / "c");
    const security::Invite invite = home_agent_.invite();
    save(security::key_pair(1), written("own.key"));
    save(security::key_pair(3), written("others.key"));
    save(security::preshared_key(8), written("shared.psk"));
    directory_.write("c/mn.toml", client::configuration_text(invite, "own.key", "shared.psk"));
    directory_.write("c/other.toml",
                     client::configuration_text(invite, "others.key", "shared.psk"));
    home_agent_.start();
    const Outcome outcome = join(invite.text(), "--force");
    home_agent_.stop();
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_FALSE(std::filesystem::exists(written("own.key")));
    EXPECT_NO_THROW(client::load_keys(client::read_configuration(written("other.toml"))));
}

TEST_F(JoinProgram, SpendsNoInviteWhereItCannotWrite) {
    directory_.write("c", "a file, where the directory should be\n");
    home_agent_.start();
    const Outcome outcome = join(home_agent_.invite().text());
    home_agent_.stop();
    EXPECT_EQ(outcome.code, 1);
    EXPECT_FALSE(home_agent_.joined());
}

}  // namespace
}  // namespace godwit

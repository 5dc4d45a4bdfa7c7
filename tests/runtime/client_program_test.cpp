// The subcommands of godwit that ask a daemon or change the configuration.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "client/status.hpp"
#include "tests/platform/moves_watch.hpp"
#include "tests/runtime/fake_daemon.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::client {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Outcome {
    int code = -1;
    std::string output;
    std::string errors;
};

class ClientProgram : public testing::Test {
  protected:
    [[nodiscard]] Outcome godwit(const std::string& arguments,
                                 const std::string& input = "/dev/null") const {
        const std::string command = "cd " + directory_.path().string() + " && " GODWIT_PROGRAM " " +
                                    arguments + " > output 2> errors < " + input;
        const int result = std::system(command.c_str());  // NOLINT: a test's own command line
        return {WEXITSTATUS(result), read("output"), read("errors")};
    }
    [[nodiscard]] Outcome ask(const std::string& arguments, unsigned status,
                              const std::string& body, std::string* asked = nullptr) const {
        return ask_more(arguments + " --socket s", {{status, body}}, asked);
    }
    // Of a daemon at "s" that answers so, one after the other; `asked`: what it was asked last.
    [[nodiscard]] Outcome ask_more(const std::string& arguments,
                                   std::vector<tests::FakeDaemon::Answer> answers,
                                   std::string* asked = nullptr) const {
        tests::FakeDaemon daemon(directory_.path() / "s", std::move(answers));
        Outcome outcome = godwit(arguments);
        if (asked != nullptr) {
            *asked = daemon.asked();
        }
        return outcome;
    }
    [[nodiscard]] Outcome ask_in(const std::optional<State>& state,
                                 const std::string& arguments) const {
        Status status;
        status.state = state;
        return ask(arguments, 200, to_json(status).dump());
    }
    // What a daemon answers that goes by this profile; empty: by none.
    [[nodiscard]] static tests::FakeDaemon::Answer status_of(const std::string& profile) {
        Status status;
        status.profile = profile;
        return {200, to_json(status).dump()};
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        return tests::read_file(directory_.path() / name);
    }
    void write_configuration() {
        ASSERT_EQ(godwit("keygen --output mn.key").code, 0);
        std::filesystem::rename(directory_.path() / "mn.key", directory_.path() / "ha.key");
        std::filesystem::copy(directory_.path() / "output", directory_.path() / "ha.pub");
        ASSERT_EQ(godwit("keygen --output mn.key").code, 0);
        directory_.write("mn.toml",
                         "# by hand\nhome_address = '2001:db8:f::9'  # mine\n"
                         "private_key_file = 'mn.key'\n"
                         "state_directory = 'state'\n\n"
                         "[home_agent]\naddress = '2001:db8:f::1'\npublic_key = '" +
                             read("ha.pub").substr(0, 44) + "'\n");
    }

    tests::TemporaryDirectory directory_;
};

TEST_F(ClientProgram, OrdersTheDaemonBySubcommand) {
    for (const std::string verb : {"up", "down", "restart"}) {
        std::string asked;
        EXPECT_EQ(ask(verb, 200, R"({"state":"down"})", &asked).code, 0);
        EXPECT_EQ(asked, "POST /v1/" + verb);
        std::filesystem::remove(directory_.path() / "s");
    }
}

TEST_F(ClientProgram, SaysInItsExitCodeWhyAnOrderIsNotDone) {
    const auto outcome_of = [this](unsigned status, const std::string& code) {
        const Outcome outcome =
            ask("restart", status, R"({"error":{"code":")" + code + R"(","message":"one\ntwo"}})");
        EXPECT_EQ(outcome.errors, "godwit: one\ngodwit: two\n");
        std::filesystem::remove(directory_.path() / "s");
        return outcome.code;
    };
    EXPECT_EQ(outcome_of(403, "not-privileged"), 5);
    EXPECT_EQ(outcome_of(400, "bad-configuration"), 2);
    EXPECT_EQ(outcome_of(409, "busy"), 1);
    EXPECT_EQ(outcome_of(503, "not-done"), 1);
}

// Root takes up an export that somebody else has written.
TEST_F(ClientProgram, LetsNoExportSpeakToTheTerminal) {
    directory_.write("key", R"({"godwit_profile": 1, "name": "n", "\u001b]0;x\u0007\u009b": 1})");
    const Outcome key = godwit("import key --no-start");
    EXPECT_NE(key.code, 0);
    EXPECT_THAT(key.errors, HasSubstr(R"(no key \x1b]0;x\x07\xc2\x9b)"));
    EXPECT_THAT(key.errors, Not(HasSubstr("\x1b")));
}

TEST_F(ClientProgram, LetsNoConfigurationSpeakToTheTerminal) {
    directory_.write("mn.toml", "home_address = \"\\u001b[2J\\nforged\"\n");
    const Outcome outcome = godwit("daemon --check --config mn.toml");
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.errors, HasSubstr(R"("\x1b[2J\x0aforged")"));
    EXPECT_THAT(outcome.errors, Not(HasSubstr("\x1b")));
}

TEST_F(ClientProgram, LetsNoDaemonSpeakToTheTerminal) {
    const Outcome outcome =
        ask("up", 409, R"({"error":{"code":"busy","message":"\u001b[31mone\ntwo"}})");
    EXPECT_EQ(outcome.errors, "godwit: \\x1b[31mone\ngodwit: two\n");
}

TEST_F(ClientProgram, LetsNoAnswerSpeakToTheTerminal) {
    Status status;
    status.health = {"\x1b[2J\xc2\x9b"};
    const std::string answer = to_json(status).dump();
    const tests::FakeDaemon daemon(
        directory_.path() / "s",
        {{200, answer}, {200, answer}, {200, "{\"time\":\"now\",\"type\":\"\\u001b\"}\n\x1b\n"}});
    EXPECT_THAT(godwit("status --socket s").output, HasSubstr(R"(\x1b[2J\xc2\x9b)"));
    EXPECT_THAT(godwit("status --json --socket s").output, HasSubstr(R"("\u001b[2J\u009b")"));
    EXPECT_EQ(godwit("events --socket s").output, "now \\x1b\n\\x1b\n");
}

TEST_F(ClientProgram, ExitsWithFourIfNoDaemonAnswers) {
    for (const char* command : {"up", "down", "restart", "events", "ping ::1 -c 1", "status"}) {
        const Outcome outcome = godwit(std::string(command) + " --socket absent");
        EXPECT_EQ(outcome.code, 4) << command;
        EXPECT_THAT(outcome.errors, HasSubstr("no daemon answers at absent")) << command;
    }
}

TEST_F(ClientProgram, FailsWhereNoSocketCanHaveTheName) {
    const std::string socket(120, 's');
    for (const char* command :
         {"up", "down", "restart", "status", "events", "leave --yes --config mn.toml"}) {
        write_configuration();
        const Outcome outcome = godwit(std::string(command) + " --socket " + socket);
        EXPECT_NE(outcome.code, 0) << command;
        EXPECT_FALSE(outcome.errors.empty()) << command;
        EXPECT_TRUE(std::filesystem::exists(directory_.path() / "mn.toml")) << command;
        for (const char* file : {"mn.key", "ha.key", "ha.pub"}) {
            std::filesystem::remove(directory_.path() / file);
        }
    }
}

TEST_F(ClientProgram, SaysOfEventsThatTheDaemonRefusesThatItFailed) {
    const Outcome outcome =
        ask("events", 503, R"({"error":{"code":"too-many-streams","message":"too many"}})");
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(outcome.errors, "godwit: too many\n");
}

TEST_F(ClientProgram, WaitsForNothingThatIsThere) {
    EXPECT_EQ(ask_in(State::registered, "wait").code, 0);
}

TEST_F(ClientProgram, WaitsNoLongerThanItIsTold) {
    EXPECT_EQ(godwit("wait --timeout 0 --socket absent").code, 7);
    const Outcome outcome = ask_in(State::registering, "wait --timeout 0");
    EXPECT_EQ(outcome.code, 7);
    EXPECT_THAT(outcome.errors, HasSubstr("the state is registering"));
}

TEST_F(ClientProgram, WaitsNotForWhatIsDown) {
    const Outcome outcome = ask_in(std::nullopt, "wait");
    EXPECT_EQ(outcome.code, 3);
    EXPECT_THAT(outcome.errors, HasSubstr("godwit up"));
}

TEST_F(ClientProgram, WaitsForAHomeAgentThatIsYetToBeFound) {
    const Outcome outcome = ask_in(State::unattached, "wait --timeout 0");
    EXPECT_EQ(outcome.code, 7);
    EXPECT_THAT(outcome.errors, Not(HasSubstr("down")));
}

TEST_F(ClientProgram, LiftsNoLockdownThatADaemonKeeps) {
    Status status;
    status.lockdown.is_wanted = true;
    directory_.write("lockdown.nft", "table inet godwit_lockdown\n");
    const Outcome outcome = ask("lockdown --lift --state .", 200, to_json(status).dump());
    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.errors, HasSubstr("godwit down"));
    EXPECT_EQ(read("lockdown.nft"), "table inet godwit_lockdown\n");
}

TEST_F(ClientProgram, TakesOnlyATimeThatIsOne) {
    for (const char* wrong : {"-1", "soon", ""}) {
        EXPECT_EQ(godwit(std::string("wait --timeout '") + wrong + "'").code, 2) << wrong;
    }
}

TEST_F(ClientProgram, PingsAddressesOnly) {
    EXPECT_EQ(godwit("ping -c 0").code, 2);
    EXPECT_EQ(ask("ping ::1 -c 1", 400, R"({"error":{"code":"x","message":"y"}})").code, 2);
}

TEST_F(ClientProgram, SumsUpWhatCameBack) {
    const std::string lines = R"({"seq":1,"rtt_ms":20.0,"encapsulation":"udp","interface":"wlan0",)"
                              R"("care_of_address":"192.168.1.7"})"
                              "\n"
                              R"({"seq":2,"rtt_ms":null,"encapsulation":null})"
                              "\n";
    std::string asked;
    const Outcome outcome = ask("ping 2001:db8::7 -c 2", 200, lines, &asked);
    EXPECT_EQ(asked, "GET /v1/ping?target=2001:db8::7&count=2");
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.output,
              "seq 1: 20.0 ms, udp over wlan0 from 192.168.1.7\n"
              "seq 2: no answer\n"
              "2 asked, 1 answered; least 20.0, mean 20.0, most 20.0 ms\n");
}

TEST_F(ClientProgram, ExitsWithSixIfNothingComesBack) {
    EXPECT_EQ(ask("ping ::1 -c 1", 200, "{\"seq\":1,\"rtt_ms\":null}\n").code, 6);
}

TEST_F(ClientProgram, GetsWhatIsWritten) {
    write_configuration();
    EXPECT_EQ(godwit("get home_agent.address --config mn.toml").output, "'2001:db8:f::1'\n");
    EXPECT_THAT(godwit("get --config mn.toml").output,
                testing::StartsWith("home_address = '2001:db8:f::9'\nprivate_key_file = "));
    const Outcome absent = godwit("get lifetime --config mn.toml");
    EXPECT_EQ(absent.code, 1);
    EXPECT_THAT(absent.errors, HasSubstr("its default holds"));
    EXPECT_EQ(godwit("get a.b.c --config mn.toml").code, 2);
    EXPECT_EQ(godwit("get lifetime --config absent.toml").code, 2);
}

TEST_F(ClientProgram, SetsOneValueAndKeepsTheRest) {
    write_configuration();
    std::string expected = read("mn.toml");
    const Outcome outcome = godwit("set lifetime 300 --config mn.toml --socket absent");
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_THAT(outcome.output, testing::StartsWith("lifetime = 300\n"));
    expected.insert(expected.find("\n\n[home_agent]") + 1, "lifetime = 300\n");
    EXPECT_EQ(read("mn.toml"), expected);
}

TEST_F(ClientProgram, SetsNothingThatIsWrong) {
    write_configuration();
    const std::string before = read("mn.toml");
    for (const char* wrong : {"lifetime 1", "lifetime ages", "colour red", "home_agent.port 1",
                              "home_agent 1", "private_key_file absent.key", "'a b' 1"}) {
        const Outcome outcome = godwit(std::string("set --config mn.toml ") + wrong);
        EXPECT_EQ(outcome.code, 2) << wrong;
        EXPECT_THAT(outcome.errors, Not(HasSubstr(".new-"))) << "by the file's own name";
        EXPECT_EQ(read("mn.toml"), before) << wrong;
    }
    for (const auto& file : std::filesystem::directory_iterator(directory_.path())) {
        EXPECT_THAT(file.path().string(), Not(HasSubstr(".new-")));
    }
}

TEST_F(ClientProgram, KeepsTheModeOfAConfigurationThatIsSet) {
    write_configuration();
    std::filesystem::permissions(directory_.path() / "mn.toml", std::filesystem::perms(0640));
    ASSERT_EQ(godwit("set log_level debug --config mn.toml --socket absent").code, 0);
    EXPECT_EQ(std::filesystem::status(directory_.path() / "mn.toml").permissions(),
              std::filesystem::perms(0640));
}

TEST_F(ClientProgram, LeavesOnlyIfThatIsAgreed) {
    write_configuration();
    directory_.write("no", "n\n");
    for (const char* answer : {"no", "/dev/null"}) {
        const Outcome outcome = godwit("leave --config mn.toml --socket absent", answer);
        EXPECT_EQ(outcome.code, 2);
        EXPECT_THAT(outcome.output, HasSubstr("mn.key"));
        EXPECT_TRUE(std::filesystem::exists(directory_.path() / "mn.key"));
    }
}

TEST_F(ClientProgram, LeavesNothingOfItsOwn) {
    write_configuration();
    std::string asked;
    const Outcome outcome =
        ask_more("leave --yes --config mn.toml --socket s", {status_of(""), {200, "{}"}}, &asked);
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_EQ(asked, "POST /v1/down");
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "mn.toml"));
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "mn.key"));
    EXPECT_TRUE(std::filesystem::exists(directory_.path() / "ha.key")) << "not its own";
    EXPECT_EQ(godwit("leave --yes --config mn.toml").code, 2) << "it has left already";
}

// The configuration is the daemon's user's to write, and root's to leave by.
TEST_F(ClientProgram, RemovesNoKeyThatIsElsewhereThanItsConfiguration) {
    write_configuration();
    std::filesystem::create_directory(directory_.path() / "other");
    std::filesystem::rename(directory_.path() / "mn.key", directory_.path() / "other/mn.key");
    std::string text = read("mn.toml");
    directory_.write("mn.toml", text.replace(text.find("'mn.key'"), 8, "'other/mn.key'"));
    const Outcome outcome = godwit("leave --yes --config mn.toml --socket absent");
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "mn.toml"));
    EXPECT_TRUE(std::filesystem::exists(directory_.path() / "other/mn.key"));
    EXPECT_THAT(outcome.output, HasSubstr("left, since it is not beside its configuration: "));
    EXPECT_THAT(outcome.output, Not(HasSubstr("removed: other/mn.key")));
}

TEST_F(ClientProgram, RemovesTheKeyBesideItHoweverThatIsNamed) {
    write_configuration();
    std::string text = read("mn.toml");
    const std::string key = "'" + (directory_.path() / "mn.key").string() + "'";
    directory_.write("mn.toml", text.replace(text.find("'mn.key'"), 8, key));
    EXPECT_EQ(godwit("leave --yes --config mn.toml --socket absent").code, 0);
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "mn.key"));
}

TEST_F(ClientProgram, StaysWhereTheDaemonRefuses) {
    write_configuration();
    const Outcome outcome =
        ask_more("leave --yes --config mn.toml --socket s",
                 {status_of(""), {403, R"({"error":{"code":"x","message":"y"}})"}});
    EXPECT_EQ(outcome.code, 5);
    EXPECT_TRUE(std::filesystem::exists(directory_.path() / "mn.toml"));
    EXPECT_TRUE(std::filesystem::exists(directory_.path() / "mn.key"));
}

// Neither that of its own status_socket nor that of a named one.
TEST_F(ClientProgram, LeavesADaemonAloneThatGoesByAProfile) {
    for (const char* socket : {"", " --socket s"}) {
        write_configuration();
        std::filesystem::create_directory(directory_.path() / "state");
        directory_.write("state/down", "");
        directory_.write("mn.toml", "status_socket = 's'\n" + read("mn.toml"));
        std::string asked;
        const Outcome outcome = ask_more(std::string("leave --yes --config mn.toml") + socket,
                                         {status_of("mn")}, &asked);
        EXPECT_EQ(outcome.code, 0) << outcome.errors;
        EXPECT_EQ(asked, "GET /v1/status") << "and no order";
        EXPECT_THAT(outcome.output, HasSubstr("goes by a profile, and goes on"));
        EXPECT_FALSE(std::filesystem::exists(directory_.path() / "mn.toml"));
        EXPECT_TRUE(std::filesystem::exists(directory_.path() / "state/down")) << "the other's";
        for (const char* file : {"s", "ha.key", "ha.pub", "state/down", "state"}) {
            std::filesystem::remove(directory_.path() / file);
        }
    }
}

// Whoever is killed at any moment of it finds the configuration under its own name, or has left.
TEST_F(ClientProgram, MovesTheConfigurationNowhereBeforeItGoes) {
    write_configuration();
    directory_.write("mn.toml.leaving", "of one that was killed\n");
    const tests::MovesWatch moves(directory_.path());
    EXPECT_EQ(godwit("leave --yes --config mn.toml --socket absent").code, 0);
    EXPECT_FALSE(moves.has_seen_any());
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "mn.toml"));
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "mn.toml.leaving"));
}

TEST_F(ClientProgram, SaysThatNobodyIsToldWhereNoDaemonRuns) {
    write_configuration();
    const Outcome outcome = godwit("leave --yes --config mn.toml --socket absent");
    EXPECT_EQ(outcome.code, 0);
    EXPECT_THAT(outcome.output, HasSubstr("the home agent is not told"));
}

}  // namespace
}  // namespace godwit::client

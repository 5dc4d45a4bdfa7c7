#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "client/status.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/http_server.hpp"
#include "shared/security/key_file.hpp"
#include "tests/runtime/fake_daemon.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit {
namespace {

using testing::HasSubstr;

struct Outcome {
    int code = -1;
    std::string output;
    std::string errors;
};

class Program : public testing::Test {
  protected:
    [[nodiscard]] Outcome run(const std::string& program, const std::string& arguments) const {
        Outcome outcome = run_into("> output", program, arguments);
        outcome.output = tests::read_file(directory_.path() / "output");
        return outcome;
    }
    // With standard output put there; what came to it is not told. 124: it has not ended.
    [[nodiscard]] Outcome run_into(const std::string& output, const std::string& program,
                                   const std::string& arguments) const {
        const std::string command = "cd " + directory_.path().string() + " && timeout 60 " +
                                    program + " " + arguments + " " + output +
                                    " 2> errors < /dev/null";
        const int result = std::system(command.c_str());  // NOLINT: a test's own command line
        return {.code = WEXITSTATUS(result),
                .output = "",
                .errors = tests::read_file(directory_.path() / "errors")};
    }
    [[nodiscard]] Outcome godwit(const std::string& arguments) const {
        return run(GODWIT_PROGRAM, arguments);
    }
    [[nodiscard]] Outcome godwit_ha(const std::string& arguments) const {
        return run(GODWIT_HA_PROGRAM, arguments);
    }
    // `godwit status` of a daemon in this state.
    [[nodiscard]] Outcome status_of(client::State state, const std::string& arguments) const {
        client::Status status;
        status.state = state;
        runtime::EventLoop loop;
        runtime::HttpRoutes routes;
        routes.add(runtime::status_route([&] { return to_json(status); }));
        const runtime::HttpServer server(loop, routes, directory_.path() / "s");
        std::thread daemon([&] { loop.run(); });
        Outcome outcome = godwit("status --socket s " + arguments);
        runtime::asio::post(loop.context(), [&] { loop.stop(); });
        daemon.join();
        return outcome;
    }
    std::filesystem::path write_configuration() {
        const std::string ours = godwit("keygen --output mn.key").output;
        const std::string theirs = godwit_ha("keygen --output ha.key").output;
        directory_.write("ha.toml",
                         "address = '2001:db8:f::1'\nprivate_key_file = 'ha.key'\n"
                         "home_prefix = '2001:db8:f::/64'\n[[mobile_node]]\nname = 'laptop'\n"
                         "home_address = '2001:db8:f::9'\npublic_key = '" +
                             ours.substr(0, 44) + "'\n");
        return directory_.write("mn.toml",
                                "home_address = '2001:db8:f::9'\nprivate_key_file = 'mn.key'\n"
                                "[home_agent]\naddress = '2001:db8:f::1'\npublic_key = '" +
                                    theirs.substr(0, 44) + "'\n");
    }

    tests::TemporaryDirectory directory_;
};

TEST_F(Program, TeachesByHelp) {
    for (const char* command :
         {"--help", "daemon --help", "status --help", "keygen --help", "join --help",
          "leave --help", "up --help", "down --help", "restart --help", "wait --help",
          "events --help", "ping --help", "get --help", "set --help", "version --help"}) {
        const Outcome outcome = godwit(command);
        EXPECT_EQ(outcome.code, 0);
        EXPECT_THAT(outcome.output, HasSubstr("\n  godwit ")) << "an example";
    }
    for (const char* command :
         {"--help", "serve --help", "status --help", "events --help", "keygen --help"}) {
        const Outcome outcome = godwit_ha(command);
        EXPECT_EQ(outcome.code, 0);
        EXPECT_THAT(outcome.output, HasSubstr("\n  godwit-ha ")) << "an example";
    }
}

TEST_F(Program, TellsItsVersion) {
    EXPECT_THAT(godwit("--version").output, testing::MatchesRegex("godwit [0-9]+\\.[0-9]+.*\n"));
    EXPECT_EQ(godwit("version").output, godwit("--version").output);
    EXPECT_THAT(godwit_ha("--version").output, testing::MatchesRegex("godwit-ha [0-9].*\n"));
}

TEST_F(Program, ExitsWithTwoOnWrongUsage) {
    for (const char* arguments : {"", "dance", "status --yaml", "daemon --config"}) {
        EXPECT_EQ(godwit(arguments).code, 2) << arguments;
        EXPECT_EQ(godwit_ha(arguments).code, 2) << arguments;
    }
}

TEST_F(Program, MakesKeysThatOnlyTheirOwnerCanRead) {
    const Outcome outcome = godwit("keygen --output new.key");
    EXPECT_EQ(outcome.code, 0);
    const std::filesystem::path file = directory_.path() / "new.key";
    EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
    EXPECT_EQ(outcome.output, security::load_key_pair(file).public_key().text() + "\n");
    EXPECT_THAT(outcome.output + outcome.errors,
                testing::Not(HasSubstr(tests::read_file(file).substr(0, 44))));
}

TEST_F(Program, NeverOverwritesAKey) {
    ASSERT_EQ(godwit("keygen --output a.key").code, 0);
    const std::string before = tests::read_file(directory_.path() / "a.key");
    const Outcome again = godwit("keygen --output a.key");
    EXPECT_EQ(again.code, 1);
    EXPECT_EQ(again.output, "");
    EXPECT_THAT(again.errors, HasSubstr("a.key exists already; name another file with --output"));
    EXPECT_EQ(tests::read_file(directory_.path() / "a.key"), before);
}

TEST_F(Program, MakesPresharedKeys) {
    const Outcome outcome = godwit_ha("keygen --preshared --output psk");
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.output, "") << "there is nothing to tell anybody";
    EXPECT_NO_THROW(security::load_preshared_key(directory_.path() / "psk"));
}

TEST_F(Program, ChecksACorrectConfiguration) {
    write_configuration();
    const Outcome outcome = godwit("daemon --config mn.toml --check");
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "mn.toml: correct\n");
    EXPECT_EQ(godwit_ha("serve --config ha.toml --check").output, "ha.toml: correct\n");
}

TEST_F(Program, ExitsWithTwoOnABadConfiguration) {
    directory_.write("bad.toml", "lifetime = 1\ncolour = 2\n");
    for (const auto& outcome :
         {godwit("daemon --check --config bad.toml"), godwit("daemon --config bad.toml"),
          godwit_ha("serve --config bad.toml")}) {
        EXPECT_EQ(outcome.code, 2);
        EXPECT_EQ(outcome.output, "");
        EXPECT_THAT(outcome.errors, HasSubstr(": bad.toml:2:1: colour: unknown key"));
    }
}

TEST_F(Program, ExitsWithTwoOnAKeyThatOthersCanRead) {
    write_configuration();
    std::filesystem::permissions(directory_.path() / "mn.key", std::filesystem::perms(0644));
    const Outcome outcome = godwit("daemon --config mn.toml --check");
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.errors, HasSubstr("chmod 600"));
}

TEST_F(Program, ExitsWithTwoOnATokenThatOthersCanRead) {
    const std::filesystem::path token = directory_.write("token", "a token of some length");
    std::filesystem::permissions(token, std::filesystem::perms(0644));
    write_configuration();
    const std::string text = tests::read_file(directory_.path() / "ha.toml");
    directory_.write("ha.toml", text + "[api]\nlisten = '[::]:4190'\ntoken_file = 'token'\n");
    const Outcome outcome = godwit_ha("serve --config ha.toml --check");
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.errors, HasSubstr("chmod o="));
}

TEST_F(Program, RefusesItsOwnPublicKeyAsTheOtherEnds) {
    write_configuration();
    std::filesystem::copy(directory_.path() / "ha.key", directory_.path() / "mn.key",
                          std::filesystem::copy_options::overwrite_existing);
    const Outcome outcome = godwit("daemon --config mn.toml --check");
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.errors, HasSubstr("is this key's own public key; write the one that"));
}

TEST_F(Program, ExitsWithFourIfNoDaemonAnswers) {
    for (const auto& outcome :
         {godwit("status --socket absent"), godwit_ha("status --json --socket absent"),
          godwit_ha("status --watch --socket absent"), godwit_ha("events --socket absent")}) {
        EXPECT_EQ(outcome.code, 4);
        EXPECT_EQ(outcome.output, "");
        EXPECT_THAT(outcome.errors, HasSubstr("no daemon answers at absent; start it, or name"));
    }
}

TEST_F(Program, ExitsWithThreeUntilItIsRegistered) {
    EXPECT_EQ(status_of(client::State::unattached, "").code, 3);
    EXPECT_EQ(status_of(client::State::registering, "--json").code, 3);
    EXPECT_EQ(status_of(client::State::registered, "").code, 0);
    EXPECT_EQ(status_of(client::State::home, "--json").code, 0);
}

TEST_F(Program, ShowsTheStatusForPeopleAndForPrograms) {
    EXPECT_THAT(status_of(client::State::registered, "").output,
                testing::StartsWith("state            registered\n"));
    client::Status status;
    status.state = client::State::home;
    EXPECT_EQ(status_of(client::State::home, "--json").output, to_json(status).dump(2) + "\n");
}

TEST_F(Program, LetsNobodyElseSpeakToTheTerminalOfTheHomeAgent) {
    directory_.write("bad.toml", "\"\\u001b[2J\" = 1\n");
    const Outcome check = godwit_ha("serve --check --config bad.toml");
    EXPECT_EQ(check.code, 2);
    EXPECT_THAT(check.errors, HasSubstr(R"(\x1b[2J)"));
    EXPECT_THAT(check.errors, testing::Not(HasSubstr("\x1b")));
    const tests::FakeDaemon daemon(directory_.path() / "s", 409,
                                   R"({"error":{"code":"x","message":"\u001b[31mno"}})");
    const Outcome asked = godwit_ha("kick laptop --socket s");
    EXPECT_THAT(asked.errors, HasSubstr("godwit-ha: \\x1b[31mno\n"));
    EXPECT_THAT(asked.errors, testing::Not(HasSubstr("\x1b")));
}

TEST_F(Program, LetsNoAnswerSpeakToTheTerminalOfTheHomeAgent) {
    const std::string list = R"({"clients":[{"name":"\u001b[2Jx","state":"bound","configured":false,
        "home_address":"::1","ipv4_home_address":null,
        "policy":{"internet":true,"clients":true,"prefixes":[]}}]})";
    const std::string event = R"({"time":"now","name":"n","type":"\u001b[31m"})";
    const std::string events = event + "\n\x1b[2J\n";
    const std::string invite = R"({"name":"\u001b]0;x","home_address":"\u001b1","invite":"\u001b2",
        "expires":"\u001b3"})";
    const tests::FakeDaemon daemon(directory_.path() / "s",
                                   {{200, list}, {200, events}, {201, invite}});
    EXPECT_THAT(godwit_ha("list --socket s").output, HasSubstr("\n\\x1b[2Jx  bound  ::1"));
    EXPECT_EQ(godwit_ha("events --socket s").output, "now n\\x1b[31m\n\\x1b[2J\n");
    const std::string invited = godwit_ha("invite laptop --socket s").output;
    EXPECT_THAT(invited, HasSubstr("\\x1b]0;x gets \\x1b1, and may join until \\x1b3."));
    EXPECT_THAT(invited, HasSubstr("join '\\x1b2'"));
}

TEST_F(Program, SaysThatStandardOutputFails) {
    const Outcome full = run_into("> /dev/full", GODWIT_PROGRAM, "version");
    EXPECT_EQ(full.code, 1);
    EXPECT_THAT(full.errors, HasSubstr("godwit: standard output: No space left on device"));
    const Outcome closed = run_into(">&-", GODWIT_PROGRAM, "version");
    EXPECT_EQ(closed.code, 1);
    EXPECT_THAT(closed.errors, HasSubstr("godwit: standard output: Bad file descriptor"));
}

TEST_F(Program, KeepsNoKeyWhosePublicKeyNobodyKnows) {
    for (const char* program : {GODWIT_PROGRAM, GODWIT_HA_PROGRAM}) {
        const Outcome outcome = run_into("> /dev/full", program, "keygen --output new.key");
        EXPECT_EQ(outcome.code, 1);
        EXPECT_THAT(outcome.errors, HasSubstr("No space left on device; new.key is removed again"));
        EXPECT_FALSE(std::filesystem::exists(directory_.path() / "new.key"));
    }
}

TEST_F(Program, EndsWhenNobodyReadsTheStatusThatItWatches) {
    const std::string status = to_json(client::Status()).dump();
    for (const char* program : {GODWIT_PROGRAM, GODWIT_HA_PROGRAM}) {
        const tests::FakeDaemon daemon(directory_.path() / "s", {{200, status}, {200, status}});
        const Outcome outcome =
            run_into("> /dev/full", program, "status --watch --json --socket s");
        EXPECT_EQ(outcome.code, 1);
        EXPECT_THAT(outcome.errors, HasSubstr("standard output: No space left on device"));
        std::filesystem::remove(directory_.path() / "s");
    }
}

TEST_F(Program, EndsWhenNobodyReadsTheEvents) {
    for (const char* program : {GODWIT_PROGRAM, GODWIT_HA_PROGRAM}) {
        const tests::FakeDaemon daemon(directory_.path() / "s", 200, "{\"type\":\"one\"}\n");
        const Outcome outcome = run_into("> /dev/full", program, "events --json --socket s");
        EXPECT_EQ(outcome.code, 1);
        EXPECT_THAT(outcome.errors, HasSubstr(": standard output: "));
        std::filesystem::remove(directory_.path() / "s");
    }
}

}  // namespace
}  // namespace godwit

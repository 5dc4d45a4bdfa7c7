// What the subcommands about clients ask of the daemon, and what they say.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/runtime/fake_daemon.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto laptop =
    R"({"name":"laptop","home_address":"2001:db8:f::100","ipv4_home_address":null,)"
    R"("state":"enabled","configured":false,"public_key":"AQAA","policy":{"internet":true,)"
    R"("clients":false,"prefixes":["192.0.2.0/24"],"rate_limit_up":20000000,)"
    R"("rate_limit_down":null},"created":"2026-11-25T02:03:04Z",)"
    R"("joined":"2026-11-25T02:13:04Z","invite_expires":null})";
constexpr auto invite =
    R"({"name":"laptop","home_address":"2001:db8:f::100","invite":"godwit://h/laptop#AQ",)"
    R"("expires":"2026-11-25T03:03:04Z"})";

class ClientCommands : public testing::Test {
  protected:
    // What is asked when the daemon answers this.
    std::string ask(const std::string& arguments, const std::string& answer,
                    unsigned status = 200) {
        tests::FakeDaemon daemon(directory_.path() / "s", status, answer);
        run(arguments + " --socket s");
        const std::string asked = daemon.asked();
        std::filesystem::remove(directory_.path() / "s");
        return asked;
    }
    // What is said where the answer cannot be printed.
    std::string errors_unheard(const std::string& arguments, const std::string& answer,
                               unsigned status) {
        const tests::FakeDaemon daemon(directory_.path() / "s", status, answer);
        run(arguments + " --socket s", "/dev/full");
        std::filesystem::remove(directory_.path() / "s");
        return errors();
    }
    void run(const std::string& arguments, const std::string& output = "output") {
        const std::string command = "cd " + directory_.path().string() + " && " +
                                    GODWIT_HA_PROGRAM + " " + arguments + " > " + output +
                                    " 2> errors < /dev/null";
        code_ = WEXITSTATUS(std::system(command.c_str()));  // NOLINT: a test's own command line
    }
    [[nodiscard]] std::string output() const {
        return tests::read_file(directory_.path() / "output");
    }
    [[nodiscard]] std::string errors() const {
        return tests::read_file(directory_.path() / "errors");
    }

    tests::TemporaryDirectory directory_;
    int code_ = -1;
};

TEST_F(ClientCommands, InviteAClient) {
    EXPECT_EQ(ask("invite laptop --address 2001:db8:f::100 --expires 1h", invite, 201),
              R"(POST /v1/clients {"expires_s":3600,"name":"laptop",)"
              R"("home_address":"2001:db8:f::100"})");
    EXPECT_EQ(code_, 0) << errors();
    EXPECT_THAT(output(),
                AllOf(StartsWith("laptop gets 2001:db8:f::100"),
                      HasSubstr("sudo godwit join 'godwit://h/laptop#AQ'"), HasSubstr("\u2588")));
}

TEST_F(ClientCommands, SayOfEventsThatTheDaemonRefusesThatItFailed) {
    ask("events", R"({"error":{"code":"too-many-streams","message":"too many"}})", 503);
    EXPECT_EQ(code_, 1);
    EXPECT_EQ(errors(), "godwit-ha: too many\n");
}

TEST_F(ClientCommands, FailWhereNoSocketCanHaveTheName) {
    for (const char* command : {"list", "revoke laptop", "disable laptop", "backup copy"}) {
        run(std::string(command) + " --socket " + std::string(120, 's'));
        EXPECT_NE(code_, 0) << command;
        EXPECT_FALSE(errors().empty()) << command;
        EXPECT_FALSE(std::filesystem::exists(directory_.path() / "copy"));
    }
}

TEST_F(ClientCommands, InviteAClientAgain) {
    EXPECT_EQ(ask("invite laptop --again --expires 90s --json", invite, 201),
              R"(POST /v1/clients/laptop/invite {"expires_s":90})");
    EXPECT_THAT(output(), StartsWith("{\n  \"name\": \"laptop\""));
}

TEST_F(ClientCommands, WriteTheCodeIntoAFileOfItsOwnersOnly) {
    ask("invite laptop --png code.png", invite, 201);
    EXPECT_THAT(tests::read_file(directory_.path() / "code.png"), StartsWith("\x89PNG"));
    EXPECT_EQ(std::filesystem::status(directory_.path() / "code.png").permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(ClientCommands, InviteNobodyWhereTheFileForTheCodeIsThere) {
    directory_.write("code.png", "somebody's");
    run("invite laptop --png code.png --socket s");
    EXPECT_EQ(code_, 1) << "before the daemon is asked, which is not there";
    EXPECT_THAT(errors(), HasSubstr("code.png exists already"));
    EXPECT_EQ(tests::read_file(directory_.path() / "code.png"), "somebody's");
}

TEST_F(ClientCommands, TellTheInviteThoughTheCodeCannotBeWritten) {
    ask("invite laptop --png nowhere/code.png", invite, 201);
    EXPECT_EQ(code_, 1);
    EXPECT_THAT(output(), HasSubstr("sudo godwit join 'godwit://h/laptop#AQ'"));
    EXPECT_THAT(errors(), HasSubstr("nowhere/code.png"));
}

TEST_F(ClientCommands, SayHowToComeByWhatCouldNotBePrinted) {
    EXPECT_EQ(errors_unheard("invite laptop --json", invite, 201),
              "godwit-ha: standard output: No space left on device; the invite was made all the "
              "same; for another: godwit-ha invite laptop --again\n");
    EXPECT_EQ(code_, 1);
    EXPECT_THAT(errors_unheard("rotate-key", R"({"public_key":"AQAA"})", 200),
                HasSubstr("the key is another all the same; a new invite has its public half"));
    EXPECT_EQ(code_, 1);
}

TEST_F(ClientCommands, AskTheDaemonAboutANameThatIsNoText) {
    const std::string name = "\"$(printf 'a\\377')\"";
    EXPECT_EQ(ask("invite " + name, invite, 201),
              "POST /v1/clients {\"expires_s\":86400,\"name\":\"a\ufffd\"}");
    EXPECT_EQ(code_, 0) << errors();
    EXPECT_EQ(ask("rename laptop " + name, laptop),
              "PATCH /v1/clients/laptop {\"name\":\"a\ufffd\"}");
    EXPECT_EQ(code_, 0) << errors();
}

TEST_F(ClientCommands, AskForAnyTimeThatIsSaid) {
    const std::string to = "switch --to 2001:db8:99::1";
    const std::string asked = R"(POST /v1/switch {"to":["2001:db8:99::1"])";
    EXPECT_EQ(ask(to, R"({"asked":1})"), asked + "}");
    EXPECT_EQ(ask(to + " --grace 10m", R"({"asked":1})"), asked + R"(,"grace_s":600})");
    EXPECT_EQ(ask(to + " --grace 0s", R"({"asked":1})"), asked + R"(,"grace_s":0})")
        << "the daemon says that this is too little";
}

TEST_F(ClientCommands, SayThatAnEmptyFileIsNoBackup) {
    directory_.write("empty", "");
    run("restore empty --socket s");
    EXPECT_EQ(code_, 1);
    EXPECT_EQ(errors(), "godwit-ha: empty is empty: it is no backup\n");
}

TEST_F(ClientCommands, SayThatADirectoryIsNoFile) {
    run("restore . --socket s");
    EXPECT_EQ(code_, 1);
    EXPECT_THAT(errors(), HasSubstr("Is a directory"));
}

TEST_F(ClientCommands, ListClients) {
    EXPECT_EQ(ask("list", std::string(R"({"schema":1,"clients":[)") + laptop + "]}"),
              "GET /v1/clients");
    EXPECT_THAT(output(), AllOf(HasSubstr("laptop"), HasSubstr("enabled"),
                                HasSubstr("internet, 192.0.2.0/24")));
    ask("list", R"({"schema":1,"clients":[]})");
    EXPECT_EQ(output(), "no clients; godwit-ha invite NAME makes one\n");
}

TEST_F(ClientCommands, ShowAClient) {
    EXPECT_EQ(ask("show laptop", laptop), "GET /v1/clients/laptop");
    EXPECT_THAT(output(), AllOf(HasSubstr("public key"), HasSubstr("AQAA"),
                                HasSubstr("up 20M, down default")));
}

TEST_F(ClientCommands, ChangeAClient) {
    EXPECT_EQ(ask("rename laptop desk", laptop), R"(PATCH /v1/clients/laptop {"name":"desk"})");
    EXPECT_EQ(ask("disable laptop", laptop), R"(PATCH /v1/clients/laptop {"enabled":false})");
    EXPECT_EQ(ask("enable laptop", laptop), R"(PATCH /v1/clients/laptop {"enabled":true})");
    EXPECT_EQ(ask("kick laptop", laptop), "POST /v1/clients/laptop/kick");
    EXPECT_EQ(ask("revoke laptop", laptop), "POST /v1/clients/laptop/revoke");
    EXPECT_EQ(ask("remove laptop", ""), "DELETE /v1/clients/laptop");
    EXPECT_EQ(ask("policy laptop --internet no --allow 2001:db8:1::/48", laptop),
              R"(PATCH /v1/clients/laptop {"policy":{"internet":false,)"
              R"("prefixes":["2001:db8:1::/48"]}})");
    EXPECT_EQ(ask("policy laptop --allow none", laptop),
              R"(PATCH /v1/clients/laptop {"policy":{"prefixes":[]}})");
    EXPECT_EQ(code_, 0) << errors();
}

TEST_F(ClientCommands, SayHowFastAClientsPacketsMayGo) {
    EXPECT_EQ(ask("policy laptop --rate-limit 20M", laptop),
              R"(PATCH /v1/clients/laptop {"policy":{"rate_limit_up":20000000,)"
              R"("rate_limit_down":20000000}})");
    EXPECT_EQ(ask("policy laptop --rate-limit-up none --rate-limit-down default", laptop),
              R"(PATCH /v1/clients/laptop {"policy":{"rate_limit_up":0,"rate_limit_down":null}})");
    EXPECT_EQ(ask("policy laptop --rate-limit 1G --rate-limit-up 64k", laptop),
              R"(PATCH /v1/clients/laptop {"policy":{"rate_limit_up":64000,)"
              R"("rate_limit_down":1000000000}})");
    EXPECT_EQ(code_, 0) << errors();
}

TEST_F(ClientCommands, SayWhatMayBeBehindAClient) {
    EXPECT_EQ(ask("policy laptop --network-prefix 2001:db8:1::/64 --network-prefix 2001:db8:2::/64",
                  laptop),
              R"(PATCH /v1/clients/laptop {"policy":{"network_prefixes":)"
              R"(["2001:db8:1::/64","2001:db8:2::/64"]}})");
    EXPECT_EQ(ask("policy laptop --network-prefix none", laptop),
              R"(PATCH /v1/clients/laptop {"policy":{"network_prefixes":[]}})");
    EXPECT_EQ(code_, 0) << errors();
}

TEST_F(ClientCommands, NameClientsWhateverTheyAreCalled) {
    EXPECT_EQ(ask("show '../a b'", laptop), "GET /v1/clients/..%2Fa%20b");
}

TEST_F(ClientCommands, RotateTheKey) {
    EXPECT_EQ(ask("rotate-key --grace 90d", R"({"public_key":"AQAA"})"),
              R"(POST /v1/key/rotate {"grace_s":7776000})");
    EXPECT_EQ(output(), "AQAA\n");
}

TEST_F(ClientCommands, BackUpAndRestore) {
    const std::string octets("SQLite\0\xff\n", 9);
    EXPECT_EQ(ask("backup all.backup", octets), "GET /v1/backup");
    EXPECT_EQ(tests::read_file(directory_.path() / "all.backup"), octets);
    EXPECT_EQ(ask("restore all.backup", ""), "PUT /v1/backup " + octets);
    EXPECT_EQ(code_, 0) << errors();
    ask("backup all.backup", octets);
    EXPECT_EQ(code_, 1) << "it does not write over a file";
    EXPECT_THAT(errors(), HasSubstr("all.backup exists already"));
    std::filesystem::create_symlink("elsewhere", directory_.path() / "link.backup");
    ask("backup link.backup", octets);
    EXPECT_EQ(code_, 1) << "nor through a link";
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "elsewhere"));
    run("restore missing.backup --socket s");
    EXPECT_EQ(code_, 1);
    EXPECT_THAT(errors(), HasSubstr("missing.backup"));
}

TEST_F(ClientCommands, SayWhyTheDaemonRefuses) {
    ask("invite laptop", R"({"error":{"code":"name-taken","message":"there is one already"}})",
        409);
    EXPECT_EQ(code_, 1);
    EXPECT_EQ(errors(), "godwit-ha: there is one already\n");
    ask("list", "<html>", 404);
    EXPECT_EQ(code_, 1);
    EXPECT_THAT(errors(), HasSubstr("status 404"));
}

TEST_F(ClientCommands, SayThatNoDaemonAnswers) {
    run("list --socket nowhere");
    EXPECT_EQ(code_, 4);
    EXPECT_THAT(errors(), HasSubstr("no daemon answers at nowhere"));
}

TEST_F(ClientCommands, KnowTheirUsage) {
    for (const char* wrong : {"invite", "rename laptop", "policy laptop", "invite a --expires 5x",
                              "policy laptop --internet perhaps", "policy laptop --rate-limit 20",
                              "rotate-key --grace"}) {
        run(wrong);
        EXPECT_EQ(code_, 2) << wrong;
    }
}

}  // namespace
}  // namespace godwit

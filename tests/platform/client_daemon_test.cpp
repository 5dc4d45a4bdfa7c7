// The mobile node's daemon, as a process on a machine whose home agent does not answer.

#include <gmock/gmock.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "client/down_mark.hpp"
#include "client/lockdown.hpp"
#include "shared/runtime/api_client.hpp"
#include "shared/runtime/program.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using platform::run;
using runtime::Json;
using testing::HasSubstr;
using testing::Not;

class ClientDaemon : public platform::InNamespace {
  protected:
    ClientDaemon() : home_agent_key_(make_key("ha.key")) { (void)make_key("mn.key"); }
    ~ClientDaemon() override {
        if (process_ > 0) {
            ::kill(process_, SIGKILL);
            ::waitpid(process_, nullptr, 0);
        }
    }

    // Its public key.
    [[nodiscard]] std::string make_key(const std::string& name) const {
        return run(GODWIT_PROGRAM " keygen --output " + path(name).string()).substr(0, 44);
    }
    [[nodiscard]] std::filesystem::path path(const std::string& name) const {
        return directory_.path() / name;
    }
    void configure(const std::string& settings, const std::string& home_agent,
                   const std::string& key = "mn.key") const {
        directory_.write("mn.toml",
                         "home_address = '2001:db8:f::9'\nstate_directory = 'state'\n"
                         "private_key_file = '" +
                             key + "'\nstatus_socket = '" + path("s").string() + "'\n" + settings +
                             "[home_agent]\npublic_key = '" + home_agent_key_ + "'\n" + home_agent +
                             '\n');
    }
    void start() {
        std::string program = GODWIT_PROGRAM;
        std::string verb = "daemon";
        std::string option = "--config=" + path("mn.toml").string();
        std::array<char*, 4> arguments{program.data(), verb.data(), option.data(), nullptr};
        ASSERT_EQ(
            ::posix_spawn(&process_, program.c_str(), nullptr, nullptr, arguments.data(), environ),
            0);
        wait_until([](const Json&) { return true; });
    }
    // The exit status once it has been asked to end.
    int stop() {
        int status = 0;
        ::kill(process_, SIGTERM);
        ::waitpid(std::exchange(process_, 0), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    [[nodiscard]] Json status() const {
        return runtime::read_status(path("s")).value_or(Json::object());
    }
    void wait_until(const std::function<bool(const Json&)>& condition) const {
        for (int attempt = 0; attempt < 1000; ++attempt) {
            const Json now = status();
            if (!now.empty() && condition(now)) {
                return;
            }
            std::this_thread::sleep_for(20ms);
        }
        FAIL() << "the status stays " << status().dump();
    }
    [[nodiscard]] runtime::ApiAnswer order(const std::string& target) const {
        return runtime::call_api(path("s"), {.method = "POST", .target = target}).value();
    }
    [[nodiscard]] static std::string health(const Json& status) {
        return status.at("health").dump();
    }

    // Of the one before the key is away; the new one's interface is there already.
    void restart_where_both_configurations_fail() {
        configure("interface = 'own'\n", at_an_address);
        start();
        (void)make_key("other.key");
        configure("interface = 'lo'\n", at_an_address, "other.key");
        std::filesystem::rename(path("mn.key"), path("away.key"));
        EXPECT_EQ(runtime::error_code(order("/v1/restart")), "not-done");
    }

    // As after `kill -9`.
    void have_leftovers() const {
        run("ip -6 rule add to 2001:db8:77::/64 table 77 protocol 191;"
            "ip -6 route add unreachable 2001:db8:78::/64 proto 191;"
            "nft add table ip6 godwit; nft add table inet godwit_excluded;"
            "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding;"
            "echo 1 > /proc/sys/net/ipv4/conf/all/src_valid_mark");
        directory_.write("forwarding-journal", "net/ipv6/conf/all/forwarding=0\n");
        directory_.write("sysctl-journal", "net/ipv4/conf/all/src_valid_mark=0\n");
        directory_.write("resolver-order", "nameserver 2001:db8:f::53\n");
    }
    void expect_no_leftovers() const {
        EXPECT_THAT(run("ip -6 rule; ip -6 route"), Not(HasSubstr("2001:db8:7")));
        EXPECT_EQ(run("nft list ruleset"), "");
        EXPECT_EQ(run("cat /proc/sys/net/ipv6/conf/all/forwarding"), "0\n");
        EXPECT_EQ(run("cat /proc/sys/net/ipv4/conf/all/src_valid_mark"), "0\n");
        for (const char* file : {"forwarding-journal", "sysctl-journal", "resolver-order"}) {
            EXPECT_FALSE(exists(path(file))) << file;
        }
    }

    static constexpr auto at_an_address = "address = '2001:db8:f::1'";
    static constexpr auto somewhere = "discovery = true";
    const tests::TemporaryDirectory directory_;
    const std::string home_agent_key_;
    pid_t process_ = 0;
};

TEST_F(ClientDaemon, IsNotToldToBeDownWhileItLooksForAHomeAgent) {
    configure("", somewhere);
    start();
    EXPECT_EQ(status().at("state"), "unattached");
    EXPECT_THAT(health(status()), HasSubstr("looking for a home agent of 2001:db8:f::/64"));
    EXPECT_EQ(order("/v1/up").body, "{\"state\":\"unattached\"}\n");
    EXPECT_EQ(runtime::error_code(order("/v1/portal")), "not-up");
    EXPECT_EQ(order("/v1/down").body, "{\"state\":\"down\"}\n");
    EXPECT_EQ(status().at("state"), "down");
    EXPECT_EQ(runtime::error_code(order("/v1/portal")), "down");
    EXPECT_EQ(stop(), 0);
}

TEST_F(ClientDaemon, LooksOnForAHomeAgentAfterAnOrderThatChangesNothing) {
    configure("", somewhere);
    start();
    configure("lifetime = 1\n", somewhere);
    for (const char* verb : {"restart", "up"}) {
        EXPECT_EQ(runtime::error_code(order(std::string("/v1/") + verb)), "bad-configuration");
        EXPECT_THAT(health(status()), HasSubstr("looking for a home agent of ")) << verb;
    }
    if (exists(path("state"))) {
        std::filesystem::rename(path("state"), path("away"));
    }
    directory_.write("state", "no directory, so that nothing can be marked there");
    EXPECT_EQ(runtime::error_code(order("/v1/down")), "not-done");
    EXPECT_EQ(status().at("state"), "unattached");
    EXPECT_THAT(health(status()), HasSubstr("looking for a home agent of "));
    EXPECT_EQ(stop(), 0);
}

TEST_F(ClientDaemon, PutsBackWhatAKilledOneHasLeftThoughItIsToBeDown) {
    have_leftovers();
    DownMark(path("state")).set();
    configure("", at_an_address);
    start();
    EXPECT_EQ(status().at("state"), "down");
    expect_no_leftovers();
    EXPECT_EQ(stop(), 0);
}

TEST_F(ClientDaemon, PutsBackWhatAKilledOneHasLeftThoughItFindsNoHomeAgent) {
    have_leftovers();
    configure("", somewhere);
    start();
    EXPECT_EQ(status().at("state"), "unattached");
    expect_no_leftovers();
    EXPECT_EQ(stop(), 0);
}

TEST_F(ClientDaemon, LiftsTheLockdownAlsoBeforeAHomeAgentIsFound) {
    configure("lockdown = true\n", at_an_address);
    start();
    ASSERT_TRUE(Lockdown::is_in_force());
    ASSERT_TRUE(exists(path("state/lockdown.nft")));
    configure("", somewhere);
    EXPECT_EQ(order("/v1/restart").status, 200U);
    EXPECT_FALSE(Lockdown::is_in_force());
    EXPECT_FALSE(exists(path("state/lockdown.nft")));
    EXPECT_EQ(stop(), 0);
}

TEST_F(ClientDaemon, ComesBackByItselfWhereWhatIsNewAndWhatWasBothFail) {
    restart_where_both_configurations_fail();
    EXPECT_EQ(status().at("state"), "unattached");
    EXPECT_THAT(health(status()), HasSubstr("not up, though it shall be"));
    std::filesystem::rename(path("away.key"), path("mn.key"));
    wait_until([](const Json& now) { return health(now).find("not up") == std::string::npos; });
    EXPECT_THAT(run("ip -br link"), HasSubstr("own"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(ClientDaemon, StaysDownWhereBothHaveFailedAndItIsToldTo) {
    restart_where_both_configurations_fail();
    EXPECT_EQ(order("/v1/down").status, 200U);
    EXPECT_THAT(health(status()), Not(HasSubstr("not up")));
    EXPECT_TRUE(DownMark(path("state")).is_set());
    EXPECT_EQ(stop(), 0);
}

}  // namespace
}  // namespace godwit::client

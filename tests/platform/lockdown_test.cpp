#include "client/lockdown.hpp"

#include <gmock/gmock.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <csignal>
#include <functional>
#include <string>

#include "client/program_exclusion.hpp"
#include "shared/platform/alarm.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/platform/run_until.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

using client::Lockdown;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string ruleset() {
    return run("nft list ruleset");
}

// A machine on a link, with neighbours that answer to nothing.
class LockdownTest : public InNamespace {
  protected:
    LockdownTest() {
        run("ip link set outside up; ip addr add 192.0.2.7/24 dev outside;"
            "ip -6 addr add 2001:db8:a::7/64 dev outside nodad;"
            "ip route add default via 192.0.2.1; ip -6 route add default via 2001:db8:a::1");
        configuration_.home_address = {address("2001:db8:f::9")};
        configuration_.home_agent.address = {address("2001:db8:f::1")};
        configuration_.home_agent.endpoints = {"203.0.113.2"};
        configuration_.state_directory = directory_.path();
        configuration_.lockdown = true;
    }

    // Whether the kernel lets a program send there.
    static bool lets_out(const std::string& to) {
        return run("python3 -c 'import socket, sys\n"
                   "s = socket.socket(socket.AF_INET6 if \":\" in sys.argv[1] else socket.AF_INET, "
                   "socket.SOCK_DGRAM)\n"
                   "try: s.sendto(b\"x\", (sys.argv[1], 9)); print(\"out\")\n"
                   "except PermissionError: print(\"held\")' " +
                   to) == "out\n";
    }
    static bool lets_anything_out() {
        return lets_out("198.51.100.1") || lets_out("2001:db8:c::1") || lets_out("192.0.2.55");
    }
    [[nodiscard]] bool is_kept() const { return exists(directory_.path() / "lockdown.nft"); }
    // Each time that it is written it is another file.
    [[nodiscard]] ino_t kept_file() const {
        struct stat status{};
        EXPECT_EQ(::stat((directory_.path() / "lockdown.nft").c_str(), &status), 0);
        return status.st_ino;
    }
    // Who is root in a user namespace alone may not: the kernel takes no such batch of rules.
    static bool may_change_many_rules() {
        const FileDescriptor socket(
            ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
        const int octets = 1 << 20;
        return ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDBUFFORCE, &octets, sizeof octets) ==
               0;
    }

    const tests::TemporaryDirectory directory_;
    const TunDevice outside_{"outside", TunDevice::Offloading::off};
    client::Configuration configuration_;
    const runtime::Log log_{runtime::LogLevel::error};
};

TEST_F(LockdownTest, LetsNothingOutOnceItIsEntered) {
    ASSERT_TRUE(lets_out("198.51.100.1"));
    ASSERT_TRUE(lets_out("2001:db8:c::1"));
    Lockdown lockdown(directory_.path(), log_);
    lockdown.enter(configuration_);
    EXPECT_FALSE(lets_anything_out());
    EXPECT_TRUE(lets_out("127.0.0.1"));
    EXPECT_THAT(lockdown.complaints(), IsEmpty());
}

TEST_F(LockdownTest, OutlivesItsObject) {
    Lockdown(directory_.path(), log_).enter(configuration_);
    EXPECT_FALSE(lets_anything_out());
}

TEST_F(LockdownTest, IsLiftedWithoutATrace) {
    const std::string before = ruleset();
    Lockdown lockdown(directory_.path(), log_);
    lockdown.enter(configuration_);
    lockdown.lift();
    EXPECT_EQ(ruleset(), before);
    EXPECT_FALSE(is_kept());
    lockdown.lift();
    EXPECT_EQ(ruleset(), before);
}

TEST_F(LockdownTest, IsNotSaidToBeLiftedByWhoMayNotLookForIt) {
    Lockdown(directory_.path(), log_).enter(configuration_);
    const std::string said =
        run("setpriv --bounding-set=-net_admin --inh-caps=-net_admin " GODWIT_PROGRAM
            " lockdown --lift --socket /nowhere --state " +
            directory_.path().string() + " 2>&1 || echo refused");
    EXPECT_THAT(said, HasSubstr("CAP_NET_ADMIN"));
    EXPECT_THAT(said, HasSubstr("refused"));
    EXPECT_TRUE(is_kept()) << "all is as before";
}

TEST_F(LockdownTest, IsLiftedByAConfigurationWithoutIt) {
    Lockdown(directory_.path(), log_).enter(configuration_);
    configuration_.lockdown = false;
    Lockdown(directory_.path(), log_).enter(configuration_);
    EXPECT_TRUE(lets_out("198.51.100.1"));
    EXPECT_FALSE(is_kept());
}

TEST_F(LockdownTest, IsLoadedFromTheDiskAsItWas) {
    Lockdown(directory_.path(), log_).enter(configuration_);
    const std::string before = ruleset();
    run("nft flush ruleset");
    client::load_lockdown(directory_.path());
    EXPECT_EQ(ruleset(), before);
    client::lift_lockdown(directory_.path());
    EXPECT_EQ(ruleset(), "");
    EXPECT_THROW(client::load_lockdown(directory_.path()), std::system_error);
}

TEST_F(LockdownTest, ComesBackAtBootWithAThousandExcludedPrefixes) {
    if (!may_change_many_rules()) {
        GTEST_SKIP() << "no root outside this user namespace";
    }
    for (unsigned number = 0; number < 1000; ++number) {
        const std::string last = std::to_string(number);
        configuration_.exclude.push_back(
            wire::Prefix::parse("2001:db8:1:ffff:ffff:ffff:ffff:" + last + "/128").value());
    }
    Lockdown lockdown(directory_.path(), log_);
    lockdown.enter(configuration_);
    ASSERT_THAT(lockdown.complaints(), IsEmpty());
    const ino_t kept = kept_file();
    run("nft flush ruleset");
    client::load_lockdown(directory_.path());
    EXPECT_FALSE(lets_anything_out());
    lockdown.enter(configuration_);
    EXPECT_EQ(kept_file(), kept) << "what is there already is not written again";
}

TEST_F(LockdownTest, IsNotLoadedFromTheBeginningOfAFile) {
    Lockdown(directory_.path(), log_).enter(configuration_);
    run("nft flush ruleset");
    directory_.write("lockdown.nft", tests::read_file(directory_.path() / "lockdown.nft") +
                                         std::string(5U << 20U, '\n'));
    EXPECT_THROW(client::load_lockdown(directory_.path()), std::system_error);
    EXPECT_EQ(ruleset(), "");
}

TEST_F(LockdownTest, FollowsWhatIsFoundOut) {
    Lockdown lockdown(directory_.path(), log_);
    lockdown.enter(configuration_);
    EXPECT_THAT(ruleset(), HasSubstr("ip daddr 203.0.113.2"));
    lockdown.follow(
        {.endpoints = {address("2001:db8:e::2")}, .ipv4_home = wire::Ipv4Address{{10, 64, 0, 9}}},
        std::nullopt);
    EXPECT_THAT(ruleset(), Not(HasSubstr("203.0.113.2")));
    EXPECT_THAT(ruleset(), HasSubstr("2001:db8:e::2"));
    EXPECT_THAT(ruleset(), HasSubstr("ip saddr 10.64.0.9 drop"));
    EXPECT_FALSE(lets_anything_out());
}

TEST_F(LockdownTest, LetsOutWhatIsExcluded) {
    configuration_.exclude = {wire::Prefix::parse_ipv4("192.0.2.0/24").value()};
    Lockdown lockdown(directory_.path(), log_);
    lockdown.enter(configuration_);
    EXPECT_TRUE(lets_out("192.0.2.55"));
    EXPECT_FALSE(lets_out("198.51.100.1"));
    EXPECT_FALSE(lets_out("2001:db8:c::1"));
}

TEST_F(LockdownTest, HoldsOnlyItsRoutesInASplitTunnel) {
    configuration_.routes = {wire::Prefix::parse("2001:db8:c::/64").value()};
    Lockdown lockdown(directory_.path(), log_);
    lockdown.enter(configuration_);
    EXPECT_FALSE(lets_out("2001:db8:c::1"));
    EXPECT_TRUE(lets_out("2001:db8:d::1"));
    EXPECT_TRUE(lets_out("198.51.100.1"));
}

TEST_F(LockdownTest, IsOpenOnTheHomeLinkAsLongAsTheNodeIsThere) {
    Lockdown lockdown(directory_.path(), log_);
    lockdown.enter(configuration_);
    lockdown.follow({}, outside_.interface());
    EXPECT_TRUE(lets_out("198.51.100.1"));
    EXPECT_TRUE(lets_out("2001:db8:c::1"));
    lockdown.follow({}, std::nullopt);
    EXPECT_FALSE(lets_anything_out());
}

TEST_F(LockdownTest, ClosesWhenTheDaemonIsKilledOnTheHomeLink) {
    const auto killed = [this] {
        Lockdown lockdown(directory_.path(), log_);
        lockdown.enter(configuration_);
        lockdown.follow({}, outside_.interface());
        std::raise(lets_out("198.51.100.1") ? SIGKILL : SIGABRT);
    };
    EXPECT_EXIT(killed(), testing::KilledBySignal(SIGKILL), "");
    EXPECT_THAT(ruleset(), HasSubstr("table inet godwit_lockdown"));
    EXPECT_FALSE(lets_anything_out());
}

// While somebody else changes nftables, until it is as before.
class RepairOfLockdown : public LockdownTest {
  protected:
    RepairOfLockdown() {
        lockdown_.enter(configuration_);
        lockdown_.watch(loop_);
        loop_.on_deadline([this] { return lockdown_.next_deadline(); },
                          [this] { lockdown_.on_deadline(); });
    }

    void run_until(const std::function<bool()>& condition) { tests::run_until(loop_, condition); }

    void expect_repair_after(const std::string& meddling) {
        const std::string wanted = ruleset();
        run(meddling);
        ASSERT_NE(ruleset(), wanted) << meddling << ": has changed nothing";
        run_until([&] { return ruleset() == wanted; });
        EXPECT_EQ(ruleset(), wanted) << meddling;
        EXPECT_FALSE(lets_anything_out());
    }

    runtime::EventLoop loop_;
    Lockdown lockdown_{directory_.path(), log_};
};

TEST_F(RepairOfLockdown, PutsBackTheTable) {
    expect_repair_after("nft flush ruleset");
}

TEST_F(RepairOfLockdown, PutsBackWhatTheNextBootBeginsWith) {
    const std::string kept = tests::read_file(directory_.path() / "lockdown.nft");
    expect_repair_after("rm " + (directory_.path() / "lockdown.nft").string() +
                        "; nft delete table inet godwit_lockdown");
    EXPECT_EQ(tests::read_file(directory_.path() / "lockdown.nft"), kept);
}

TEST_F(RepairOfLockdown, PutsBackRules) {
    expect_repair_after("nft flush chain inet godwit_lockdown leaving");
}

TEST_F(RepairOfLockdown, TakesAwayWhatOthersHaveOpened) {
    expect_repair_after("nft insert rule inet godwit_lockdown leaving accept");
}

// Another owner's table of that name is one that nobody else may change.
TEST_F(RepairOfLockdown, TriesAgainWhatHasFailedAndComplainsNoLonger) {
    const std::string wanted = ruleset();
    run("nft delete table inet godwit_lockdown");
    {
        NftablesTable others("inet godwit_lockdown", NftablesTable::End::with_process);
        others.replace("");
        run_until([this] { return !lockdown_.complaints().empty(); });
        EXPECT_THAT(lockdown_.complaints(), testing::ElementsAre(HasSubstr("not up to date")));
        EXPECT_TRUE(lockdown_.next_deadline());
    }
    run_until([&] { return ruleset() == wanted && lockdown_.complaints().empty(); });
    EXPECT_EQ(ruleset(), wanted);
    EXPECT_THAT(lockdown_.complaints(), IsEmpty());
}

TEST_F(LockdownTest, BeginsThoughItCannotBeKept) {
    configuration_.state_directory = "/proc/nowhere";
    Lockdown lockdown(configuration_.state_directory, log_);
    lockdown.enter(configuration_);
    EXPECT_FALSE(lets_anything_out());
    EXPECT_THAT(lockdown.complaints(), testing::ElementsAre(HasSubstr("the next boot begins")));
}

TEST_F(LockdownTest, TakesExcludedProgramsThatAreNotThere) {
    runtime::EventLoop loop;
    const client::ProgramExclusion exclusion({"nowhere.slice"}, "tunnel",
                                             directory_.path() / "journal", loop, log_);
    EXPECT_THAT(exclusion.complaints(),
                testing::ElementsAre(HasSubstr("there is no cgroup nowhere.slice")));
    EXPECT_EQ(ruleset(), "");
}

TEST_F(LockdownTest, HasTheMarksOfAnswersCountWhileProgramsAreExcluded) {
    const std::string look = "cat /proc/sys/net/ipv4/conf/all/src_valid_mark";
    runtime::EventLoop loop;
    {
        const client::ProgramExclusion exclusion({"nowhere.slice"}, "tunnel",
                                                 directory_.path() / "journal", loop, log_);
        EXPECT_EQ(run(look), "1\n");
    }
    EXPECT_EQ(run(look), "0\n");
    EXPECT_FALSE(exists(directory_.path() / "journal"));
}

TEST_F(LockdownTest, PutsBackWhatAKilledDaemonHasLeft) {
    run("echo net/ipv4/conf/all/src_valid_mark=0 > " + (directory_.path() / "journal").string() +
        "; echo 1 > /proc/sys/net/ipv4/conf/all/src_valid_mark");
    runtime::EventLoop loop;
    const client::ProgramExclusion none({}, "tunnel", directory_.path() / "journal", loop, log_);
    EXPECT_EQ(run("cat /proc/sys/net/ipv4/conf/all/src_valid_mark"), "0\n");
}

}  // namespace
}  // namespace godwit::platform

#include "shared/platform/forwarding.hpp"

#include <net/if.h>

#include <filesystem>
#include <fstream>

#include "client/network_forwarding.hpp"
#include "tests/platform/advertising_router.hpp"

namespace godwit::platform {
namespace {

bool has_default_route(const NetworkSnapshot& network) {
    return has_route(network, "::/0");
}

std::string every_interface() {
    return run("cd /proc/sys/net/ipv6/conf; grep . */forwarding */accept_ra");
}

std::string every_ipv4_interface() {
    return run(
        "cd /proc/sys/net/ipv4; grep . ip_forward conf/*/forwarding conf/*/accept_redirects");
}

class Forwarding : public OnALink {
  protected:
    Forwarding() : router_(far_, near_, "far") {}
    ~Forwarding() override { std::filesystem::remove(journal_); }

    // With a default route by router advertisement, as a machine on an office network has it.
    NetworkSnapshot with_advertised_route() {
        router_.advertise(AdvertisingRouter::advertisement());
        EXPECT_TRUE(comes_true(monitor_, has_default_route));
        return monitor_.snapshot();
    }

    const std::filesystem::path journal_ =
        std::filesystem::temp_directory_path() / ("forwarding_test." + std::to_string(::getpid()));
    const AdvertisingRouter router_;
    NetworkMonitor monitor_;
};

TEST_F(Forwarding, MakesThisMachineARouter) {
    SysctlOverrides overrides(journal_);
    forward_ipv6(overrides, monitor_.snapshot());
    EXPECT_EQ(read_sysctl("net/ipv6/conf/near/forwarding"), "1");
}

TEST_F(Forwarding, KeepsTheDefaultRouteThatARouterAdvertised) {
    SysctlOverrides overrides(journal_);
    forward_ipv6(overrides, with_advertised_route());
    EXPECT_TRUE(has_default_route(monitor_.snapshot()));
}

TEST_F(Forwarding, GoesOnListeningToRouters) {
    SysctlOverrides overrides(journal_);
    forward_ipv6(overrides, with_advertised_route());
    run("ip -6 route flush proto ra");
    ASSERT_FALSE(has_default_route(monitor_.snapshot()));
    router_.advertise(AdvertisingRouter::advertisement());
    EXPECT_TRUE(comes_true(monitor_, has_default_route));
}

TEST_F(Forwarding, DoesNotStartListeningWhereNoRouterAdvertises) {
    SysctlOverrides overrides(journal_);
    forward_ipv6(overrides, monitor_.snapshot());
    EXPECT_EQ(read_sysctl("net/ipv6/conf/near/accept_ra"), "1");
}

TEST_F(Forwarding, LeavesEveryInterfaceAsItWas) {
    run("ip link add name other type veth; echo 1 > /proc/sys/net/ipv6/conf/other/forwarding");
    const NetworkSnapshot network = with_advertised_route();
    const std::string before = every_interface();
    {
        SysctlOverrides overrides(journal_);
        forward_ipv6(overrides, network);
        EXPECT_NE(every_interface(), before);
    }
    EXPECT_EQ(every_interface(), before);
    EXPECT_TRUE(has_default_route(monitor_.snapshot()));
}

TEST_F(Forwarding, LeavesARouterARouter) {
    run("echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
    {
        SysctlOverrides overrides(journal_);
        forward_ipv6(overrides, monitor_.snapshot());
    }
    EXPECT_EQ(read_sysctl("net/ipv6/conf/all/forwarding"), "1");
}

TEST_F(Forwarding, MakesThisMachineARouterOfIpv4) {
    SysctlOverrides overrides(journal_);
    forward_ipv4(overrides);
    EXPECT_EQ(read_sysctl("net/ipv4/ip_forward"), "1");
    EXPECT_EQ(read_sysctl("net/ipv4/conf/near/forwarding"), "1");
    EXPECT_EQ(read_sysctl("net/ipv6/conf/near/forwarding"), "0");
}

TEST_F(Forwarding, LeavesEveryInterfaceAsItWasInIpv4) {
    run("echo 0 > /proc/sys/net/ipv4/conf/all/accept_redirects;"
        "echo 0 > /proc/sys/net/ipv4/ip_forward;"
        "echo 1 > /proc/sys/net/ipv4/conf/near/forwarding;"
        "echo 0 > /proc/sys/net/ipv4/conf/all/accept_redirects");
    const std::string before = every_ipv4_interface();
    {
        SysctlOverrides overrides(journal_);
        forward_ipv4(overrides);
        EXPECT_NE(every_ipv4_interface(), before);
    }
    EXPECT_EQ(every_ipv4_interface(), before);
}

TEST_F(Forwarding, LeavesAnIpv4RouterARouter) {
    run("echo 1 > /proc/sys/net/ipv4/ip_forward");
    {
        SysctlOverrides overrides(journal_);
        forward_ipv4(overrides);
    }
    EXPECT_EQ(read_sysctl("net/ipv4/ip_forward"), "1");
}

TEST_F(Forwarding, OnTheMoveListensOnWhateverInterfaceThereComesToBe) {  // RFC 3963 §5.6
    const std::string before = every_interface();
    {
        SysctlOverrides overrides(journal_);
        forward_ipv6_on_the_move(overrides, monitor_.snapshot());
        EXPECT_TRUE(forwards_ipv6());
        EXPECT_EQ(read_sysctl("net/ipv6/conf/near/accept_ra"), "2");
        run("ip link add later type veth");
        EXPECT_EQ(read_sysctl("net/ipv6/conf/later/accept_ra"), "2");
        run("ip link del later");
    }
    EXPECT_FALSE(forwards_ipv6());
    EXPECT_EQ(every_interface(), before);
}

TEST_F(Forwarding, OnTheMoveIsNoRouterOnTheLinkThatIsVisited) {  // RFC 3963 §5.7
    const std::string before = every_interface();
    const auto index_of = [](const char* name) {
        return mobility::InterfaceIndex{::if_nametoindex(name)};
    };
    const auto groups_of = [](const std::string& name) {
        return run("grep ' " + name + " ' /proc/net/igmp6");
    };
    const std::string all_routers = "ff020000000000000000000000000002";
    {
        SysctlOverrides overrides(journal_);
        forward_ipv6_on_the_move(overrides, monitor_.snapshot());
        EXPECT_TRUE(groups_of("near").contains(all_routers));
        be_host_on(overrides, index_of("near"));
        EXPECT_FALSE(groups_of("near").contains(all_routers));
        EXPECT_TRUE(forwards_ipv6());
        run("ip link add later type veth");
        be_host_on(overrides, index_of("later"));
        EXPECT_EQ(read_sysctl("net/ipv6/conf/later/forwarding"), "0");
        be_host_on(overrides, {});
    }
    EXPECT_EQ(read_sysctl("net/ipv6/conf/later/forwarding"), "0");
    run("ip link del later");
    EXPECT_EQ(every_interface(), before);
}

TEST_F(Forwarding, OnTheMoveIsNoRouterOnAVisitedLinkAfterAKilledRunEither) {  // RFC 3963 §5.7
    std::ofstream(journal_) << "net/ipv6/conf/all/forwarding=0\n";
    run("echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
    const runtime::Log log(runtime::LogLevel::error);
    client::NetworkForwarding forwarding(
        {.has_network = true, .is_wanted = true, .sysctl_journal = journal_}, monitor_.snapshot(),
        log);
    mobility::Attachments attachments;
    attachments.candidates.emplace_back().interface = interface_called("near");
    forwarding.on_attachments(attachments);
    EXPECT_EQ(read_sysctl("net/ipv6/conf/near/forwarding"), "0");
    EXPECT_TRUE(forwards_ipv6());
}

TEST_F(Forwarding, OnTheMoveDoesNotListenWhereNobodyDoes) {
    run("echo 0 > /proc/sys/net/ipv6/conf/near/accept_ra");
    SysctlOverrides overrides(journal_);
    forward_ipv6_on_the_move(overrides, monitor_.snapshot());
    EXPECT_EQ(read_sysctl("net/ipv6/conf/near/accept_ra"), "0");
}

}  // namespace
}  // namespace godwit::platform

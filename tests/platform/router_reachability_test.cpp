#include "shared/platform/router_reachability.hpp"

#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

class RouterReachability : public OnALink {
  protected:
    RouterReachability() {
        run("ip -6 route add default via fe80::a dev near metric 1024 proto ra;"
            "ip -6 route append default via fe80::b dev near metric 1024 proto ra");
    }

    static bool uses(const std::string& router) {
        return run("ip -6 route get 2001:db8:5::1").find("via " + router + " ") !=
               std::string::npos;
    }
    static bool uses_a_router() { return uses("fe80::a") || uses("fe80::b"); }

    const mobility::InterfaceIndex near_link_ = interface_called("near");
    const wire::LinkLayerAddress link_layer_{2, 0, 0, 0, 0, 0xa};
    NetlinkSocket netlink_;
};

TEST_F(RouterReachability, MakesTheKernelTakeTheOtherRouter) {
    EXPECT_FALSE(report_unreachable(netlink_, near_link_, address("fe80::a")));
    EXPECT_TRUE(uses("fe80::b"));
    EXPECT_FALSE(report_reachable(netlink_, near_link_, address("fe80::a"), link_layer_));
    EXPECT_FALSE(report_unreachable(netlink_, near_link_, address("fe80::b")));
    EXPECT_TRUE(uses("fe80::a"));
}

TEST_F(RouterReachability, MakesTheKernelForgetWhatItBelieved) {
    run("ip neigh add fe80::a lladdr 02:00:00:00:00:0a nud reachable dev near router");
    EXPECT_FALSE(report_unreachable(netlink_, near_link_, address("fe80::a")));
    EXPECT_NE(run("ip neigh show fe80::a dev near").find("FAILED"), std::string::npos);
    EXPECT_TRUE(uses("fe80::b"));
}

TEST_F(RouterReachability, LeavesTheOnlyRouterInUse) {
    run("ip -6 route del default via fe80::b");
    EXPECT_FALSE(report_unreachable(netlink_, near_link_, address("fe80::a")));
    EXPECT_TRUE(uses("fe80::a"));
}

TEST_F(RouterReachability, LeadsToARouterWhatIsNotOnTheLink) {
    const auto prefix = wire::Prefix::parse("2001:db8:5::/64").value();
    for (const std::string protocol : {"kernel", "ra"}) {
        run("ip -6 route add 2001:db8:5::/64 dev near metric 256 proto " + protocol);
        EXPECT_FALSE(uses_a_router());
        EXPECT_FALSE(report_off_link(netlink_, near_link_, prefix));
        EXPECT_TRUE(uses_a_router());
    }
    EXPECT_EQ(report_off_link(netlink_, near_link_, prefix), std::errc::no_such_process);
}

TEST_F(RouterReachability, LeavesOtherRoutesAlone) {
    run("ip -6 route add 2001:db8:5::/64 dev near proto static");
    EXPECT_TRUE(
        report_off_link(netlink_, near_link_, wire::Prefix::parse("2001:db8:5::/64").value()));
    EXPECT_FALSE(uses_a_router());
}

TEST_F(RouterReachability, FindsASilentNeighborOfEitherFamilyThatIsBack) {
    far_.enter();
    run("ip addr add 192.0.2.2/24 dev far");
    near_.enter();
    // The kernel asks of itself from its link-local address only.
    run("ip addr add 192.0.2.1/24 dev near; ip addr add fe80::7/64 dev near nodad");
    NetworkMonitor monitor;
    for (const wire::Ipv6Address& neighbor : {far_address_, address("::ffff:192.0.2.2")}) {
        const auto ipv4 = neighbor.mapped_ipv4();
        const std::string text = ipv4 ? ipv4->text() : neighbor.text();
        run("ip neigh replace " + text + " dev near nud failed");
        ASSERT_TRUE(comes_true(monitor, [&](const NetworkSnapshot& network) {
            return network.unreachable == std::vector{UnreachableNeighbour{near_link_, neighbor}};
        }));
        EXPECT_FALSE(ask_again(netlink_, near_link_, neighbor));
        EXPECT_TRUE(comes_true(
            monitor, [](const NetworkSnapshot& network) { return network.unreachable.empty(); }));
    }
}

TEST_F(RouterReachability, AsksOnlyNeighborsThatTheKernelKnows) {
    EXPECT_EQ(ask_again(netlink_, near_link_, address("2001:db8::77")),
              std::errc::no_such_file_or_directory);
}

TEST_F(RouterReachability, NeedsAnInterface) {
    EXPECT_TRUE(report_unreachable(netlink_, {4711}, address("fe80::a")));
    EXPECT_TRUE(ask_again(netlink_, {4711}, address("fe80::a")));
}

}  // namespace
}  // namespace godwit::platform

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

TEST_F(RouterReachability, NeedsAnInterface) {
    EXPECT_TRUE(report_unreachable(netlink_, {4711}, address("fe80::a")));
}

}  // namespace
}  // namespace godwit::platform

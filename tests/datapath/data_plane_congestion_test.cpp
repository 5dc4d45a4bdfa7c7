// RFC 6040 through both workers and the kernel: what the application at one end says of ECN, and
// what a router in between makes of it, comes out at the other.

#include <gtest/gtest.h>

#include <string>

#include "tests/datapath/data_plane_fixture.hpp"

namespace godwit::runtime {
namespace {

using test::correspondent;
using test::home;

constexpr std::uint8_t not_ect = 0;
constexpr std::uint8_t ect_1 = 1;
constexpr std::uint8_t ect_0 = 2;
constexpr std::uint8_t ce = 3;
constexpr std::uint8_t expedited = 0xb8;  // DSCP 46

class DataPlaneCongestion : public DataPlaneTest {
  protected:
    // From now on the far end's link marks what comes as ECT(0), and so only what says so outside.
    void mark() {
        far_.enter();
        platform::run(
            "nft 'add table inet router; add chain inet router arriving { type filter hook "
            "prerouting priority raw; };"
            "add rule inet router arriving iifname far ip6 ecn ect0 ip6 ecn set ce;"
            "add rule inet router arriving iifname far ip ecn ect0 ip ecn set ce'");
    }
    void register_over_udp() {
        const auto path = [](const wire::Ipv6Address& local, const wire::Ipv6Address& remote) {
            return mobility::Path{.encapsulation = mobility::Encapsulation::udp,
                                  .local = local,
                                  .remote = remote,
                                  .local_port = mobility::dsmip_port,
                                  .remote_port = mobility::dsmip_port};
        };
        register_sealed_along(test::mobile_node_keys(), path(node_ipv4, agent_ipv4),
                              path(agent_ipv4, node_ipv4));
    }
    // How what goes up with this traffic class arrives.
    std::optional<std::uint8_t> arrival_of(std::uint8_t traffic_class,
                                           const std::string& text = "up") {
        application_.set_traffic_class(traffic_class);
        application_.send(correspondent, text);
        return correspondent_.receive_traffic_class();
    }
    void expect_marks() {
        for (const std::uint8_t untouched : {not_ect, ect_1, ect_0, ce}) {
            EXPECT_EQ(arrival_of(untouched), untouched);
        }
        mark();
        EXPECT_EQ(arrival_of(expedited | ect_0), expedited | ce);
        EXPECT_EQ(arrival_of(expedited | ect_1), expedited | ect_1) << "it was ECT(1) outside, too";
        EXPECT_EQ(arrival_of(expedited | not_ect), expedited | not_ect);
    }
};

TEST_F(DataPlaneCongestion, IsToldThroughASealedTunnel) {
    register_sealed(test::mobile_node_keys());
    expect_marks();
}

TEST_F(DataPlaneCongestion, IsToldThroughAPlainTunnel) {
    register_plain();
    expect_marks();
}

TEST_F(DataPlaneCongestion, IsToldThroughUdpOverIpv4) {
    register_over_udp();
    expect_marks();
}

TEST_F(DataPlaneCongestion, IsToldDownwardsToo) {
    register_sealed(test::mobile_node_keys());
    for (const std::uint8_t traffic_class : {ect_0, ce}) {
        correspondent_.set_traffic_class(traffic_class);
        correspondent_.send(home.address, "down");
        EXPECT_EQ(application_.receive_traffic_class(), traffic_class);
    }
}

TEST_F(DataPlaneCongestion, IsToldOfWhatGoesInFragments) {  // RFC 3168 §5.3
    register_sealed(test::mobile_node_keys());
    node().fit(home, mobility::TunnelMtu::of(900));
    mark();
    EXPECT_EQ(arrival_of(ect_0, std::string(1100, 'x')), ce);
}

TEST_F(DataPlaneCongestion, CountsWhatIsDroppedForAMarkThatItsSenderWouldNotUnderstand) {
    register_sealed(test::mobile_node_keys());
    far_.enter();
    platform::run(
        "nft 'add table inet router; add chain inet router arriving { type filter hook prerouting "
        "priority raw; }; add rule inet router arriving iifname far ip6 ecn set ce'");
    application_.send(correspondent, "lost");
    expect_to_become(1U, [this] { return agent().drops(datapath::DropReason::congestion); });
    EXPECT_EQ(arrival_of(ect_0), ce);
}

}  // namespace
}  // namespace godwit::runtime

#include "client/traffic_steering.hpp"

#include <gmock/gmock.h>

#include "tests/platform/ipv4_datagram.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

using client::Steering;
using testing::HasSubstr;

constexpr wire::Ipv4Address ipv4_home{{10, 64, 0, 9}};

// A machine with a default route of IPv4 by `outside`, and a tunnel.
class SteeringOfIpv4 : public InNamespace {
  protected:
    SteeringOfIpv4() {
        run("ip addr add 192.0.2.7/24 dev outside; ip link set outside up; ip link set tunnel up;"
            "ip route add default via 192.0.2.1; ip route add 203.0.113.0/24 via 192.0.2.2");
    }

    [[nodiscard]] client::TrafficSteering steering(
        const char* routes, std::optional<std::uint16_t> udp_port = std::nullopt) const {
        return {{.home = {address("2001:db8:f::9")},
                 .tunnel = tunnel_.interface(),
                 .routes = {wire::Prefix::parse_ipv4(routes).value()},
                 .udp_port = udp_port},
                log_};
    }

    // How many datagrams the reverse path filter has dropped.
    static std::string filtered() {
        return run("nstat -az TcpExtIPReversePathFilter | tail -1 | awk '{ print $2 }'");
    }

    // An outer packet from a home agent at 198.51.100.1.
    void receive_outer_packet() const {
        ASSERT_TRUE(
            outside_.write(ipv4_datagram({{198, 51, 100, 1}}, {{192, 0, 2, 7}}, 4191, 4191)));
    }

    static std::string way(const std::string& to) { return run("ip -4 route get " + to); }

    const TunDevice outside_{"outside"};
    const TunDevice tunnel_{"tunnel"};
    const runtime::Log log_{runtime::LogLevel::error};
};

TEST_F(SteeringOfIpv4, TakesEverythingButWhatIsNearOrOurOwn) {
    client::TrafficSteering full = steering("0.0.0.0/0");
    full.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
    EXPECT_THAT(way("198.51.100.1"), HasSubstr("dev tunnel table 4192 src 10.64.0.9"));
    EXPECT_THAT(way("198.51.100.1 mark 0x4191"), HasSubstr("via 192.0.2.1 dev outside"));
    EXPECT_THAT(way("192.0.2.55"), HasSubstr("dev outside src 192.0.2.7"));
    EXPECT_THAT(way("203.0.113.1"), HasSubstr("via 192.0.2.2 dev outside"));
    EXPECT_THAT(way("203.0.113.1 from 10.64.0.9"), HasSubstr("dev tunnel table 4191"));
}

TEST_F(SteeringOfIpv4, TakesTheListedPrefixesOnly) {
    client::TrafficSteering split = steering("10.0.0.0/8");
    split.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
    EXPECT_THAT(way("10.1.2.3"), HasSubstr("dev tunnel table 4192 src 10.64.0.9"));
    EXPECT_THAT(way("198.51.100.1"), HasSubstr("via 192.0.2.1 dev outside"));
    EXPECT_THAT(way("198.51.100.1 from 10.64.0.9"), HasSubstr("dev tunnel table 4191"));
}

TEST_F(SteeringOfIpv4, FollowsTheAddressThatIsHeld) {
    client::TrafficSteering full = steering("0.0.0.0/0");
    full.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
    full.steer(Steering::through_tunnel, std::nullopt, wire::Ipv4Address{{10, 64, 0, 10}});
    EXPECT_THAT(way("198.51.100.1"), HasSubstr("dev tunnel table 4192 src 10.64.0.10"));
    full.steer(Steering::through_tunnel, std::nullopt, std::nullopt);
    EXPECT_THAT(way("198.51.100.1"), HasSubstr("via 192.0.2.1 dev outside"));
    EXPECT_THAT(run("ip -4 addr show dev tunnel"), testing::IsEmpty());
}

TEST_F(SteeringOfIpv4, RestsAtHome) {
    client::TrafficSteering full = steering("0.0.0.0/0");
    full.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
    full.steer(Steering::at_home, std::nullopt, ipv4_home);
    EXPECT_THAT(way("198.51.100.1"), HasSubstr("via 192.0.2.1 dev outside"));
    EXPECT_THAT(run("ip -4 addr show dev tunnel"), HasSubstr("10.64.0.9/32"));
    full.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
    EXPECT_THAT(way("198.51.100.1"), HasSubstr("dev tunnel table 4192 src 10.64.0.9"));
}

TEST_F(SteeringOfIpv4, LetsOuterPacketsThroughAStrictReversePathFilter) {
    run("echo 1 > /proc/sys/net/ipv4/conf/outside/rp_filter");
    {
        client::TrafficSteering without = steering("0.0.0.0/0");
        without.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
        receive_outer_packet();
        EXPECT_EQ(filtered(), "1\n") << "what the rule is for";
    }
    client::TrafficSteering full = steering("0.0.0.0/0", 4191);
    full.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
    receive_outer_packet();
    EXPECT_EQ(filtered(), "1\n");
}

TEST_F(SteeringOfIpv4, LeavesNothing) {
    const auto everything = [] {
        return run("ip -4 rule; ip -4 route show table all type unicast; ip -4 addr");
    };
    const std::string before = everything();
    {
        client::TrafficSteering full = steering("0.0.0.0/0");
        full.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
        EXPECT_NE(everything(), before);
    }
    EXPECT_EQ(everything(), before);
}

}  // namespace
}  // namespace godwit::platform

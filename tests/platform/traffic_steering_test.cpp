#include "client/traffic_steering.hpp"

#include <gmock/gmock.h>

#include <list>

#include "client/near_destinations.hpp"
#include "shared/platform/network_monitor.hpp"
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

    // As the daemon does at each change of the network.
    void look(client::TrafficSteering& steering) const {
        const NetworkSnapshot network = NetworkMonitor().snapshot();
        steering.let_past(client::near_destinations(network, tunnel_.interface()),
                          client::own_ipv4_addresses(network, tunnel_.interface()));
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

    const TunDevice outside_{"outside", TunDevice::Offloading::off};
    const TunDevice tunnel_{"tunnel", TunDevice::Offloading::off};
    const runtime::Log log_{runtime::LogLevel::error};
};

TEST_F(SteeringOfIpv4, TakesEverythingButWhatIsNearOrOurOwn) {
    client::TrafficSteering full = steering("0.0.0.0/0");
    full.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
    look(full);
    EXPECT_THAT(way("198.51.100.1"), HasSubstr("dev tunnel table 4192 src 10.64.0.9"));
    EXPECT_THAT(way("198.51.100.1 mark 0x4191"), HasSubstr("via 192.0.2.1 dev outside"));
    EXPECT_THAT(way("192.0.2.55"), HasSubstr("dev outside src 192.0.2.7"));
    EXPECT_THAT(way("203.0.113.1"), HasSubstr("via 192.0.2.2 dev outside"));
    EXPECT_THAT(way("203.0.113.1 from 10.64.0.9"), HasSubstr("dev tunnel table 4191"));
}

// RFC 3442 and 4191, a netmask of one bit, and a prefix that is said to be on the link.
TEST_F(SteeringOfIpv4, TakesWhatTheNetworkWouldLeadPastTheTunnel) {
    run("ip route add 198.51.100.0/24 via 192.0.2.1 proto dhcp; "
        "ip addr add 203.0.114.7/1 dev outside");
    client::TrafficSteering full = steering("0.0.0.0/0");
    full.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
    look(full);
    EXPECT_THAT(way("198.51.100.1"), HasSubstr("dev tunnel table 4192 src 10.64.0.9"));
    EXPECT_THAT(way("198.51.100.1 mark 0x4191"), HasSubstr("via 192.0.2.1 dev outside"));
    EXPECT_THAT(way("203.0.114.1"), HasSubstr("dev tunnel table 4192 src 10.64.0.9"));
    EXPECT_THAT(way("203.0.113.1"), HasSubstr("via 192.0.2.2 dev outside"));
}

TEST_F(SteeringOfIpv4, TakesTheListedPrefixesOnly) {
    client::TrafficSteering split = steering("10.0.0.0/8");
    split.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
    EXPECT_THAT(way("10.1.2.3"), HasSubstr("dev tunnel table 4192 src 10.64.0.9"));
    EXPECT_THAT(way("198.51.100.1"), HasSubstr("via 192.0.2.1 dev outside"));
    EXPECT_THAT(way("198.51.100.1 from 10.64.0.9"), HasSubstr("dev tunnel table 4191"));
}

TEST_F(SteeringOfIpv4, LetsWhatIsExcludedPass) {
    client::TrafficSteering full({.home = {address("2001:db8:f::9")},
                                  .tunnel = tunnel_.interface(),
                                  .routes = {wire::Prefix::parse_ipv4("0.0.0.0/0").value()},
                                  .udp_port = std::nullopt,
                                  .exclude = {wire::Prefix::parse_ipv4("198.51.100.0/24").value()},
                                  .has_excluded_programs = true},
                                 log_);
    full.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
    EXPECT_THAT(way("198.51.100.1"), HasSubstr("via 192.0.2.1 dev outside src 192.0.2.7"));
    EXPECT_THAT(way("198.51.100.1 from 10.64.0.9"), HasSubstr("dev tunnel table 4191"));
    EXPECT_THAT(way("203.0.114.1"), HasSubstr("dev tunnel table 4192"));
    EXPECT_THAT(way("203.0.114.1 mark 0x4190"), HasSubstr("via 192.0.2.1 dev outside"));
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
    look(full);
    receive_outer_packet();
    EXPECT_EQ(filtered(), "1\n");
}

// A container or a virtual machine that tries every port would else find ours, and its way.
TEST_F(SteeringOfIpv4, TakesWhatIsForwardedFromOurPort) {
    run("echo 1 > /proc/sys/net/ipv4/ip_forward; ip link add bridge type bridge;"
        "ip addr add 172.17.0.1/16 dev bridge; ip link set bridge up");
    client::TrafficSteering full = steering("0.0.0.0/0", 4191);
    full.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
    look(full);
    const std::string from_port = " ipproto udp sport 4191";
    EXPECT_THAT(way("198.51.100.1 from 172.17.0.2 iif bridge" + from_port),
                HasSubstr("dev tunnel"));
    EXPECT_THAT(way("198.51.100.1 from 192.0.2.7" + from_port), HasSubstr("dev outside"));
}

TEST_F(SteeringOfIpv4, TakesTheHomesNameServerThoughTheNetworkHasItsPrefix) {
    client::TrafficSteering full = steering("0.0.0.0/0");
    full.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
    look(full);
    EXPECT_THAT(way("192.0.2.53"), HasSubstr("dev outside"));
    full.lead_to({wire::Ipv6Address::mapped({{192, 0, 2, 53}})});
    for (const std::string protocol : {"udp", "tcp"}) {
        const std::string question = " ipproto " + protocol + " dport 53";
        EXPECT_THAT(way("192.0.2.53" + question), HasSubstr("dev tunnel table 4191 src 10.64.0.9"));
        EXPECT_THAT(way("192.0.2.55" + question), HasSubstr("dev outside src 192.0.2.7"));
    }
    EXPECT_THAT(way("192.0.2.53"), HasSubstr("dev outside src 192.0.2.7")) << "DHCP, a printer";
    full.lead_to({});
    EXPECT_THAT(way("192.0.2.53 ipproto udp dport 53"), HasSubstr("dev outside"));
}

// While somebody else changes the system, until it is as before.
class RepairOfSteering : public SteeringOfIpv4 {
  protected:
    RepairOfSteering() {
        steering_.steer(Steering::through_tunnel, std::nullopt, ipv4_home);
        wanted_ = state();
    }

    static std::string state() {
        return run(
            "ip -6 rule; ip -6 route show table 4191; ip -6 route show table 4192;"
            "ip -4 rule; ip -4 route show table 4191; ip -4 route show table 4192;"
            "ip -o link show tunnel | cut -d ' ' -f 1-3; ip -o addr show dev tunnel | grep -v "
            "fe80");
    }
    // Until the system is as wanted, or nothing comes of many looks.
    void look() {
        runtime::EventLoop& loop = loops_.emplace_back();
        steering_.watch(loop);
        loop.on_deadline([this] { return steering_.next_deadline(); },
                         [&, looks = 0]() mutable {
                             steering_.on_deadline();
                             if (state() == wanted_ || ++looks == 10) {
                                 loop.stop();
                             }
                         });
        loop.run();
    }
    void expect_repair_after(const std::string& meddling) {
        run(meddling);
        EXPECT_NE(state(), wanted_) << meddling << ": has changed nothing";
        look();
        EXPECT_EQ(state(), wanted_) << meddling;
    }

    std::list<runtime::EventLoop> loops_;  // one for each look; they outlive what they watch
    client::TrafficSteering steering_{{.home = {address("2001:db8:f::9")},
                                       .tunnel = tunnel_.interface(),
                                       .routes = {wire::Prefix::parse("::/0").value(),
                                                  wire::Prefix::parse_ipv4("0.0.0.0/0").value()},
                                       .udp_port = 4191},
                                      log_};
    std::string wanted_;
};

TEST_F(RepairOfSteering, PutsBackRulesOfIpv6) {
    expect_repair_after("ip -6 rule flush; ip -6 rule add from all lookup main priority 32766");
}

TEST_F(RepairOfSteering, PutsBackRulesOfIpv4) {
    expect_repair_after(
        "ip -4 rule flush; ip -4 rule add from all lookup main priority 32766;"
        "ip -4 rule add from all lookup default priority 32767");
}

TEST_F(RepairOfSteering, PutsBackASingleRule) {
    expect_repair_after("ip -6 rule del priority 4194");
}

TEST_F(RepairOfSteering, PutsBackRoutes) {
    expect_repair_after("ip -6 route flush table 4192; ip -4 route flush table 4191");
}

TEST_F(RepairOfSteering, PutsBackTheIpv6HomeAddressAndTheRoutesThatGoWithIt) {
    expect_repair_after("ip -6 addr del 2001:db8:f::9/128 dev tunnel");
}

TEST_F(RepairOfSteering, PutsBackTheIpv4HomeAddressAndTheRoutesThatGoWithIt) {
    expect_repair_after("ip -4 addr del 10.64.0.9/32 dev tunnel");
}

TEST_F(RepairOfSteering, SetsTheInterfaceUpAgain) {
    expect_repair_after("ip link set tunnel down");
}

TEST_F(RepairOfSteering, EndsByItself) {
    expect_repair_after("ip -6 rule del priority 4194");
    // The repair's own events are looked into once, and then there is nothing more to be told of.
    run("ip -6 rule add from 2001:db8:77::/64 lookup main priority 77");
    wanted_ = state();
    look();
    EXPECT_FALSE(steering_.next_deadline());
    EXPECT_THAT(steering_.complaints(), testing::IsEmpty());
}

TEST_F(RepairOfSteering, SaysWhenSomebodyDoesItAgainAndAgain) {
    for (int time = 0; time < 3; ++time) {
        EXPECT_THAT(steering_.complaints(), testing::IsEmpty());
        expect_repair_after("ip -6 rule del priority 4194");
    }
    EXPECT_THAT(steering_.complaints(), testing::ElementsAre(HasSubstr("put back 3 times")));
}

TEST_F(RepairOfSteering, LeavesNothingAfterwards) {
    expect_repair_after("ip -6 route flush table 4192; ip -4 addr del 10.64.0.9/32 dev tunnel");
    steering_.steer(Steering::not_yet, std::nullopt, std::nullopt);
    EXPECT_EQ(run("ip -6 route show table 4192; ip -4 route show table 4192;"
                  "ip -6 rule show priority 4194; ip -4 addr show dev tunnel"),
              "");
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

// A machine with a default route by `outside`, a tunnel, and a network on `behind`.
class SteeringOfANetwork : public InNamespace {
  protected:
    SteeringOfANetwork() {
        run("for each in outside tunnel behind; do ip link set $each up; done;"
            "ip addr add 2001:db8:a::7/64 dev outside nodad;"
            "ip -6 route add default via 2001:db8:a::1 dev outside;"
            "ip addr add 2001:db8:1:100::1/64 dev behind nodad;"
            "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
    }
    [[nodiscard]] client::SteeringSettings settings() const {
        return {.home = {address("2001:db8:f::9")},
                .tunnel = tunnel_.interface(),
                .routes = {wire::Prefix::parse("::/0").value()},
                .udp_port = std::nullopt,
                .network_prefixes = {wire::Prefix::parse("2001:db8:1:100::/64").value()}};
    }
    static std::string way(const std::string& to) {
        return run("ip -6 route get " + to + " 2>&1 || true");
    }
    static std::string way_from(const std::string& from, const std::string& to) {
        return way(to + " from " + from + " iif behind");
    }

    const TunDevice outside_{"outside", TunDevice::Offloading::off};
    const TunDevice tunnel_{"tunnel", TunDevice::Offloading::off};
    const TunDevice behind_{"behind", TunDevice::Offloading::off};
    const runtime::Log log_{runtime::LogLevel::error};
};

TEST_F(SteeringOfANetwork, LeadsThroughTheTunnelAndBackToItsInterface) {
    client::TrafficSteering steering(settings(), log_);
    steering.steer(Steering::through_tunnel, std::nullopt, std::nullopt);
    EXPECT_TRUE(steering.complaints().empty());
    EXPECT_THAT(way_from("2001:db8:1:100::5", "2001:db8:c::1"), HasSubstr("dev tunnel"));
    EXPECT_THAT(way("2001:db8:1:100::5"), HasSubstr("dev behind"));
    EXPECT_THAT(way("2001:db8:1:100::5 from 2001:db8:f::9"), HasSubstr("dev behind"));
    EXPECT_THAT(way("2001:db8:1:100::5 from 2001:db8:1:100::1"), HasSubstr("dev behind"));
}

TEST_F(SteeringOfANetwork, LeadsNowhereWhereItsInterfaceIsGone) {
    client::TrafficSteering steering(settings(), log_);
    steering.steer(Steering::through_tunnel, std::nullopt, std::nullopt);
    run("ip link set behind down");
    EXPECT_THAT(way("2001:db8:1:100::5"), HasSubstr("No route to host"));
    EXPECT_THAT(run("ip -6 route get 2001:db8:1:100::5 from 2001:db8:c::1 iif tunnel 2>&1 || true"),
                HasSubstr("No route to host"));
}

TEST_F(SteeringOfANetwork, IsPutBackAndGoesWithoutATrace) {
    const auto everything = [] { return run("ip -6 rule; ip -6 route show table all"); };
    const std::string before = everything();
    {
        client::TrafficSteering steering(settings(), log_);
        steering.steer(Steering::through_tunnel, std::nullopt, std::nullopt);
        const std::string steered = everything();
        EXPECT_NE(steered, before);
        run("ip -6 route del 2001:db8:1:100::/64 table 4191");
        steering.let_portal_out(true);
        steering.let_portal_out(false);
        EXPECT_EQ(everything(), steered);
    }
    EXPECT_EQ(everything(), before);
}

}  // namespace
}  // namespace godwit::platform

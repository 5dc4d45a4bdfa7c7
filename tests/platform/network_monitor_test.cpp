#include "shared/platform/network_monitor.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "shared/platform/router_reachability.hpp"
#include "shared/platform/signalling_socket.hpp"
#include "shared/wire/icmpv6.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::Field;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

auto is(const char* text) {
    return Field(&KnownAddress::address, address(text));
}

auto leads_to(const char* prefix) {
    return Field(&KnownRoute::destination, wire::Prefix::parse(prefix).value());
}

const Link& link_called(const NetworkSnapshot& network, const std::string& name) {
    return *std::ranges::find(network.links, name, &Link::name);
}

wire::Bytes packet(const wire::Ipv6Address& source, const wire::Ipv6Address& destination,
                   const wire::Bytes& icmpv6) {
    wire::Bytes bytes(wire::Ipv6Header::size);
    wire::Ipv6Header{.payload_length = static_cast<std::uint16_t>(icmpv6.size()),
                     .next_header = wire::NextHeader::icmpv6,
                     .source = source,
                     .destination = destination}
        .write(std::span(bytes).first<wire::Ipv6Header::size>());
    bytes.insert(bytes.end(), icmpv6.begin(), icmpv6.end());
    return bytes;
}

// In answer to an echo request from `host` to 2001:db8:5::1.
wire::Bytes packet_too_big(const wire::Ipv6Address& router, const wire::Ipv6Address& host) {
    const wire::Bytes echo_request{128, 0, 0, 0, 0, 0, 0, 0};
    const wire::PacketTooBig error{1300, packet(host, address("2001:db8:5::1"), echo_request)};
    return packet(router, host, wire::serialize_icmpv6(error, {router, host}));
}

class NetworkMonitorTest : public OnALink {
  protected:
    NetworkMonitor monitor_;
};

TEST_F(NetworkMonitorTest, ShowsLinksWithTheirState) {
    const NetworkSnapshot network = monitor_.snapshot();
    const Link& near = link_called(network, "near");
    EXPECT_EQ(near.index, interface_called("near"));
    EXPECT_TRUE(near.is_up);
    EXPECT_TRUE(near.is_running);
    EXPECT_EQ(near.mtu, 1500U);
}

TEST_F(NetworkMonitorTest, ShowsTheSmallerMtuThatARouterAnnounced) {
    run("echo 1340 > /proc/sys/net/ipv6/conf/near/mtu");
    EXPECT_EQ(link_called(monitor_.snapshot(), "near").mtu, 1340U);
}

TEST_F(NetworkMonitorTest, NoticesALinkGoingDown) {
    EXPECT_FALSE(monitor_.changed());
    run("ip link set near down");
    EXPECT_TRUE(monitor_.changed());
    EXPECT_FALSE(link_called(monitor_.snapshot(), "near").is_up);
}

TEST_F(NetworkMonitorTest, NoticesALostCarrier) {
    far_.enter();
    run("ip link set far down");
    EXPECT_TRUE(comes_true(monitor_, [](const NetworkSnapshot& network) {
        return !link_called(network, "near").is_running;
    }));
}

TEST_F(NetworkMonitorTest, NoticesAnAddressThatComesAndGoes) {
    const auto has_it = [](const NetworkSnapshot& network) {
        return std::ranges::find(network.addresses, address("2001:db8::11"),
                                 &KnownAddress::address) != network.addresses.end();
    };
    EXPECT_FALSE(monitor_.changed());
    run("ip addr add 2001:db8::11/64 dev near nodad");
    EXPECT_TRUE(becomes_readable(monitor_.descriptor()));
    EXPECT_TRUE(comes_true(monitor_, has_it));
    run("ip addr del 2001:db8::11/64 dev near");
    EXPECT_TRUE(becomes_readable(monitor_.descriptor()));
    EXPECT_TRUE(comes_true(monitor_, std::not_fn(has_it)));
}

TEST_F(NetworkMonitorTest, IsQuietWhereNothingHappens) {
    EXPECT_FALSE(monitor_.changed());
}

TEST_F(NetworkMonitorTest, ShowsAnAddressWithItsPropertiesAndPrefix) {
    run("ip addr add 2001:db8::11/48 dev near nodad preferred_lft 0 valid_lft 1000");
    EXPECT_THAT(monitor_.snapshot().addresses,
                Contains(KnownAddress{.interface = interface_called("near"),
                                      .address = address("2001:db8::11"),
                                      .prefix_length = 48,
                                      .deprecated = true}));
}

TEST_F(NetworkMonitorTest, ShowsThatDuplicateAddressDetectionRuns) {
    run("ip addr add 2001:db8::12/64 dev near");
    EXPECT_THAT(monitor_.snapshot().addresses,
                Contains(AllOf(is("2001:db8::12"), Field(&KnownAddress::tentative, true))));
}

TEST_F(NetworkMonitorTest, ShowsThatDuplicateAddressDetectionFoundSomebody) {
    run("ip addr add 2001:db8::2/64 dev near");
    EXPECT_TRUE(comes_true(monitor_, [](const NetworkSnapshot& network) {
        return std::ranges::any_of(network.addresses, &KnownAddress::duplicate);
    }));
}

TEST_F(NetworkMonitorTest, ShowsIpv4MappedIntoIpv6) {
    run("ip addr add 192.0.2.1/24 dev near; ip route add default via 192.0.2.254");
    const NetworkSnapshot network = monitor_.snapshot();
    EXPECT_THAT(network.addresses,
                Contains(AllOf(is("::ffff:192.0.2.1"), Field(&KnownAddress::prefix_length, 120))));
    EXPECT_THAT(network.routes,
                Contains(AllOf(leads_to("::ffff:0:0/96"),
                               Field(&KnownRoute::gateway, address("::ffff:192.0.2.254")))));
}

TEST_F(NetworkMonitorTest, NoticesRoutesOfTheMainTable) {
    EXPECT_FALSE(monitor_.changed());
    run("ip -6 route add default via 2001:db8::2 dev near metric 77");
    EXPECT_TRUE(monitor_.changed());
    EXPECT_THAT(monitor_.snapshot().routes,
                Contains(KnownRoute{.destination = {.length = 0},
                                    .interface = interface_called("near"),
                                    .gateway = far_address_,
                                    .metric = 77,
                                    .is_configured = true,
                                    .is_unmarked = true}));
}

TEST_F(NetworkMonitorTest, TellsWhoseARouteIs) {
    run("ip addr add 192.0.2.1/24 dev near; ip route add 198.51.100.0/24 via 192.0.2.2 proto dhcp;"
        "ip -6 route add 2001:db8:5::/48 via 2001:db8::2 proto ra;"
        "ip -6 route add 2001:db8:6::/48 via 2001:db8::2 proto static");
    const NetworkSnapshot network = monitor_.snapshot();
    const auto is_configured = [](const char* prefix, bool wanted) {
        return Contains(AllOf(leads_to(prefix), Field(&KnownRoute::is_configured, wanted)));
    };
    EXPECT_THAT(network.routes, is_configured("::ffff:192.0.2.0/120", false)) << "the address's";
    EXPECT_THAT(network.routes, is_configured("::ffff:198.51.100.0/120", false)) << "by DHCP";
    EXPECT_THAT(network.routes, is_configured("2001:db8:5::/48", false)) << "a router's";
    EXPECT_THAT(network.routes, is_configured("2001:db8:6::/48", true));
    EXPECT_THAT(network.routes, Each(Field(&KnownRoute::is_unmarked, false)));
}

TEST_F(NetworkMonitorTest, IsNotInterestedInOtherTables) {
    EXPECT_FALSE(monitor_.changed());
    run("ip -6 route add default via 2001:db8::2 dev near table 191");
    EXPECT_FALSE(monitor_.changed());
    EXPECT_THAT(monitor_.snapshot().routes, Not(Contains(leads_to("::/0"))));
}

TEST_F(NetworkMonitorTest, ShowsARouteOnceForEachNextHop) {
    run("ip -6 route add 2001:db8:5::/48 nexthop via 2001:db8::2 nexthop via 2001:db8::3");
    const NetworkSnapshot network = monitor_.snapshot();
    const auto by = [](const char* gateway) {
        return AllOf(leads_to("2001:db8:5::/48"), Field(&KnownRoute::gateway, address(gateway)));
    };
    EXPECT_THAT(network.routes, AllOf(Contains(by("2001:db8::2")), Contains(by("2001:db8::3"))));
    EXPECT_THAT(network.routes, Each(Field(&KnownRoute::interface, interface_called("near"))));
}

TEST_F(NetworkMonitorTest, LeavesOutRoutesThatLeadNowhere) {
    run("ip -6 route add unreachable 2001:db8:5::/48");
    EXPECT_THAT(monitor_.snapshot().routes, Not(Contains(leads_to("2001:db8:5::/48"))));
}

TEST_F(NetworkMonitorTest, LeavesOutWhatTheKernelRemembersOfAPathsMtu) {
    run("ip -6 route add 2001:db8:5::/48 via 2001:db8::2");
    far_.enter();
    const SignallingSocket far_socket(0);
    near_.enter();
    ASSERT_FALSE(far_socket.send(packet_too_big(far_address_, near_address_), {}));
    ASSERT_NE(run("ip -6 route show cache").find("2001:db8:5::1"), std::string::npos);
    EXPECT_THAT(monitor_.snapshot().routes, Not(Contains(leads_to("2001:db8:5::1/128"))));
}

TEST_F(NetworkMonitorTest, NoticesANeighbourThatDoesNotAnswer) {
    run("cd /proc/sys/net/ipv6/neigh/near; echo 1 > mcast_solicit; echo 10 > retrans_time_ms;"
        "bash -c 'echo > /dev/udp/2001:db8::3/9'");
    EXPECT_TRUE(comes_true(monitor_, [](const NetworkSnapshot& network) {
        return network.unreachable ==
               std::vector{UnreachableNeighbour{interface_called("near"), address("2001:db8::3")}};
    }));
}

TEST_F(NetworkMonitorTest, NoticesASilentNeighbourThatSpeaksByItself) {
    run("ip addr add 192.0.2.1/24 dev near; ip neigh add 192.0.2.3 dev near nud failed");
    EXPECT_THAT(
        monitor_.snapshot().unreachable,
        Contains(UnreachableNeighbour{interface_called("near"), address("::ffff:192.0.2.3")}));
    monitor_.changed();
    run("ip neigh replace 192.0.2.3 dev near lladdr 02:00:00:00:00:03 nud stale");
    EXPECT_TRUE(monitor_.changed());
    EXPECT_THAT(monitor_.snapshot().unreachable, IsEmpty());
    run("ip neigh replace 192.0.2.3 dev near lladdr 02:00:00:00:00:04 nud stale");
    EXPECT_FALSE(monitor_.changed()) << "it is no news that it is there";
}

TEST_F(NetworkMonitorTest, NoticesThatASilentNeighbourIsForgotten) {
    run("ip neigh add 2001:db8::3 dev near nud failed");
    ASSERT_THAT(monitor_.snapshot().unreachable, SizeIs(1));
    monitor_.changed();
    run("ip neigh del 2001:db8::3 dev near");
    EXPECT_TRUE(monitor_.changed());
}

TEST_F(NetworkMonitorTest, ShowsASilentNeighbourWhileItIsAskedOnceMore) {
    run("ip neigh add 2001:db8::3 dev near nud failed");
    const NetworkSnapshot before = monitor_.snapshot();
    ASSERT_THAT(before.unreachable, SizeIs(1));
    NetlinkSocket netlink;
    ASSERT_FALSE(ask_again(netlink, interface_called("near"), address("2001:db8::3")));
    EXPECT_EQ(monitor_.snapshot().unreachable, before.unreachable);
}

TEST_F(NetworkMonitorTest, IsNotInterestedInNeighboursThatAreNeitherLostNorFound) {
    EXPECT_FALSE(monitor_.changed());
    run("ip neigh add 2001:db8::3 dev near lladdr 02:00:00:00:00:03 nud stale");
    EXPECT_FALSE(monitor_.changed());
}

}  // namespace
}  // namespace godwit::platform

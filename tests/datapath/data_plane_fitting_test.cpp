// What a data plane does when it is told to wait, to fit a path, or to watch.

#include <gtest/gtest.h>

#include <string>

#include "tests/datapath/data_plane_fixture.hpp"

namespace godwit::runtime {
namespace {

using datapath::DropReason;
using test::correspondent;
using test::home;
using What = mobility::WatchTraffic::What;

TEST_F(DataPlaneTest, LetsPacketsWaitWhileItIsHeld) {
    register_sealed(test::mobile_node_keys());
    expect_both_ways("before");
    node().hold(home);
    application_.send(correspondent, "waited");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_EQ(node().traffic().sent.packets, 1U);
    EXPECT_TRUE(node().direct(home, uplink_, test::session_of(test::mobile_node_keys())));
    EXPECT_EQ(correspondent_.receive(), "waited");
    expect_both_ways("afterwards");
}

TEST_F(DataPlaneTest, SendsWhatGoesInFragmentsBehindWhatCameBeforeIt) {
    register_sealed(test::mobile_node_keys());
    node().fit(home, {.inner = 1280, .whole = 1190});
    node().hold(home);
    const std::string short_one(10, 's');
    const std::string long_one(1200, 'l');
    application_.send(correspondent, short_one);
    application_.send(correspondent, long_one);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(node().direct(home, uplink_, test::session_of(test::mobile_node_keys())));
    EXPECT_EQ(correspondent_.receive(), short_one);
    EXPECT_EQ(correspondent_.receive(), long_one);
}

TEST_F(DataPlaneTest, DropsPlainPacketsWhileItIsHeld) {
    register_plain();
    expect_both_ways("before");
    node().hold(home);
    application_.send(correspondent, "lost");
    expect_to_become(1U, [this] { return node().drops(DropReason::held); });
}

TEST_F(DataPlaneTest, SendsAgainWhatTheOtherEndHasNotReceived) {
    const auto keys = test::mobile_node_keys();
    register_sealed(keys);
    expect_both_ways("before");
    const auto received = agent().receptions(home);
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(received[0].spi, keys.outbound_spi);
    EXPECT_EQ(received[0].highest, 1U);
    // To where nobody is.
    mobility::Path astray = uplink_;
    astray.remote = test::ip("2001:db8::77");
    EXPECT_TRUE(node().direct(home, astray, test::session_of(keys)));
    application_.send(correspondent, "late, not lost");
    expect_to_become(2U, [this] { return node().traffic().sent.packets; });
    EXPECT_TRUE(node().direct(home, uplink_, test::session_of(keys), received));
    EXPECT_EQ(correspondent_.receive(), "late, not lost");
    const auto resent = told_by(node(), &DataPlane::Notices::resent);
    ASSERT_EQ(resent.size(), 1U);
    EXPECT_EQ(resent[0].outcome.resent, 1U);
    EXPECT_EQ(resent[0].outcome.lost, 0U);
}

TEST_F(DataPlaneTest, HandsOverMessagesThatComePlainOnNativeIpv6) {
    register_plain();
    const auto packet = test::message_packet(home.address, test::home_agent.address);
    node().send_message(home, uplink_, packet, 0);
    const auto messages = told_by(agent(), &DataPlane::Notices::messages);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].packet, packet);
    EXPECT_FALSE(messages[0].sealed_by);
    EXPECT_EQ(messages[0].path.remote, near_address_);
}

TEST_F(DataPlaneTest, CarriesIpv4PlainOnNativeIpv6) {  // RFC 2473, next header 4
    register_plain();
    agent().carry_ipv4(home, home_ipv4);
    node().carry_ipv4(home, home_ipv4);
    const test::UdpSocket application((near_.enter(), wire::Ipv6Address::mapped(home_ipv4)));
    const test::UdpSocket peer((far_.enter(), correspondent_ipv4));
    application.send(correspondent_ipv4, "IPv4 in IPv6");
    EXPECT_EQ(peer.receive(), "IPv4 in IPv6");
    peer.send(wire::Ipv6Address::mapped(home_ipv4), "and back");
    EXPECT_EQ(application.receive(), "and back");
}

TEST_F(DataPlaneTest, GivesAnIpv4AddressToWhomItWasGivenLast) {
    register_sealed(test::mobile_node_keys());
    agent().carry_ipv4(other_home, home_ipv4);
    agent().carry_ipv4(home, home_ipv4);
    agent().carry_ipv4(other_home, std::nullopt);
    node().carry_ipv4(home, home_ipv4);
    const test::UdpSocket application((near_.enter(), wire::Ipv6Address::mapped(home_ipv4)));
    const test::UdpSocket peer((far_.enter(), correspondent_ipv4));
    application.send(correspondent_ipv4, "mine");
    EXPECT_EQ(peer.receive(), "mine");
    peer.send(wire::Ipv6Address::mapped(home_ipv4), "yours");
    EXPECT_EQ(application.receive(), "yours");
}

TEST_F(DataPlaneTest, TellsTheKernelThatAPacketIsTooBig) {  // RFC 4443 §3.2
    register_sealed(test::mobile_node_keys());
    expect_both_ways("a short one");
    node().fit(home, mobility::TunnelMtu::of(1300));
    application_.send(correspondent, std::string(1320, 'x'));
    expect_to_become(1U, [this] { return node().drops(DropReason::too_big); });
    near_.enter();
    expect_to_become(true, [] {
        return platform::run("ip -6 route get 2001:db8:c::1 from 2001:db8:f::9")
            .contains("mtu 1300");
    });
    // From now on the kernel fragments it.
    expect_both_ways(std::string(1320, 'x'));
}

TEST_F(DataPlaneTest, KeepsTheMtuOfATunnelThatIsRekeyed) {
    node().fit(home, mobility::TunnelMtu::of(1300));
    register_sealed(test::mobile_node_keys(1));
    register_sealed(test::mobile_node_keys(2));
    application_.send(correspondent, std::string(1320, 'x'));
    expect_to_become(1U, [this] { return node().drops(DropReason::too_big); });
}

TEST_F(DataPlaneTest, TellsOnceOfTheNextPacketThatItWatches) {
    register_sealed(test::mobile_node_keys());
    expect_both_ways("not watched");
    node().watch({home, What::any_sent});
    node().send_dummy(home);
    expect_both_ways("watched");
    const auto watched = told_by(node(), &DataPlane::Notices::watched);
    ASSERT_EQ(watched.size(), 1U);
    EXPECT_EQ(watched[0].home, home);
    EXPECT_EQ(watched[0].what, What::any_sent);
    expect_both_ways("not watched any more");
    EXPECT_TRUE(node().take_notices().watched.empty());
}

TEST_F(DataPlaneTest, WatchesForALargePacket) {
    register_sealed(test::mobile_node_keys());
    node().watch({home, What::large_sent});
    expect_both_ways("a small one");
    EXPECT_TRUE(node().take_notices().watched.empty());
    expect_both_ways(std::string(1000, 'x'));
    const auto watched = told_by(node(), &DataPlane::Notices::watched);
    ASSERT_EQ(watched.size(), 1U);
    EXPECT_EQ(watched[0].what, What::large_sent);
}

}  // namespace
}  // namespace godwit::runtime

// RFC 5555: the tunnel in UDP, over IPv6 and IPv4, with IPv4 inside, and messages beside the data.

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "shared/runtime/clock.hpp"
#include "tests/datapath/data_plane_fixture.hpp"

namespace godwit::runtime {
namespace {

using datapath::DropReason;
using mobility::Encapsulation;
using mobility::Path;
using test::correspondent;
using test::home;
using What = mobility::WatchTraffic::What;

struct OuterAddresses {
    wire::Ipv6Address node;
    wire::Ipv6Address node_too;
    wire::Ipv6Address agent;
    const char* name;
};

class DataPlaneOverUdp : public DataPlaneTest, public testing::WithParamInterface<OuterAddresses> {
  protected:
    static Path path(const wire::Ipv6Address& local, const wire::Ipv6Address& remote) {
        return {.encapsulation = Encapsulation::udp,
                .local = local,
                .remote = remote,
                .local_port = mobility::dsmip_port,
                .remote_port = mobility::dsmip_port};
    }
    const Path up_ = path(GetParam().node, GetParam().agent);
    const Path down_ = path(GetParam().agent, GetParam().node);

    void register_sealed_over_udp() { register_sealed_along(test::mobile_node_keys(), up_, down_); }
    void register_plain_over_udp() {
        EXPECT_TRUE(agent().direct(home, down_, std::nullopt));
        EXPECT_TRUE(node().direct(home, up_, std::nullopt));
    }
    void carry_ipv4() {
        agent().carry_ipv4(home, home_ipv4);
        node().carry_ipv4(home, home_ipv4);
    }
    void expect_ipv4_both_ways() {
        const test::UdpSocket application((near_.enter(), wire::Ipv6Address::mapped(home_ipv4)));
        const test::UdpSocket peer((far_.enter(), correspondent_ipv4));
        application.send(correspondent_ipv4, "over IPv4");
        EXPECT_EQ(peer.receive(), "over IPv4");
        peer.send(wire::Ipv6Address::mapped(home_ipv4), "and back");
        EXPECT_EQ(application.receive(), "and back");
    }
    // From another address of the node: to the other end it is as good as another port of a NAT.
    void send_dummy_from(const wire::Ipv6Address& place, const wire::HomeAddress& of = home,
                         int session = 1) {
        EXPECT_TRUE(node().direct(of, path(place, GetParam().agent),
                                  test::session_of(test::mobile_node_keys(session))));
        node().send_dummy(of);
        static_cast<void>(node().take_notices());
    }
    // Sends a payload from the node's own port, by whatever tunnels there are.
    void send_bare(const wire::Bytes& payload) { node().send_bare(up_, payload); }

    const wire::Bytes message_up_ = test::message_packet(home.address, test::home_agent.address);
    const wire::Bytes message_down_ = test::message_packet(test::home_agent.address, home.address);
};

TEST_P(DataPlaneOverUdp, CarriesSealedPackets) {
    register_sealed_over_udp();
    expect_both_ways("sealed in UDP");
}

TEST_P(DataPlaneOverUdp, CarriesPlainPackets) {
    register_plain_over_udp();
    expect_both_ways("plain in UDP");
}

TEST_P(DataPlaneOverUdp, CarriesIpv4) {
    register_sealed_over_udp();
    carry_ipv4();
    expect_ipv4_both_ways();
    expect_to_become(1U, [this] { return agent().traffic(home).received.packets; });
}

TEST_P(DataPlaneOverUdp, CarriesPlainIpv4) {
    register_plain_over_udp();
    carry_ipv4();
    expect_ipv4_both_ways();
}

TEST_P(DataPlaneOverUdp, CarriesNoIpv4ThatHasBeenTakenBack) {
    register_sealed_over_udp();
    carry_ipv4();
    expect_ipv4_both_ways();
    node().carry_ipv4(home, std::nullopt);
    near_.enter();
    const test::UdpSocket application(wire::Ipv6Address::mapped(home_ipv4));
    application.send(correspondent_ipv4, "lost");
    expect_to_become(1U, [this] { return node().drops(DropReason::no_binding); });
}

TEST_P(DataPlaneOverUdp, GoesOnByNativeIpv6AfterAHandoverAndBack) {
    register_sealed_over_udp();
    expect_both_ways("in UDP");
    const auto session = test::session_of(test::mobile_node_keys());
    const auto theirs = test::session_of(test::home_agent_keys());
    EXPECT_TRUE(node().direct(home, uplink_, session));
    EXPECT_TRUE(agent().direct(home, downlink_, theirs));
    expect_both_ways("native");
    EXPECT_TRUE(node().direct(home, up_, session));
    EXPECT_TRUE(agent().direct(home, down_, theirs));
    expect_both_ways("in UDP again");
}

TEST_P(DataPlaneOverUdp, TellsFromWhereTheNewestPacketCame) {
    register_sealed_over_udp();
    expect_both_ways("from the port of RFC 5555");
    auto moved = told_by(agent(), &DataPlane::Notices::moved_endpoints);
    ASSERT_EQ(moved.size(), 1U);
    EXPECT_EQ(moved[0].session, test::session_of(test::home_agent_keys()));
    EXPECT_EQ(moved[0].path.remote, GetParam().node);
    EXPECT_EQ(moved[0].path.remote_port, mobility::dsmip_port);
    EXPECT_EQ(moved[0].path.local, GetParam().agent);

    expect_both_ways("from there still");
    EXPECT_TRUE(agent().take_notices().moved_endpoints.empty());

    Path from_elsewhere = up_;
    from_elsewhere.local = GetParam().node_too;
    EXPECT_TRUE(node().direct(home, from_elsewhere, test::session_of(test::mobile_node_keys())));
    node().send_dummy(home);
    moved = told_by(agent(), &DataPlane::Notices::moved_endpoints);
    ASSERT_EQ(moved.size(), 1U);
    EXPECT_EQ(moved[0].path.remote, GetParam().node_too);
}

// However fast it is: 32 at once, and 20 in each second that it takes.
TEST_P(DataPlaneOverUdp, TellsFewOfThePlacesThatChangeWithEveryPacketAndAlwaysTheLast) {
    wire::Ipv6Address last_place = GetParam().node;
    last_place.octets.back() = 4;
    near_.enter();
    platform::run("ip addr add 2001:db8::4/64 dev near nodad; ip addr add 203.0.113.4/24 dev near");
    const auto began = boot_now();
    register_sealed_over_udp();
    std::size_t told = 0;
    wire::Ipv6Address last_told;
    const auto send_from = [&](const wire::Ipv6Address& place) {
        send_dummy_from(place);
        for (const auto& moved : agent().take_notices().moved_endpoints) {
            ++told;
            last_told = moved.path.remote;
        }
    };
    for (int sent = 0; sent < 1000; ++sent) {
        send_from(sent % 2 == 0 ? GetParam().node : GetParam().node_too);
    }
    constexpr int patience = 10'000;  // milliseconds
    for (int sent = 0; last_told != last_place && sent < patience; ++sent) {
        send_from(last_place);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(last_told, last_place);
    const std::chrono::duration<double> passed = boot_now() - began;
    EXPECT_LE(static_cast<double>(told), 32 + 20 * passed.count() + 1);
}

// However often it does: 32 at once, and 20 in each second that it takes.
TEST_P(DataPlaneOverUdp, TellsOfNoMorePlacesOfOneWhoLeavesAndComesBack) {
    const auto began = boot_now();
    std::size_t told = 0;
    for (int number = 1; number <= 10; ++number) {
        register_sealed_along(test::mobile_node_keys(number), up_, down_);
        for (int sent = 0; sent < 16; ++sent) {
            send_dummy_from(GetParam().node_too, home, number);
            send_dummy_from(GetParam().node, home, number);
            told += agent().take_notices().moved_endpoints.size();
        }
        expect_both_ways("behind all of them");
        expect_to_become(1U, [this] { return agent().traffic(home).received.packets; });
        told += agent().take_notices().moved_endpoints.size();
        agent().close(home);
        EXPECT_TRUE(forgets(agent(), home));
    }
    EXPECT_GT(told, 0U);
    const std::chrono::duration<double> passed = boot_now() - began;
    EXPECT_LE(static_cast<double>(told), 32 + 20 * passed.count() + 1);
}

TEST_P(DataPlaneOverUdp, TellsOfSoManyPlacesAtOnceAndLeavesTheRest) {
    constexpr int nodes = 3;  // each of which may be told of 32 times
    for (int number = 1; number <= nodes; ++number) {
        wire::HomeAddress of = home;
        of.address.octets.back() = static_cast<std::uint8_t>(number);
        const auto keys = test::mobile_node_keys(number);
        EXPECT_TRUE(agent().admit(of, test::other_end(keys)));
        EXPECT_TRUE(node().admit(of, keys));
        for (int sent = 0; sent < 16; ++sent) {
            send_dummy_from(GetParam().node, of, number);
            send_dummy_from(GetParam().node_too, of, number);
        }
    }
    send_bare(wire::Bytes(4, 0x20));  // behind all of them
    expect_to_become(1U, [this] { return agent().drops(DropReason::unknown_payload); });
    EXPECT_EQ(agent().take_notices().moved_endpoints.size(), DataPlane::max_moved_endpoints);
    EXPECT_TRUE(platform::becomes_readable(agent().notices()));
    EXPECT_EQ(agent().take_notices().moved_endpoints.size(), 32U);
}

TEST_P(DataPlaneOverUdp, HandsUnsealedMessagesToTheControlPlaneWithoutAnyBinding) {
    send_bare(message_up_);
    const auto messages = told_by(agent(), &DataPlane::Notices::messages);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].packet, message_up_);
    EXPECT_FALSE(messages[0].sealed_by);
    EXPECT_EQ(messages[0].path.encapsulation, Encapsulation::udp);
    EXPECT_EQ(messages[0].path.remote, GetParam().node);

    agent().send_bare(messages[0].path, message_down_);
    const auto answers = told_by(node(), &DataPlane::Notices::messages);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].packet, message_down_);
}

TEST_P(DataPlaneOverUdp, SealsMessagesByTheTunnelAlongAnyPath) {
    register_sealed_along(test::mobile_node_keys(), uplink_, downlink_);
    node().hold(home);
    node().send_message(home, up_, message_up_, 0);
    const auto messages = told_by(agent(), &DataPlane::Notices::messages);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].packet, message_up_);
    EXPECT_EQ(messages[0].sealed_by, test::session_of(test::home_agent_keys()));
    EXPECT_EQ(messages[0].path.encapsulation, Encapsulation::udp);
    EXPECT_EQ(node().traffic().sent.packets, 0U);
    EXPECT_EQ(agent().traffic().received.packets, 0U);
}

TEST_P(DataPlaneOverUdp, SendsProbesThatAreNeverFragmented) {
    register_sealed_over_udp();
    const auto overhead = mobility::TunnelOverhead::of(up_, mobility::Protection::sealed);
    const std::uint32_t fitting = overhead.inner(1500);
    node().send_message(home, up_, message_up_, fitting + 100);
    expect_to_become(1U, [this] { return node().drops(DropReason::too_big); });
    node().send_message(home, up_, message_up_, fitting);
    const auto messages = told_by(agent(), &DataPlane::Notices::messages);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].packet, message_up_);
}

TEST_P(DataPlaneOverUdp, CarriesInFragmentsWhatThePathDoesNotTakeWhole) {
    register_sealed_over_udp();
    near_.enter();
    platform::run("ip link set near mtu 1280");
    node().fit(home, mobility::TunnelMtu::of(900));
    expect_both_ways(std::string(1100, 'x'));
}

TEST_P(DataPlaneOverUdp, CountsAndPassesOverWhatIsNoPayload) {
    for (const wire::Bytes& payload : {wire::Bytes{}, wire::Bytes{0x00}, wire::Bytes(100, 0x55),
                                       wire::Bytes(100, 0x7f), wire::Bytes(4, 0x20)}) {
        send_bare(payload);
    }
    expect_to_become(5U, [this] { return agent().drops(DropReason::unknown_payload); });
    send_bare(wire::Bytes(3, 0xff));
    send_bare(wire::Bytes{0x60});
    send_bare(wire::Bytes{0x45});
    expect_to_become(3U, [this] { return agent().drops(DropReason::malformed); });
    send_bare(wire::Bytes(100, 0xff));
    expect_to_become(1U, [this] { return agent().drops(DropReason::unknown_spi); });
    send_bare(wire::Bytes{0xff});
    expect_to_become(1U, [this] { return agent().drops(DropReason::nat_keepalive); });
}

TEST_P(DataPlaneOverUdp, KeepsANatAwakeForAPlainTunnel) {
    register_plain_over_udp();
    node().send_dummy(home);
    expect_to_become(1U, [this] { return agent().drops(DropReason::nat_keepalive); });
    EXPECT_EQ(node().traffic().sent.packets, 0U);
}

TEST_P(DataPlaneOverUdp, TakesPlainPacketsFromThePortOfTheBindingOnly) {
    register_plain_over_udp();
    Path other_port = down_;
    other_port.remote_port = 4192;
    EXPECT_TRUE(agent().direct(home, other_port, std::nullopt));
    application_.send(correspondent, "lost");
    expect_to_become(1U, [this] { return agent().drops(DropReason::outer_source); });
}

TEST_P(DataPlaneOverUdp, SendsByTheFirstSocketOrByTheOneOfThePathsPort) {
    Path first = up_;
    first.local_port = 0;
    register_sealed_along(test::mobile_node_keys(), first, down_);
    expect_both_ways("by any port");
    Path nobodys = up_;
    nobodys.local_port = 4192;
    EXPECT_TRUE(node().direct(home, nobodys, test::session_of(test::mobile_node_keys())));
    node().send_dummy(home);
    expect_to_become(1U, [this] { return node().drops(DropReason::not_sent); });
    application_.send(correspondent, "late");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(node().direct(home, up_, test::session_of(test::mobile_node_keys())));
    EXPECT_EQ(correspondent_.receive(), "late");
}

TEST_P(DataPlaneOverUdp, CountsMessagesThatNobodyTakes) {
    constexpr int patience = 100'000;
    for (int sent = 0; agent().drops(DropReason::signalling_overflow) == 0 && sent < patience;
         ++sent) {
        send_bare(message_up_);
        static_cast<void>(node().take_notices());
    }
    EXPECT_GT(agent().drops(DropReason::signalling_overflow), 0U);
    EXPECT_EQ(agent().take_notices().messages.size(), DataPlane::max_messages);
    EXPECT_TRUE(platform::becomes_readable(agent().notices()));
}

INSTANTIATE_TEST_SUITE_P(IpVersions, DataPlaneOverUdp,
                         testing::Values(OuterAddresses{test::ip("2001:db8::1"), second_care_of,
                                                        test::ip("2001:db8::2"), "Ipv6"},
                                         OuterAddresses{node_ipv4, second_node_ipv4, agent_ipv4,
                                                        "Ipv4"}),
                         [](const auto& addresses) { return addresses.param.name; });

}  // namespace
}  // namespace godwit::runtime

// The mobile node and its home agent, each in a network namespace, with a link between them; the
// correspondent node is an address of the home agent's machine.

#include "shared/runtime/data_plane.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "shared/security/suite.hpp"
#include "tests/datapath/tunnel_ends.hpp"
#include "tests/datapath/udp_socket.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::runtime {
namespace {

using datapath::DropReason;
using datapath::LookUpBy;
using test::correspondent;
using test::home;
using test::UdpSocket;

const wire::HomeAddress other_home{test::ip("2001:db8:f::a")};
const wire::Ipv6Address second_care_of = test::ip("2001:db8::3");

// Octets of an inner packet with this payload of UDP.
constexpr std::size_t inner_size(std::size_t payload) {
    return 40 + 8 + payload;
}

// A worker counts a packet right after it has moved it, so the packet may be seen before.
template <class Reading, class Expected>
void expect_to_become(const Expected& expected, Reading reading) {
    constexpr int patience = 10'000'000;
    for (int tries = 0; reading() != expected && tries < patience; ++tries) {
        std::this_thread::yield();
    }
    EXPECT_EQ(reading(), expected);
}

struct Machine {
    Machine(const platform::NetworkNamespace& where, const std::string& name, LookUpBy look_up_by,
            const std::string& configuration)
        : tun((where.enter(), name)),
          esp({.protocol = wire::NextHeader::esp}),
          ipv6({.protocol = wire::NextHeader::ipv6}),
          plane(tun, {.esp = esp, .ipv6 = ipv6}, look_up_by) {
        platform::run("ip link set " + name + " addrgenmode none; ip link set " + name +
                      " mtu 1400 up; " + configuration);
    }

    platform::TunDevice tun;
    platform::RawTunnelSocket esp;
    platform::RawTunnelSocket ipv6;
    DataPlane plane;
};

class DataPlaneTest : public platform::OnALink {
  protected:
    DataPlaneTest()
        : agent_(far_, "agent", LookUpBy::inner_destination,
                 "ip addr add 2001:db8:c::1/128 dev lo nodad;"
                 "ip route add 2001:db8:f::9 dev agent; ip route add 2001:db8:f::a dev agent"),
          correspondent_(correspondent),
          node_(near_, "node", LookUpBy::inner_source,
                "ip addr add 2001:db8:f::9/128 dev node nodad;"
                "ip addr add 2001:db8:f::a/128 dev node nodad;"
                "ip addr add 2001:db8::3/64 dev near nodad; ip route add 2001:db8:c::1 dev node"),
          application_(home.address),
          other_application_(other_home.address) {}

    void register_sealed(const security::TunnelKeys& keys) {
        const auto theirs = test::other_end(keys);
        EXPECT_TRUE(agent().admit(home, theirs));
        EXPECT_TRUE(agent().direct(home, downlink_, test::session_of(theirs)));
        EXPECT_TRUE(node().admit(home, keys));
        EXPECT_TRUE(node().direct(home, uplink_, test::session_of(keys)));
    }
    void register_plain() {
        EXPECT_TRUE(agent().direct(home, downlink_, std::nullopt));
        EXPECT_TRUE(node().direct(home, uplink_, std::nullopt));
    }

    void expect_both_ways(const std::string& text) {
        application_.send(correspondent, text);
        EXPECT_EQ(correspondent_.receive(), text);
        correspondent_.send(home.address, text + " too");
        EXPECT_EQ(application_.receive(), text + " too");
    }

    // The first session that this end is told to be confirmed.
    static std::vector<mobility::SessionId> confirmed_at(DataPlane& plane) {
        while (platform::becomes_readable(plane.notices())) {
            if (auto taken = plane.take_notices(); !taken.confirmed.empty()) {
                return taken.confirmed;
            }
        }
        return {};
    }

    // Until this end has dropped what was closed.
    static bool forgets(DataPlane& plane, const wire::HomeAddress& closed) {
        while (plane.traffic(closed).received.packets != 0 &&
               platform::becomes_readable(plane.notices())) {
            static_cast<void>(plane.take_notices());
        }
        return plane.traffic(closed).received.packets == 0;
    }

    DataPlane& agent() { return agent_.plane; }
    DataPlane& node() { return node_.plane; }

    const mobility::Path uplink_{.local = near_address_, .remote = far_address_};
    const mobility::Path downlink_{.local = far_address_, .remote = near_address_};
    Machine agent_;
    UdpSocket correspondent_;
    Machine node_;
    UdpSocket application_;
    UdpSocket other_application_;
};

TEST_F(DataPlaneTest, CarriesPacketsSealedByEitherSuite) {
    register_sealed(test::mobile_node_keys(1, security::Suite::chacha20_poly1305));
    expect_both_ways("by ChaCha20-Poly1305");
    if (security::SuiteSet::of_this_machine().contains(security::Suite::aes_256_gcm)) {
        register_sealed(test::mobile_node_keys(2, security::Suite::aes_256_gcm));
        expect_both_ways("by AES-256-GCM");
    }
}

TEST_F(DataPlaneTest, CarriesPlainPackets) {
    register_plain();
    expect_both_ways("in clear");
}

TEST_F(DataPlaneTest, CarriesPacketsOfAWholeMtu) {
    register_sealed(test::mobile_node_keys());
    expect_both_ways(std::string(1300, 'x'));
}

TEST_F(DataPlaneTest, GoesOnByTheNewCareOfAddressAfterAHandover) {
    register_sealed(test::mobile_node_keys());
    expect_both_ways("at the first link");
    const mobility::SessionId session = test::session_of(test::mobile_node_keys());
    EXPECT_TRUE(node().direct(home, {.local = second_care_of, .remote = far_address_}, session));
    EXPECT_TRUE(agent().direct(home, {.local = far_address_, .remote = second_care_of},
                               test::session_of(test::home_agent_keys())));
    expect_both_ways("at the second");
}

TEST_F(DataPlaneTest, TakesPlainPacketsFromTheNewCareOfAddressAfterAHandover) {
    register_plain();
    expect_both_ways("at the first link");
    EXPECT_TRUE(
        node().direct(home, {.local = second_care_of, .remote = far_address_}, std::nullopt));
    EXPECT_TRUE(
        agent().direct(home, {.local = far_address_, .remote = second_care_of}, std::nullopt));
    expect_both_ways("at the second");
}

TEST_F(DataPlaneTest, ReportsOnceThatASessionIsConfirmed) {
    register_sealed(test::mobile_node_keys());
    node().send_dummy(home);
    EXPECT_EQ(confirmed_at(agent()), std::vector{test::session_of(test::home_agent_keys())});
    node().send_dummy(home);
    expect_both_ways("behind the second dummy packet");
    EXPECT_TRUE(agent().take_notices().confirmed.empty());
}

TEST_F(DataPlaneTest, DeliversNothingOfADummyPacket) {
    register_sealed(test::mobile_node_keys());
    node().send_dummy(home);
    expect_both_ways("the only packet");
    expect_to_become(1U, [this] { return agent().traffic().received.packets; });
}

TEST_F(DataPlaneTest, DropsPacketsOfAHomeAddressThatIsNotDirected) {
    register_sealed(test::mobile_node_keys());
    other_application_.send(correspondent, "lost");
    expect_both_ways("behind it");
    expect_to_become(1U, [this] { return node().drops(DropReason::no_binding); });
}

TEST_F(DataPlaneTest, GoesOnAfterPacketsThatTheSystemDoesNotSend) {
    register_sealed(test::mobile_node_keys());
    const mobility::Path without_source{.local = test::ip("2001:db8::bad"), .remote = far_address_};
    EXPECT_TRUE(node().direct(other_home, without_source, std::nullopt));
    other_application_.send(correspondent, "lost");
    expect_both_ways("behind a packet without a source");
    expect_to_become(1U, [this] { return node().drops(DropReason::no_source); });

    const mobility::Path without_route{.local = near_address_,
                                       .remote = test::ip("2001:db8:bad::1")};
    EXPECT_TRUE(node().direct(other_home, without_route, std::nullopt));
    other_application_.send(correspondent, "lost");
    expect_both_ways("behind a packet without a route");
    expect_to_become(1U, [this] { return node().drops(DropReason::no_route); });
}

TEST_F(DataPlaneTest, OpensTheOldSessionsPacketsUntilItEnds) {
    register_sealed(test::mobile_node_keys(1));
    EXPECT_TRUE(node().admit(home, test::mobile_node_keys(2)));
    EXPECT_TRUE(node().direct(home, uplink_, test::session_of(test::mobile_node_keys(2))));
    EXPECT_TRUE(agent().admit(home, test::home_agent_keys(2)));
    expect_both_ways("up by the new session, down by the old");

    node().end(test::session_of(test::mobile_node_keys(1)));
    EXPECT_TRUE(agent().direct(home, downlink_, test::session_of(test::home_agent_keys(2))));
    agent().end(test::session_of(test::home_agent_keys(1)));
    expect_both_ways("by the new session");
}

TEST_F(DataPlaneTest, LosesNothingToRekeyingAndHandovers) {
    register_sealed(test::mobile_node_keys(1));
    node().send_dummy(home);
    EXPECT_EQ(confirmed_at(agent()), std::vector{test::session_of(test::home_agent_keys(1))});
    std::atomic<bool> over = false;
    const std::jthread traffic([this, &over] {
        for (int number = 0; !over; ++number) {
            expect_both_ways(std::to_string(number));
        }
    });
    for (int number = 2; number < 100; ++number) {
        const wire::Ipv6Address care_of = number % 2 == 0 ? second_care_of : near_address_;
        const auto keys = test::mobile_node_keys(number);
        const auto theirs = test::home_agent_keys(number);
        EXPECT_TRUE(agent().admit(home, theirs));
        EXPECT_TRUE(node().admit(home, keys));
        EXPECT_TRUE(node().direct(home, {.local = care_of, .remote = far_address_},
                                  test::session_of(keys)));
        EXPECT_TRUE(agent().direct(home, {.local = far_address_, .remote = care_of},
                                   test::session_of(theirs)));
        node().send_dummy(home);
        EXPECT_EQ(confirmed_at(agent()), std::vector{test::session_of(theirs)});
        EXPECT_TRUE(node().take_notices().rekey_due.empty());
    }
    over = true;
}

TEST_F(DataPlaneTest, NeverSealsAgainByASessionThatWasReplaced) {
    register_sealed(test::mobile_node_keys(1));
    register_sealed(test::mobile_node_keys(2));
    EXPECT_FALSE(node().direct(home, uplink_, test::session_of(test::mobile_node_keys(1))));
    expect_both_ways("by the second session still");
}

TEST_F(DataPlaneTest, NeverAdmitsASessionTwice) {
    register_sealed(test::mobile_node_keys());
    EXPECT_FALSE(node().admit(home, test::mobile_node_keys()));
    node().close(home);
    EXPECT_FALSE(node().admit(home, test::mobile_node_keys()));
    EXPECT_FALSE(node().direct(home, uplink_, test::session_of(test::mobile_node_keys())));
}

TEST_F(DataPlaneTest, DirectsATunnelByASessionOfItsHomeAddressOnly) {
    const mobility::SessionId session = test::session_of(test::mobile_node_keys());
    EXPECT_FALSE(node().direct(home, uplink_, session));
    EXPECT_TRUE(node().admit(home, test::mobile_node_keys()));
    EXPECT_FALSE(node().direct(other_home, uplink_, session));
}

TEST_F(DataPlaneTest, NeitherSendsNorTakesPacketsOnceClosed) {
    register_sealed(test::mobile_node_keys());
    EXPECT_TRUE(agent().direct(other_home, downlink_, std::nullopt));
    EXPECT_TRUE(node().direct(other_home, uplink_, std::nullopt));
    expect_both_ways("while it is open");
    expect_to_become(1U, [this] { return agent().traffic(home).received.packets; });
    agent().close(home);
    EXPECT_TRUE(forgets(agent(), home));

    application_.send(correspondent, "lost");
    other_application_.send(correspondent, "taken");
    EXPECT_EQ(correspondent_.receive(), "taken");
    expect_to_become(1U, [this] { return agent().drops(DropReason::unknown_spi); });

    correspondent_.send(home.address, "lost");
    correspondent_.send(other_home.address, "taken");
    EXPECT_EQ(other_application_.receive(), "taken");
    expect_to_become(1U, [this] { return agent().drops(DropReason::no_binding); });
}

TEST_F(DataPlaneTest, ClosesATunnelWhoseSessionEnds) {
    register_sealed(test::mobile_node_keys());
    EXPECT_TRUE(agent().direct(other_home, downlink_, std::nullopt));
    EXPECT_TRUE(node().direct(other_home, uplink_, std::nullopt));
    node().end(test::session_of(test::mobile_node_keys()));
    application_.send(correspondent, "lost");
    other_application_.send(correspondent, "taken");
    EXPECT_EQ(correspondent_.receive(), "taken");
}

TEST_F(DataPlaneTest, TakesNothingPlainOnceItIsSealed) {
    register_plain();
    expect_both_ways("in clear");
    EXPECT_TRUE(agent().admit(home, test::home_agent_keys()));
    EXPECT_TRUE(agent().direct(home, downlink_, test::session_of(test::home_agent_keys())));
    node().admit(home, test::mobile_node_keys());
    correspondent_.send(home.address, "sealed");
    EXPECT_EQ(application_.receive(), "sealed");
    EXPECT_TRUE(agent().direct(other_home, downlink_, std::nullopt));
    EXPECT_TRUE(node().direct(other_home, uplink_, std::nullopt));
    application_.send(correspondent, "lost: still in clear");
    other_application_.send(correspondent, "taken");
    EXPECT_EQ(correspondent_.receive(), "taken");
    expect_to_become(1U, [this] { return agent().drops(DropReason::no_binding); });
}

TEST_F(DataPlaneTest, CountsInnerPacketsAndTheirOctets) {
    register_sealed(test::mobile_node_keys());
    expect_both_ways("12345");
    const datapath::Traffic up{.packets = 1, .bytes = inner_size(5)};
    const datapath::Traffic down{.packets = 1, .bytes = inner_size(9)};
    expect_to_become(up, [this] { return node().traffic().sent; });
    expect_to_become(up, [this] { return agent().traffic().received; });
    expect_to_become(up, [this] { return agent().traffic(home).received; });
    expect_to_become(down, [this] { return agent().traffic(home).sent; });
    EXPECT_EQ(agent().traffic(other_home).sent, datapath::Traffic{});
}

TEST_F(DataPlaneTest, GoesOnCountingForAHomeAddressWhileSessionsComeAndGo) {
    for (int number = 1; number <= 3; ++number) {
        register_sealed(test::mobile_node_keys(number));
        expect_both_ways("12345");
        agent().end(test::session_of(test::home_agent_keys(number - 1)));
        EXPECT_FALSE(agent().take_notices().device_lost);
    }
    expect_to_become(datapath::Traffic{.packets = 3, .bytes = 3 * inner_size(5)},
                     [this] { return agent().traffic(home).received; });
    expect_to_become(3U, [this] { return agent().traffic(home).sent.packets; });
}

TEST_F(DataPlaneTest, TakesMoreChangesAtOnceThanItsQueuesHold) {
    constexpr std::uint32_t sessions = 2'000;
    auto keys = test::home_agent_keys();
    for (std::uint32_t i = 0; i < sessions; ++i) {
        keys.inbound_spi = 0x9000'0000U + i;
        EXPECT_TRUE(agent().admit(other_home, keys));
    }
    // As long as this change waits for its turn there are receipts to take for those before it.
    register_sealed(test::mobile_node_keys());
    do {
        node().send_dummy(home);
        ASSERT_TRUE(platform::becomes_readable(agent().notices()));
    } while (agent().take_notices().confirmed.empty());
    agent().close(other_home);
    agent().close(home);
    EXPECT_TRUE(forgets(agent(), home));
}

TEST_F(DataPlaneTest, TellsThatTheTunDeviceIsGone) {
    register_sealed(test::mobile_node_keys());
    near_.enter();
    platform::run("ip link del node");
    while (!node().take_notices().device_lost) {
        ASSERT_TRUE(platform::becomes_readable(node().notices()));
    }
}

}  // namespace
}  // namespace godwit::runtime

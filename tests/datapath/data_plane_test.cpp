#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "shared/security/suite.hpp"
#include "tests/datapath/data_plane_fixture.hpp"

namespace godwit::runtime {
namespace {

using datapath::DropReason;
using test::correspondent;
using test::home;

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

// Paths that race, fall silent, lie behind NATs, or carry one half of what they should.

#include <iostream>

#include "tests/simulation/world.hpp"

namespace godwit::simulation {
namespace {

using client::State;
using mobility::Encapsulation;
using test::care_of_a;
using test::care_of_b;
using test::ip;

const wire::CareOfAddress private_ipv4{ip("::ffff:192.168.1.7")};
const wire::CareOfAddress other_private_ipv4{ip("::ffff:10.0.0.7")};
const wire::Ipv6Address ipv4_of_home_agent = ip("::ffff:203.0.113.2");

class Roaming : public Simulation {
  protected:
    Roaming() { home_agent.listen_at(ipv4_of_home_agent); }

    static std::optional<Frame> read(const wire::Bytes& packet) { return Frame::parse(packet); }
    static bool is_native(const Frame& frame) {
        return frame.path.encapsulation == Encapsulation::ip6;
    }
    // Nothing native gets through, in either direction.
    void drop_native() {
        network.lose_where([](const wire::Bytes& packet) { return is_native(*read(packet)); });
    }
    void drop_ipv6() {
        network.lose_where([](const wire::Bytes& packet) { return !read(packet)->path.is_ipv4(); });
    }
    void drop_everything() {
        network.lose_where([](const wire::Bytes&) { return true; });
    }
    void drop_nothing() { network.lose_where(nullptr); }

    void attach_ipv6(const wire::CareOfAddress& care_of = care_of_a) {
        mobile_node.attach_to({care_of}, {test::home_agent.address});
    }
    void attach_dual_stack(const wire::CareOfAddress& care_of = care_of_a) {
        mobile_node.attach_to({care_of, private_ipv4},
                              {test::home_agent.address, ipv4_of_home_agent});
    }
    void attach_ipv4(const wire::CareOfAddress& care_of = private_ipv4) {
        mobile_node.attach_to({care_of}, {ipv4_of_home_agent});
    }
    // Applications exchange packets, both ways, each 20 ms.
    void talk_for(std::chrono::nanoseconds time) {
        for (const auto end = network.now() + time; network.now() < end; network.run_for(20ms)) {
            mobile_node.send_data(test::home);
            home_agent.send_data(test::home);
        }
    }
    // How long it takes until something comes from the home agent.
    std::chrono::nanoseconds silence() {
        const auto start = network.now();
        const auto before = mobile_node.tunnels().received;
        while (mobile_node.tunnels().received == before && network.now() < start + 60s) {
            mobile_node.send_data(test::home);
            home_agent.send_data(test::home);
            network.run_for(5ms);
        }
        return network.now() - start;
    }
    Encapsulation encapsulation() const {
        return home_agent.tunnels().directed.at(test::home).path.encapsulation;
    }
    const mobility::Path& way_to_mobile_node() const {
        return home_agent.tunnels().directed.at(test::home).path;
    }

    Nat& nat_ = network.put_behind_nat(wire::Prefix::around(private_ipv4.address, 96 + 16),
                                       ip("::ffff:198.51.100.1"));
    Nat& other_nat_ = network.put_behind_nat(
        wire::Prefix::around(other_private_ipv4.address, 96 + 8), ip("::ffff:198.51.100.2"));
};

TEST_F(Roaming, RegistersNativelyWhereItCan) {
    attach_dual_stack();
    network.run_for(2s);
    EXPECT_EQ(mobile_node.state(), State::registered);
    EXPECT_EQ(encapsulation(), Encapsulation::ip6);
    world.expect_agreement();
}

TEST_F(Roaming, RegistersOverUdpWhereAFirewallDropsTheRest) {
    drop_native();
    attach_ipv6();
    network.run_for(200ms);
    EXPECT_EQ(mobile_node.state(), State::registered);
    EXPECT_EQ(encapsulation(), Encapsulation::udp);
}

TEST_F(Roaming, RegistersByAnotherPortWhereAFirewallPassesNothingElse) {
    network.lose_where([](const wire::Bytes& packet) {
        const auto frame = read(packet);
        return is_native(*frame) ||
               (frame->path.remote_port != 443 && frame->path.local_port != 443);
    });
    mobile_node.attach(care_of_a);
    network.run_for(20ms);
    attach_ipv6();  // the home agent has been looked up
    talk_for(3s);
    EXPECT_EQ(mobile_node.state(), State::registered);
    EXPECT_EQ(way_to_mobile_node().local_port, 443);
    world.expect_agreement();
}

TEST_F(Roaming, RegistersOverIpv4WhereIpv6IsBroken) {
    drop_ipv6();
    attach_dual_stack();
    network.run_for(200ms);
    EXPECT_EQ(mobile_node.state(), State::registered);
    EXPECT_EQ(way_to_mobile_node().remote, ip("::ffff:198.51.100.1"));
}

TEST_F(Roaming, MovesInOneRoundTripWhereTheFirstPathWorks) {
    attach_ipv6();
    talk_for(2s);
    attach_ipv6(care_of_b);
    EXPECT_LE(silence(), 45ms);
    talk_for(2s);
    world.expect_agreement();
}

TEST_F(Roaming, MovesWithinASecondWhereTheFirstPathsAreBlackHoles) {
    attach_dual_stack();
    talk_for(2s);
    drop_ipv6();
    attach_dual_stack(care_of_b);
    EXPECT_LE(silence(), 200ms);
    talk_for(2s);
    EXPECT_EQ(encapsulation(), Encapsulation::udp);
}

// RFC 5555 §4.4.1: where no acknowledgement comes, the other family is tried.
TEST_F(Roaming, FindsAnotherPathWhereTheFirstIsABlackHoleAndTheHomeAgentHasForgottenIt) {
    attach_dual_stack();
    talk_for(2s);
    mobile_node.detach();
    home_agent.restart();
    drop_ipv6();
    attach_dual_stack(care_of_b);
    network.run_for(5s);
    EXPECT_EQ(mobile_node.state(), State::registered);
    EXPECT_EQ(encapsulation(), Encapsulation::udp);
}

TEST_F(Roaming, FindsWhateverIsLetThroughAfterItsBindingHasExpired) {
    attach_dual_stack();
    talk_for(2s);
    drop_everything();
    attach_dual_stack(care_of_b);
    network.run_for(700s);
    drop_ipv6();
    network.run_for(64s);
    EXPECT_EQ(mobile_node.state(), State::registered);
    EXPECT_EQ(encapsulation(), Encapsulation::udp);
}

TEST_F(Roaming, FindsWhateverIsLetThroughAfterARefreshHasComeToNothing) {
    attach_dual_stack();
    talk_for(2s);
    drop_everything();
    network.run_for(700s);
    drop_ipv6();
    network.run_for(64s);
    EXPECT_EQ(mobile_node.state(), State::registered);
    EXPECT_EQ(encapsulation(), Encapsulation::udp);
}

TEST_F(Roaming, TriesFirstWhatHasWorkedInANetworkBefore) {
    drop_ipv6();
    attach_dual_stack();
    talk_for(3s);
    attach_ipv4(other_private_ipv4);
    talk_for(3s);
    attach_dual_stack();
    EXPECT_LE(silence(), 45ms);
}

TEST_F(Roaming, GoesFromNetworkToNetworkOfWhateverKind) {
    const std::vector<std::function<void()>> networks{
        [this] { attach_ipv6(); }, [this] { attach_ipv4(); },
        [this] { attach_dual_stack(care_of_b); }, [this] { attach_ipv4(other_private_ipv4); }};
    for (const auto& from : networks) {
        for (const auto& to : networks) {
            from();
            talk_for(1s);
            to();
            EXPECT_LE(silence(), 100ms);
            talk_for(1s);
            world.expect_agreement();
        }
    }
    EXPECT_EQ(mobile_node.count<mobility::BindingExpired>(), 0U);
}

TEST_F(Roaming, LeavesAPathThatFallsSilentWithinASecond) {
    attach_dual_stack();
    talk_for(2s);
    drop_ipv6();
    EXPECT_LE(silence(), 600ms);
    EXPECT_EQ(mobile_node.state(), State::registered);
    EXPECT_EQ(mobile_node.count<mobility::PathSilent>(), 1U);
    talk_for(1s);
    EXPECT_EQ(encapsulation(), Encapsulation::udp);
}

TEST_F(Roaming, KeepsItsSessionWhenItLeavesASilentPath) {
    attach_dual_stack();
    talk_for(2s);
    const auto session = home_agent.tunnels().directed.at(test::home).session;
    drop_ipv6();
    talk_for(2s);
    EXPECT_EQ(home_agent.tunnels().directed.at(test::home).session, session);
}

TEST_F(Roaming, StaysWhereItIsWhenNothingIsAnsweredButTheHeartbeats) {
    attach_dual_stack();
    network.run_for(2s);
    for (int packet = 0; packet < 500; ++packet) {
        mobile_node.send_data(test::home);
        network.run_for(20ms);
    }
    EXPECT_EQ(encapsulation(), Encapsulation::ip6);
    EXPECT_EQ(mobile_node.count<mobility::PathSilent>(), 0U);
    EXPECT_EQ(mobile_node.count<mobility::HandoverCompleted>(), 0U);
}

TEST_F(Roaming, ComesBackBySoonAfterAnOutageOfEverything) {
    attach_dual_stack();
    talk_for(2s);
    drop_everything();
    talk_for(20s);
    drop_nothing();
    EXPECT_LE(silence(), 3500ms);
    talk_for(5s);
    world.expect_agreement();
}

TEST_F(Roaming, GoesAroundAFirewallThatPassesMobilityHeadersButNoEsp) {
    network.lose_where([](const wire::Bytes& packet) {
        const auto frame = read(packet);
        return is_native(*frame) && frame->sealed_for;
    });
    attach_ipv6();
    talk_for(1s);
    EXPECT_EQ(mobile_node.state(), State::registered);
    EXPECT_EQ(encapsulation(), Encapsulation::udp);
}

TEST_F(Roaming, GoesAroundAFirewallThatPassesEspButNoMobilityHeaders) {
    attach_ipv4();
    talk_for(1s);
    network.lose_where([](const wire::Bytes& packet) {
        const auto frame = read(packet);
        return is_native(*frame) && !frame->sealed_for;
    });
    attach_ipv6();
    talk_for(2s);
    EXPECT_EQ(mobile_node.state(), State::registered);
    EXPECT_EQ(encapsulation(), Encapsulation::udp);
    world.expect_agreement();
}

TEST_F(Roaming, FollowsANatThatHasForgottenItsMappings) {
    attach_ipv4();
    talk_for(2s);
    const auto before = way_to_mobile_node();
    nat_.reboot();
    EXPECT_LE(silence(), 100ms);
    EXPECT_NE(way_to_mobile_node(), before);
    EXPECT_EQ(home_agent.count<mobility::EndpointMoved>(), 1U);
}

TEST_F(Roaming, IsReachableAgainWithinAKeepaliveAfterANatForgotItIdle) {
    attach_ipv4();
    network.run_for(5s);
    nat_.reboot();
    network.run_for(26s);
    const auto before = mobile_node.tunnels().received;
    home_agent.send_data(test::home);
    network.run_for(40ms);
    EXPECT_EQ(mobile_node.tunnels().received, before + 1);
}

TEST_F(Roaming, SendsKeepalivesOnlyBehindANat) {
    const auto packets_in = [this](std::chrono::nanoseconds time) {
        std::size_t count = 0;
        network.watch([&count](const wire::Bytes&) { ++count; });
        network.run_for(time);
        network.watch(nullptr);
        return count;
    };
    attach_ipv6();
    network.run_for(5s);
    EXPECT_EQ(packets_in(300s), 0U);
    attach_ipv4();
    network.run_for(5s);
    EXPECT_GE(packets_in(100s), 3U);
}

TEST_F(Roaming, LearnsThatKeepalivesMayBeRareBehindAPatientNat) {
    attach_ipv4();
    network.run_for(620s);  // and the search for a greater MTU is over
    std::size_t count = 0;
    network.watch([&count](const wire::Bytes&) { ++count; });
    network.run_for(331s);
    network.watch(nullptr);
    EXPECT_EQ(count, 3U) << "one each 110 s";
    EXPECT_EQ(home_agent.count<mobility::EndpointMoved>(), 0U) << "the other port moves nothing";
}

TEST_F(Roaming, MovesToABetterPathOnlyOnceItHasAnswered) {
    attach_ipv4();
    talk_for(2s);
    drop_ipv6();
    attach_dual_stack();
    talk_for(5s);
    EXPECT_TRUE(way_to_mobile_node().is_ipv4());
    EXPECT_EQ(mobile_node.count<mobility::HandoverCompleted>(), 0U);
    drop_nothing();
    attach_dual_stack(care_of_b);  // IPv6 by another router
    talk_for(1s);
    EXPECT_FALSE(way_to_mobile_node().is_ipv4());
}

TEST_F(Roaming, NeverSendsMoreThanThreeBindingUpdatesASecondWhateverRaces) {  // RFC 6275 §11.8
    network.conditions.loss = 1;
    std::vector<mobility::Instant> sent;
    network.watch([this, &sent](const wire::Bytes& packet) {
        if (World::is_update(packet)) {
            sent.push_back(network.now());
        }
    });
    for (int round = 0; round < 5; ++round) {
        attach_dual_stack();
        network.run_for(700ms);
        attach_ipv4(other_private_ipv4);
        network.run_for(300ms);
    }
    for (std::size_t i = 3; i < sent.size(); ++i) {
        EXPECT_GE(sent[i] - sent[i - 3], 1s);
    }
}

TEST(RoamingUnderLoss, SurvivesEveryMoveWithOnePacketInFiveLost) {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        World world(seed);
        world.home_agent.listen_at(ipv4_of_home_agent);
        world.network.put_behind_nat(wire::Prefix::around(private_ipv4.address, 96 + 16),
                                     ip("::ffff:198.51.100.1"));
        world.network.conditions.loss = 0.2;
        for (int move = 0; move < 10; ++move) {
            if (move % 2 == 0) {
                world.mobile_node.attach_to({care_of_a, private_ipv4},
                                            {test::home_agent.address, ipv4_of_home_agent});
            } else {
                world.mobile_node.attach_to({private_ipv4}, {ipv4_of_home_agent});
            }
            world.network.run_for(10s);
        }
        world.network.conditions.loss = 0;
        world.network.run_for(35s);
        world.expect_agreement();
        if (testing::Test::HasFailure()) {
            std::cout << "seed " << seed << '\n' << world.network.story.text();
            return;
        }
    }
}

}  // namespace
}  // namespace godwit::simulation

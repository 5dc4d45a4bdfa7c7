// The endpoint that a NAT moves, and the one that only looks like it.

#include "tests/server/home_agent_paths.hpp"

namespace godwit::server {
namespace {

class BehindANat : public testing::Test {
  protected:
    BehindANat() {
        home_agent_.put_behind_nat(nat_path(0).remote, 61234);
        const Actions first = home_agent_.hear_along(noon, udp_update(1), udp_path);
        session_ = admitted(first);
        home_agent_.answers_heartbeats = false;
    }
    Actions move_to(const mobility::Path& path, Instant now = noon + 10s) {
        return home_agent_.core.on_moved_endpoint(now, session_, path);
    }

    AskedHomeAgent home_agent_{Protection::sealed};
    mobility::SessionId session_;
};

TEST_F(BehindANat, IsFollowedToAnotherPort) {
    const Actions actions = move_to(nat_path(50000));
    EXPECT_EQ(directed(actions), nat_path(50000));
    const auto told = test::events<mobility::EndpointMoved>(actions);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.at(0).from, nat_path(61234));
    EXPECT_EQ(told.at(0).to, nat_path(50000));
    ASSERT_EQ(challenges_in(actions).size(), 1U) << "and has to prove itself there";
    EXPECT_EQ(challenges_in(actions).at(0).path, nat_path(50000));
}

TEST_F(BehindANat, IsFollowedToAnotherAddress) {
    mobility::Path path = nat_path(50000);
    path.remote = test::ip("::ffff:198.51.100.77");
    EXPECT_EQ(directed(move_to(path)), path);
}

TEST_F(BehindANat, GoesBackIfNothingAnswersThere) {
    (void)move_to(nat_path(50000));
    const Actions actions = home_agent_.core.on_deadline(noon + 11s);
    EXPECT_EQ(directed(actions), nat_path(61234));
    EXPECT_EQ(test::events<mobility::CareOfAddressUnproved>(actions).size(), 1U);
}

// What comes from where it has said that it is has not been moved there by a NAT.
TEST_F(BehindANat, IsBoundByTheCareOfAddressThatItHasNamedWhereItAnswers) {
    const auto named = test::ip("::ffff:192.168.9.7");
    mobility::Path there = nat_path(50000);
    there.remote = test::ip("::ffff:198.51.100.77");
    home_agent_.put_behind_nat(there.remote, there.remote_port);
    wire::BindingUpdate moved = udp_update(2);
    moved.options = {wire::Ipv4CareOfAddress{*named.mapped_ipv4()}};
    mobility::Path path = udp_path;
    path.local = named;
    (void)home_agent_.hear_along(noon + 1s, moved, path);
    EXPECT_EQ(directed(home_agent_.core.on_deadline(noon + 2s)), nat_path(61234));

    const Actions heard = move_to(there, noon + 3s);
    EXPECT_TRUE(test::all<mobility::DirectTunnel>(heard).empty());
    ASSERT_EQ(challenges_in(heard).size(), 1U) << "it is asked at once";
    (void)home_agent_.answer(noon + 3s, challenges_in(heard).at(0));
    EXPECT_EQ(home_agent_.binding(noon + 3s)->path, there);
    EXPECT_EQ(home_agent_.binding(noon + 3s)->care_of.address, named);
}

TEST_F(BehindANat, IsNotMovedByALatePacketOfAnotherPath) {
    mobility::Path native = native_a;
    EXPECT_TRUE(move_to(native).empty());
    mobility::Path elsewhere = nat_path(50000);
    elsewhere.local = test::ip("::ffff:203.0.113.2");
    EXPECT_TRUE(move_to(elsewhere).empty());
    mobility::Path other_port = nat_path(50000);
    other_port.local_port = 443;
    EXPECT_TRUE(move_to(other_port).empty());
    EXPECT_TRUE(move_to(nat_path(61234)).empty()) << "it is there";
    EXPECT_EQ(home_agent_.binding(noon)->path, nat_path(61234));
}

TEST_F(BehindANat, IsNotMovedWhereATunnelWouldLoop) {
    mobility::Path loop = nat_path(50000);
    loop.remote = loop.local;
    EXPECT_TRUE(move_to(loop).empty());
}

TEST_F(BehindANat, IsNotMovedByASessionOfAnother) {
    EXPECT_TRUE(
        home_agent_.core.on_moved_endpoint(noon + 1s, {0x80000001}, nat_path(50000)).empty());
}

TEST_F(BehindANat, IsFollowedByItsSessionsOfBeforeAndAfter) {
    home_agent_.answers_heartbeats = true;
    const Actions second = home_agent_.hear_along(noon + 1s, udp_update(2), udp_path);
    EXPECT_EQ(
        directed(home_agent_.core.on_moved_endpoint(noon + 2s, admitted(second), nat_path(50001))),
        nat_path(50001))
        << "not confirmed yet";
    (void)home_agent_.core.on_session_confirmed(noon + 2s, admitted(second));
    EXPECT_EQ(directed(move_to(nat_path(50002), noon + 2500ms)), nat_path(50002))
        << "the one before";
    (void)home_agent_.core.on_deadline(noon + 40s);
    EXPECT_TRUE(test::events<mobility::EndpointMoved>(move_to(nat_path(50003), noon + 41s)).empty())
        << "has ended";
}

TEST(PlainTunnelBehindANat, IsFollowedByItsHeartbeats) {
    AskedHomeAgent home_agent(Protection::plain);
    home_agent.put_behind_nat(nat_path(0).remote, 61234);
    const auto session = home_agent.complete(home_agent.hear_along(noon, udp_update(1), udp_path));
    home_agent.put_behind_nat(nat_path(0).remote, 50000);
    const auto asked =
        home_agent.carry(wire::Heartbeat{.sequence = 1}, mobility::InSession{session}, udp_path);
    const Actions actions = home_agent.core.on_received(noon + 10s, asked);
    EXPECT_EQ(directed(actions), nat_path(50000));
    EXPECT_EQ(test::events<mobility::EndpointMoved>(actions).size(), 1U);
}

// The mobile node asks along other paths too, and from a port that nothing depends on.
TEST(PlainTunnelBehindANat, IsNotMovedByEveryHeartbeat) {
    AskedHomeAgent home_agent(Protection::plain);
    home_agent.put_behind_nat(nat_path(0).remote, 61234);
    const auto session = home_agent.complete(home_agent.hear_along(noon, udp_update(1), udp_path));
    home_agent.put_behind_nat(nat_path(0).remote, 50000);
    const auto hear = [&](const wire::Heartbeat& heartbeat) {
        return home_agent.core.on_received(
            noon + 10s, home_agent.carry(heartbeat, mobility::InSession{session}, udp_path));
    };
    EXPECT_TRUE(test::all<mobility::DirectTunnel>(hear(answered_after(41s, 1))).empty());
    home_agent.put_behind_nat(test::ip("::ffff:198.51.100.99"), 50000);
    EXPECT_TRUE(test::all<mobility::DirectTunnel>(hear({.sequence = 2})).empty());
}

}  // namespace
}  // namespace godwit::server

// Where the mobile node is on each of its paths: proof by heartbeats before any data is copied
// there (RFC 6275 §15.1), and which endpoint a NAT has moved.

#include "tests/server/several_bindings.hpp"

namespace godwit::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<mobility::Path> paths_of(const std::vector<mobility::SendMessage>& messages) {
    std::vector<mobility::Path> paths;
    for (const auto& message : messages) {
        paths.push_back(message.path);
    }
    return paths;
}

class SeveralPlaces : public SeveralBindings {
  protected:
    // Registered along both, the first in use; both are proved.
    void settle(const Link& first, const Link& second) {
        (void)begin(first);
        (void)say(noon + 1s, second, 2);
        home_agent_.answers_heartbeats = false;
    }
    Actions moved(Instant now, const mobility::Path& path) {
        return home_agent_.core.on_moved_endpoint(now, admitted_, path);
    }
};

TEST_F(SeveralPlaces, AreAskedAlongTheirOwnPathThroughTheTunnel) {
    (void)begin();
    home_agent_.answers_heartbeats = false;
    const Actions actions = say(noon + 1s, link_b, 2);
    const auto challenges = challenges_in(actions);
    ASSERT_EQ(challenges.size(), 1U);
    EXPECT_EQ(challenges.at(0).path, path_of(link_b));
    EXPECT_TRUE(std::holds_alternative<mobility::ThroughTunnel>(challenges.at(0).seal));
    EXPECT_FALSE(other(link_b).is_proved());
    const Actions proved = home_agent_.answer(noon + 1s + 20ms, challenges.at(0));
    EXPECT_TRUE(other(link_b).is_proved());
    EXPECT_EQ(test::events<mobility::CareOfAddressProved>(proved).at(0).care_of, link_b.care_of);
    EXPECT_EQ(test::order(proved), "");
    EXPECT_EQ(in_use().path, path_of(link_a));
}

TEST_F(SeveralPlaces, AreAskedEverMoreRarely) {
    (void)begin();
    home_agent_.answers_heartbeats = false;
    (void)say(noon + 1s, link_b, 2);
    for (const auto after : {333ms, 667ms, 1667ms, 3667ms}) {
        EXPECT_THAT(challenges_in(home_agent_.core.on_deadline(noon + 1s + after - 1ms)),
                    IsEmpty());
        EXPECT_EQ(challenges_in(home_agent_.core.on_deadline(noon + 1s + after)).size(), 1U);
    }
    EXPECT_EQ(in_use().path, path_of(link_a)) << "nobody has been let down";
}

TEST_F(SeveralPlaces, AreAskedAtOnceWhenAHeartbeatComesAlongThem) {
    (void)begin();
    home_agent_.answers_heartbeats = false;
    (void)say(noon + 1s, link_b, 2);
    (void)home_agent_.core.on_deadline(noon + 2s);
    const Actions actions =
        home_agent_.hear_heartbeat(noon + 2s + 1ms, {.sequence = 7}, path_of(link_b));
    EXPECT_THAT(paths_of(challenges_in(actions)), ElementsAre(path_of(link_b)));
    const auto answer = test::all<mobility::SendMessage>(actions).at(0);
    EXPECT_EQ(answer.path, path_of(link_b)) << "and are answered along them";
    EXPECT_TRUE(std::get<wire::Heartbeat>(answer.message).response);
}

// Another port would begin another proof of the same binding.
TEST_F(SeveralPlaces, AreNotGuessedAnyFasterByNamingOneAfterAnother) {
    (void)begin(wifi);
    home_agent_.answers_heartbeats = false;
    (void)say(noon + 1s, cellular, 2);
    for (std::uint32_t guess = 1; guess <= 32; ++guess) {
        (void)home_agent_.hear_heartbeat(noon + 1s, {.response = true, .sequence = guess},
                                         path_of(cellular));
    }
    Link another_port = cellular;
    another_port.udp_port = 40003;
    const auto asked = challenges_in(say(noon + 1s, another_port, 2));
    ASSERT_EQ(asked.size(), 1U);
    const Actions unheard = home_agent_.answer(noon + 1s, asked.at(0));
    EXPECT_THAT(test::drops(unheard), ElementsAre(DropReason::rate_limited));
    EXPECT_FALSE(other(cellular).is_proved());
    (void)home_agent_.answer(noon + 2s, asked.at(0));
    EXPECT_TRUE(other(cellular).is_proved()) << "one number a second";
}

// Nor by moving the one in use, whose proof begins anew likewise.
TEST_F(SeveralPlaces, AreNotGuessedAnyFasterByMovingTheOneInUse) {
    (void)begin(wifi);
    home_agent_.answers_heartbeats = false;
    for (std::uint32_t guess = 1; guess <= 32; ++guess) {
        (void)home_agent_.hear_heartbeat(noon + 1s, {.response = true, .sequence = guess},
                                         path_of(wifi));
    }
    Link another_port = wifi;
    another_port.udp_port = 40003;
    const auto asked = challenges_in(say(noon + 1s, another_port, 1));
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_TRUE(test::events<mobility::CareOfAddressProved>(
                    home_agent_.answer(noon + 1s + 20ms, asked.at(0)))
                    .empty());
    EXPECT_EQ(
        test::events<mobility::CareOfAddressProved>(home_agent_.answer(noon + 2s, asked.at(0)))
            .size(),
        1U);
}

// A mobile node that moves once a second for five minutes answers each request, the late ones too.
TEST_F(SeveralPlaces, AreProvedHoweverManyAnswersComeSecond) {
    (void)begin();
    home_agent_.answers_heartbeats = false;
    const Link elsewhere{.id = link_a.id, .care_of = link_c.care_of};
    for (int move = 1; move <= 300; ++move) {
        const Instant now = noon + move * 1s;
        const auto asked = challenges_in(say(now, move % 2 == 0 ? link_a : elsewhere, 1));
        ASSERT_EQ(asked.size(), 1U);
        const auto again = challenges_in(home_agent_.core.on_deadline(now + 333ms));
        ASSERT_EQ(again.size(), 1U);
        ASSERT_EQ(test::events<mobility::CareOfAddressProved>(
                      home_agent_.answer(now + 400ms, asked.at(0)))
                      .size(),
                  1U)
            << move;
        (void)home_agent_.answer(now + 700ms, again.at(0));
        (void)home_agent_.answer(now + 700ms, asked.at(0));
    }
}

TEST_F(SeveralPlaces, NeedNoOtherProofToBeTheOneInUse) {
    settle(link_a, link_b);
    const Actions actions = say(noon + 10s, link_b, 1);
    EXPECT_THAT(challenges_in(actions), IsEmpty());
    EXPECT_EQ(test::all<mobility::DirectTunnel>(actions).at(0).path, path_of(link_b));
    EXPECT_TRUE(home_agent_.core.path_checks().is_proved(in_use(noon + 10s)));
    EXPECT_TRUE(other(link_a).is_proved()) << "nor to be another one";
    EXPECT_THAT(probes_in(actions), testing::Not(IsEmpty())) << "how long a packet may be";
}

TEST_F(SeveralPlaces, GetDataBeforeTheyAnswerOnceTheyAreInUse) {
    (void)begin();
    home_agent_.answers_heartbeats = false;
    (void)say(noon + 1s, link_b, 2);
    const Actions actions = say(noon + 1s + 100ms, link_b, 1);
    EXPECT_EQ(test::order(actions), "send direct");
    EXPECT_THAT(paths_of(challenges_in(actions)), ElementsAre(path_of(link_b)));
    const Actions late = home_agent_.core.on_deadline(noon + 2s + 100ms);
    EXPECT_EQ(test::all<mobility::DirectTunnel>(late).at(0).path, path_of(link_a))
        << "back to where it was proved";
}

TEST_F(SeveralPlaces, SendNoDataBackToABindingThatHasEnded) {
    (void)begin();
    home_agent_.answers_heartbeats = false;
    (void)say(noon + 1s, link_b, 2);
    const Actions actions =
        hear(noon + 2s, lifetime_zero(identified(next(), link_a, 1, false)), link_b);
    EXPECT_EQ(test::order(actions), "send direct");
    EXPECT_EQ(test::order(home_agent_.core.on_deadline(noon + 3s)), "direct hold");
    EXPECT_EQ(in_use(noon + 3s).binding_id, 2);
}

TEST_F(SeveralPlaces, CannotKeepDataGoingByGoingToAndFro) {
    settle(link_a, link_b);
    (void)say(noon + 10s, link_c, 1);
    (void)say(noon + 10s + 900ms, link_b, 1);
    const Actions again = say(noon + 11s, link_c, 1);
    EXPECT_EQ(test::all<mobility::DirectTunnel>(again).at(0).path, path_of(link_b));
}

TEST_F(SeveralPlaces, StillHaveToProveWhatTheyHadNotWhenAnotherTakesOver) {
    settle(link_a, link_b);
    (void)say(noon + 10s, link_c, 1);
    const Actions actions = say(noon + 10s + 100ms, link_b, 1);
    EXPECT_FALSE(other(link_c).is_proved());
    EXPECT_THAT(paths_of(challenges_in(actions)), ElementsAre(path_of(link_c)));
}

// Copies of each packet over both paths, either of which may be the first: the trap of a rule that
// follows the newest packet.
TEST_F(SeveralPlaces, MoveNothingByThePacketsThatComeFromThem) {
    settle(wifi, cellular);
    for (int packet = 0; packet < 6; ++packet) {
        const Actions actions = moved(noon + 10s, path_of(packet % 2 == 0 ? cellular : wifi));
        EXPECT_TRUE(actions.empty());
    }
    EXPECT_EQ(in_use().path, path_of(wifi));
    EXPECT_EQ(other(cellular).place.path, path_of(cellular));
}

TEST_F(SeveralPlaces, MoveNothingByPacketsOfAPathThatIsNotProved) {
    (void)begin(wifi);
    home_agent_.answers_heartbeats = false;
    (void)say(noon + 1s, cellular, 2);
    EXPECT_TRUE(moved(noon + 1s, path_of(cellular)).empty());
}

TEST_F(SeveralPlaces, MoveNothingByTheHeartbeatsOfAPlainTunnel) {
    AskedHomeAgent home_agent(Protection::plain);
    const Link same_nat{.id = 2, .care_of = wifi.care_of, .udp_port = 40002};
    const auto session = home_agent.complete(
        home_agent.hear_along(noon, overwriting(identified(1, wifi, 1)), at_mobile_node(wifi)));
    (void)home_agent.hear_in_session_along(noon + 1s, identified(2, same_nat, 2), session,
                                           at_mobile_node(same_nat));
    const Actions actions = home_agent.core.on_received(
        noon + 2s, home_agent.carry(wire::Heartbeat{.sequence = 1}, mobility::InSession{session},
                                    at_mobile_node(same_nat)));
    EXPECT_TRUE(test::all<mobility::DirectTunnel>(actions).empty());
    EXPECT_EQ(home_agent.binding(noon + 2s)->path, path_of(wifi));
}

mobility::Path nat_moved(const Link& link, std::uint16_t port = 50000) {
    mobility::Path path = path_of(link);
    path.remote_port = port;
    return path;
}

// Some of whose flows go along both of its paths.
TEST_F(SeveralPlaces, FollowANatAtOnceWhereNoFlowTakesTheOtherPath) {
    settle(wifi, cellular);
    mobility::Path rebooted = path_of(wifi);
    rebooted.remote_port = 50000;
    const Actions actions = moved(noon + 10s, rebooted);
    EXPECT_EQ(test::all<mobility::DirectTunnel>(actions).at(0).path, rebooted);
    EXPECT_EQ(test::order(moved(noon + 10s + 1ms, path_of(cellular))), "")
        << "that is the other one";
}

// Some of whose flows go along both of its paths.
class MovedByANat : public SeveralPlaces {
  protected:
    void settle(const Link& first, const Link& second) {
        SeveralPlaces::settle(first, second);
        wire::BindingUpdate update = identified(next(), first, 1);
        update.options.emplace_back(wire::FlowIdentification{.id = 1,
                                                             .priority = 1,
                                                             .selector = wire::TrafficSelector{},
                                                             .binding_ids = {1, 2},
                                                             .malformed = {}});
        (void)hear(noon + 2s, update, first);
    }
    // A packet comes from `stranger`; who is asked, and who of them answers.
    Actions ask(const mobility::Path& stranger, const std::vector<mobility::Path>& answering) {
        const Actions asked = moved(noon + 10s, stranger);
        EXPECT_EQ(test::order(asked), "") << "nothing moves before it is asked";
        for (const auto& challenge : challenges_in(asked)) {
            if (std::ranges::find(answering, challenge.path) != answering.end()) {
                EXPECT_EQ(test::order(home_agent_.answer(noon + 10s + 20ms, challenge)), "");
            }
        }
        return home_agent_.core.on_deadline(noon + 11s);
    }
};

TEST_F(MovedByANat, AreAskedWhichOfThemItIs) {
    settle(wifi, cellular);
    const auto challenges = challenges_in(moved(noon + 10s, nat_moved(wifi)));
    EXPECT_THAT(paths_of(challenges),
                ElementsAre(nat_moved(wifi), path_of(wifi), path_of(cellular)));
    EXPECT_EQ(in_use().path, path_of(wifi));
    EXPECT_EQ(home_agent_.core.next_deadline(), noon + 10s + 333ms);
}

TEST_F(MovedByANat, MayBeTheOneInUse) {
    settle(wifi, cellular);
    const Actions actions = ask(nat_moved(wifi), {nat_moved(wifi), path_of(cellular)});
    EXPECT_EQ(test::all<mobility::DirectTunnel>(actions).at(0).path, nat_moved(wifi));
    const auto told = test::events<mobility::EndpointMoved>(actions);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.at(0).from, path_of(wifi));
    EXPECT_TRUE(home_agent_.core.path_checks().is_proved(in_use(noon + 11s)))
        << "it has answered from there";
    EXPECT_EQ(other(cellular).place.path, path_of(cellular));
}

TEST_F(MovedByANat, MayBeAnother) {
    settle(wifi, cellular);
    const Actions actions = ask(nat_moved(cellular), {nat_moved(cellular), path_of(wifi)});
    EXPECT_EQ(test::order(actions), "");
    EXPECT_EQ(test::events<mobility::EndpointMoved>(actions).at(0).to, nat_moved(cellular));
    EXPECT_EQ(in_use().path, path_of(wifi));
    EXPECT_EQ(other(cellular).place.path, nat_moved(cellular));
    EXPECT_TRUE(other(cellular).is_proved());
    EXPECT_TRUE(moved(noon + 12s, nat_moved(cellular)).empty()) << "it is known from now on";
}

TEST_F(MovedByANat, MayBeNone) {
    settle(wifi, cellular);
    const Actions actions =
        ask(nat_moved(wifi), {nat_moved(wifi), path_of(wifi), path_of(cellular)});
    EXPECT_EQ(test::order(actions), "");
    EXPECT_EQ(in_use().path, path_of(wifi));
    EXPECT_TRUE(moved(noon + 12s, nat_moved(wifi)).empty()) << "not asked again for a while";
}

TEST_F(MovedByANat, AreNotWhereNobodyAnswers) {
    settle(wifi, cellular);
    EXPECT_EQ(test::order(ask(nat_moved(wifi), {})), "");
    EXPECT_EQ(in_use().path, path_of(wifi));
}

TEST_F(MovedByANat, AreAskedWhereOnlyOneOfThemIsInUdp) {
    settle(link_a, cellular);
    const Actions asked = moved(noon + 10s, nat_moved(cellular));
    EXPECT_THAT(paths_of(challenges_in(asked)),
                ElementsAre(nat_moved(cellular), path_of(cellular)));
    EXPECT_EQ(test::order(asked), "") << "the one in use is native";
}

TEST_F(MovedByANat, AreNoneOfThoseThatComeToAnotherPortOfTheHomeAgent) {
    settle(wifi, cellular);
    mobility::Path other_port = nat_moved(wifi);
    other_port.local_port = 443;
    EXPECT_TRUE(moved(noon + 10s, other_port).empty());
    mobility::Path native = path_of(link_a);
    EXPECT_TRUE(moved(noon + 10s, native).empty());
}

TEST_F(MovedByANat, GiveWayToABindingUpdateThatComesMeanwhile) {
    settle(wifi, cellular);
    (void)moved(noon + 10s, nat_moved(wifi));
    const Link rebound{.id = 1, .care_of = wifi.care_of, .udp_port = 50000};
    const Actions updated = say(noon + 10s + 100ms, rebound, 1);
    EXPECT_EQ(test::all<mobility::DirectTunnel>(updated).at(0).path, nat_moved(wifi));
    (void)home_agent_.answer(noon + 10s + 120ms, challenges_in(updated).at(0));
    EXPECT_EQ(test::order(home_agent_.core.on_deadline(noon + 11s)), "");
    EXPECT_EQ(in_use(noon + 11s).path, nat_moved(wifi));
}

// A copy that has been on its way along another path when that one was deregistered.
TEST_F(MovedByANat, AreAskedWhenTheOthersHaveEndedToo) {
    settle(wifi, cellular);
    (void)hear(noon + 2s, lifetime_zero(identified(next(), cellular, 2, false)), wifi);
    const Actions late = moved(noon + 2s, path_of(cellular));
    EXPECT_EQ(test::order(late), "");
    EXPECT_THAT(paths_of(challenges_in(late)), ElementsAre(path_of(cellular), path_of(wifi)));
    EXPECT_EQ(test::order(home_agent_.core.on_deadline(noon + 3s)), "");
    EXPECT_EQ(in_use(noon + 3s).path, path_of(wifi));
}

TEST_F(SeveralPlaces, FollowANatAtOnceWhereThereIsButOneWithANumber) {
    (void)begin(wifi);
    EXPECT_EQ(test::all<mobility::DirectTunnel>(moved(noon + 10s, nat_moved(wifi))).at(0).path,
              nat_moved(wifi));
}

}  // namespace
}  // namespace godwit::server

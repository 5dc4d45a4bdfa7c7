// When a mobile node sends again, and how often at most: RFC 6275 §11.8, §12, §13.

#include "tests/conformance/mobile_node_laboratory.hpp"

namespace godwit::conformance::mobile_node {
namespace {

const Ipv6Address private_ipv4 = ip("::ffff:192.168.1.7");

// Three ways at once: native, UDP over IPv6, and UDP over IPv4.
mobility::Attachments three_ways(const wire::CareOfAddress& care_of) {
    return {.candidates = {offered(care_of.address), offered(private_ipv4)},
            .endpoints = {{ip("2001:db8:e::2")}, {ip("::ffff:203.0.113.2")}},
            .home = {}};
}

RULE(rfc6275_11_8, WaitsLongerForTheFirstRegistration,
     "without a binding an update is sent again after InitialBindackTimeoutFirstReg, 1.5 s") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.run_until(noon + 1500ms - 1ns);
    EXPECT_EQ(node.update_count(), 1U);
    node.run_until(noon + 1500ms);
    EXPECT_EQ(node.update_count(), 2U);
}
RULE(rfc6275_13, HasThatTimeConfigurable, "InitialBindackTimeoutFirstReg can be configured") {
    auto settings = settings_of();
    settings.registration.first_registration_timeout = 5s;
    LaboratoryNode node(settings);
    node.attach(at(care_of_a));
    node.run_for(5s);
    EXPECT_THAT(node.pauses(), testing::ElementsAre(5s));
}
RULE(rfc6275_11_8, WaitsASecondWhereThereIsABinding,
     "with a binding, and no round trip known, an update is sent again after "
     "INITIAL_BINDACK_TIMEOUT, 1 s") {
    LaboratoryNode node;
    node.register_at();
    node.run_until(noon + 10s);
    node.attach(at(care_of_b));
    node.run_for(1s);
    EXPECT_THAT(node.pauses(), testing::ElementsAre(10s, 1s));
}
RULE(rfc6275_11_8, DoublesTheTimeWithEachRetransmission,
     "the time doubles with each retransmission up to MAX_BINDACK_TIMEOUT, 32 s") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.run_for(111s);
    EXPECT_THAT(node.pauses(), testing::ElementsAre(1500ms, 3s, 6s, 12s, 24s, 32s, 32s));
}
RULE(rfc6275_11_8, DoublesTheTimeOfARefreshToo, "a refresh backs off as any other update does") {
    LaboratoryNode node;
    node.register_at();
    node.run_until(noon + 480s + 16s);
    EXPECT_THAT(node.pauses(), testing::ElementsAre(480s, 1s, 2s, 4s, 8s));
}
RULE(rfc6275_11_7_1, GoesOnForEverWithTheOneHomeAgentItHas,
     "with one home agent it goes on at that rate until it is answered") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.run_for(2h);
    EXPECT_EQ(node.updates_since(noon + 1h).size(), 112U);
    node.be_answered();
    EXPECT_TRUE(node.is_registered());
}
RULE(rfc6275_11_8, NumbersEachRetransmissionAnew,
     "each retransmission has a greater number, which wraps from 65535 to 0") {
    auto settings = settings_of();
    settings.registration.first_sequence = wire::SequenceNumber(65533);
    LaboratoryNode node(settings);
    node.attach(at(care_of_a));
    node.run_for(11s);
    std::vector<std::uint16_t> numbers;
    for (const Sent& update : node.updates()) {
        numbers.push_back(update.sequence());
    }
    EXPECT_THAT(numbers, testing::ElementsAre(65534, 65535, 0, 1));
}
RULE(rfc6275_11_8, SendsTheSameAgain, "a retransmission asks for what the first one asked for") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.run_for(5s);
    const Sent first = node.updates().front();
    EXPECT_EQ(node.update().source(), first.source());
    EXPECT_EQ(node.update().flags(), first.flags());
    EXPECT_EQ(node.update().lifetime(), first.lifetime());
}
RULE(rfc6275_11_8, BeginsAnewForAnotherCareOfAddress,
     "each care-of address has a back-off of its own") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.run_for(11s);
    node.attach(at(care_of_b));
    const Instant moved = node.now;
    node.run_for(1500ms);
    EXPECT_EQ(node.updates_since(moved).size(), 2U);
}
RULE(rfc6275_11_8, DoesNotBeginAnewForTheSameCareOfAddress,
     "the same care-of address offered again changes nothing of the back-off") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    for (int again = 0; again < 40; ++again) {
        node.run_for(100ms);
        node.attach(at(care_of_a));
    }
    EXPECT_THAT(node.pauses(), testing::ElementsAre(1500ms));
}
RULE(rfc6275_11_8, StopsOnceItIsAnswered, "what is acknowledged is not sent again") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.run_for(1s);
    node.be_answered();
    node.run_until(noon + 479s);
    EXPECT_EQ(node.update_count(), 1U);
}
RULE(rfc6275_11_8, TakesALateAnswerToAnEarlierTransmission,
     "the answer to the first transmission ends the retransmissions, too") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    const Sent first = node.update();
    node.run_for(2s);
    ASSERT_EQ(node.update_count(), 2U);
    node.be_answered(first);
    EXPECT_TRUE(node.is_registered());
    node.run_for(60s);
    EXPECT_EQ(node.update_count(), 2U);
}
RULE(rfc6275_11_8, AsksNothingWithoutALink, "without a care-of address nothing is sent") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.attach(nothing);
    node.run_for(10min);
    EXPECT_EQ(node.update_count(), 1U);
}

// MAX_UPDATE_RATE

RULE(rfc6275_11_5_3, RegistersThreeTimesASecondAtMost,
     "however links flap, no more than MAX_UPDATE_RATE updates go out within a second") {
    LaboratoryNode node;
    for (int move = 0; move < 200; ++move) {
        node.attach(at(move % 2 == 0 ? care_of_a : care_of_b));
        node.run_for(50ms);
    }
    EXPECT_EQ(node.most_updates_in_a_second(), 3U);
}
RULE(rfc6275_11_5_3, RegistersWhereItIsInTheEnd,
     "the place that was held back by the rate is registered when the rate allows") {
    LaboratoryNode node;
    for (int move = 0; move < 5; ++move) {
        node.attach(at(move % 2 == 0 ? care_of_b : care_of_a));
    }
    EXPECT_EQ(node.update_count(), 3U);
    node.run_until(noon + 1s - 1ns);
    EXPECT_EQ(node.update_count(), 3U);
    node.run_until(noon + 1s);
    EXPECT_EQ(node.update().source(), care_of_b.address);
}
RULE(rfc6275_11_8, KeepsTheRateBetweenHomeAndAway,
     "going home and away again counts into the same rate") {
    LaboratoryNode node;
    for (int move = 0; move < 40; ++move) {
        node.attach(move % 2 == 0 ? at(care_of_a) : at_home);
        node.run_for(100ms);
    }
    EXPECT_EQ(node.most_updates_in_a_second(), 3U);
}
RULE(rfc6275_11_8, KeepsTheRateWhileWaysRace,
     "updates along several ways to one home agent count together") {
    LaboratoryNode node;
    for (int move = 0; move < 10; ++move) {
        node.attach(three_ways(move % 2 == 0 ? care_of_a : care_of_b));
        node.run_for(400ms);
    }
    EXPECT_EQ(node.most_updates_in_a_second(), 3U);
}
RULE(rfc6275_11_8, KeepsTheRateWhereEachNumberIsRefused,
     "an update that corrects its number counts into the rate") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    for (int refusal = 0; refusal < 300; ++refusal) {
        node.be_answered({.status = 135, .sequence = static_cast<std::uint16_t>(refusal * 100)});
        node.run_for(10ms);
    }
    EXPECT_EQ(node.most_updates_in_a_second(), 3U);
}
RULE(rfc6275_11_8, KeepsTheRateWhoeverAsksForUpdates,
     "refresh requests and binding errors do not lift the rate") {
    LaboratoryNode node;
    node.register_at();
    for (int asked = 0; asked < 400; ++asked) {
        node.hear(asked % 2 == 0 ? node.refresh_request() : node.error(1));
        node.attach(at(asked / 10 % 2 == 0 ? care_of_b : care_of_a));
        node.run_for(10ms);
    }
    EXPECT_EQ(node.most_updates_in_a_second(), 3U);
}

}  // namespace
}  // namespace godwit::conformance::mobile_node

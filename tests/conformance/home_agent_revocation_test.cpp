// RFC 5846 §6, §7, §11: a home agent ends a binding by its own will; RFC 5847 §3: heartbeats.

#include "tests/conformance/home_agent_bench.hpp"

namespace godwit::conformance {
namespace {

using Trigger = wire::RevocationTrigger;

// Has bound the home address to care_of_a, and can revoke that.
class Revoking : public BoundHomeAgent {
  public:
    Revoking() : BoundHomeAgent(10) {}
    std::vector<Answer> revoke(Trigger trigger = Trigger::administrative_reason) {
        return carry_out(core.revoke(now(), {home}, trigger));
    }
    std::vector<Answer> acknowledge(std::uint16_t sequence, const char* status = "00") {
        const MobilityHeader header{
            .type = 16,
            .data = joined({octets("02"), octets(status), two(sequence), octets("0000 01020000")})};
        return hear_packet(packet(care_of_a, home_agent, {home_address_option(home)},
                                  header.between(home, home_agent)));
    }
};
std::uint16_t number_of(const Answer& indication) {
    return two_at(indication.header, 8);
}

RULE(rfc5846_7, GoesToTheCareOfAddress,
     "a revocation indication goes to the care-of address, with the home address in a type 2 "
     "routing header") {
    Revoking bench;
    const auto sent = bench.revoke();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].type(), 16);
    EXPECT_EQ(sent[0].destination, care_of_a);
    EXPECT_EQ(sent[0].routing_header, home);
}

RULE(rfc5846_6_1, IsOfTypeOne, "a revocation indication is of B.R. type 1") {
    Revoking bench;
    EXPECT_EQ(bench.revoke().at(0).header[6], 1);
}

RULE(rfc5846_6_1, SaysWhy, "a revocation indication has its trigger") {
    Revoking bench;
    EXPECT_EQ(bench.revoke(Trigger::administrative_reason).at(0).header[7], 1);
}

RULE(rfc5846_6_1, HasNoFlags,
     "P, V and G are not set: it is one mobile node and all of its binding") {
    Revoking bench;
    EXPECT_EQ(two_at(bench.revoke().at(0).header, 10), 0);
}

RULE(rfc5846_7, EndsTheBindingAtOnce, "the binding ends at once, acknowledged or not") {
    Revoking bench;
    (void)bench.revoke();
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5846_7, HasNothingToRevoke, "without a binding nothing is sent") {
    HomeAgentBench bench;
    EXPECT_TRUE(
        bench.carry_out(bench.core.revoke(bench.now(), {home}, Trigger::unspecified)).empty());
}

RULE(rfc5846_7, LeavesOthersAlone, "the bindings of other home addresses stay") {
    Revoking bench;
    (void)bench.answer({}, care_of_b, other_home);
    (void)bench.revoke();
    EXPECT_EQ(bench.tunnel(other_home), care_of_b);
}

RULE(rfc5846_6_3, IsRepeatedAfterASecond,
     "without an acknowledgement it is sent again after 1 s, the same") {
    Revoking bench;
    const std::uint16_t number = number_of(bench.revoke().at(0));
    EXPECT_TRUE(bench.wait(1s - 1ns).empty());
    const auto again = bench.wait(1ns);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(number_of(again[0]), number);
}

RULE(rfc5846_6_3, BacksOffToTwoSeconds, "the time between doubles up to MAX_BRACK_TIMEOUT, 2 s") {
    Revoking bench;
    (void)bench.revoke();
    (void)bench.wait(1s);
    EXPECT_TRUE(bench.wait(2s - 1ns).empty());
    EXPECT_EQ(bench.wait(1ns).size(), 1U);
    EXPECT_TRUE(bench.wait(2s - 1ns).empty());
    EXPECT_EQ(bench.wait(1ns).size(), 1U);
}

RULE(rfc5846_6_3, GivesUp, "after three repetitions it is not sent any more") {
    Revoking bench;
    (void)bench.revoke();
    EXPECT_EQ(bench.wait(1h).size(), 3U);
}

RULE(rfc5846_6_2_2, StopsWhenItIsAcknowledged,
     "an acknowledgement of its number ends the repetitions") {
    Revoking bench;
    const std::uint16_t number = number_of(bench.revoke().at(0));
    EXPECT_TRUE(bench.acknowledge(number).empty());
    EXPECT_TRUE(bench.wait(1h).empty());
}

RULE(rfc5846_6_2_2, StopsWhateverTheStatus,
     "an acknowledgement of any status ends the repetitions") {
    Revoking bench;
    const std::uint16_t number = number_of(bench.revoke().at(0));
    EXPECT_TRUE(bench.acknowledge(number, "80").empty());
    EXPECT_TRUE(bench.wait(1h).empty());
}

RULE(rfc5846_6_2_2, DiscardsAnotherNumber, "an acknowledgement of another number is discarded") {
    Revoking bench;
    const std::uint16_t number = number_of(bench.revoke().at(0));
    (void)bench.acknowledge(static_cast<std::uint16_t>(number + 1));
    EXPECT_EQ(bench.wait(1h).size(), 3U);
}

RULE(rfc5846_7, TakesANewRegistration,
     "a newer update is taken after a revocation, and ends its repetitions") {
    Revoking bench;
    (void)bench.revoke();
    EXPECT_EQ(bench.answer({.sequence = 11}, care_of_b).status(), 0);
    EXPECT_EQ(bench.tunnel(), care_of_b);
    for (const Answer& sent : bench.wait(60s)) {
        EXPECT_NE(sent.type(), 16);
    }
}

RULE(rfc5846_7, TakesNoLateUpdate, "an older update does not bring a revoked binding back") {
    Revoking bench;
    (void)bench.revoke();
    EXPECT_EQ(bench.answer({.sequence = 9}, care_of_b).status(), 135);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(rfc5846_7, NumbersEachRevocationAnew, "another revocation has another number") {
    Revoking bench;
    const std::uint16_t first = number_of(bench.revoke().at(0));
    (void)bench.answer({.sequence = 11});
    EXPECT_NE(number_of(bench.revoke().at(0)), first);
}

}  // namespace
}  // namespace godwit::conformance

// How a mobile node proves that it is where it says it is: the rules, by themselves.

#include "server/core/care_of_proof.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>

#include "tests/support/actions.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using test::noon;

Whereabouts at(const wire::CareOfAddress& care_of) {
    return {.care_of = care_of,
            .path = {.local = test::home_agent.address, .remote = care_of.address}};
}
Whereabouts at(std::string_view address) {
    return at(wire::CareOfAddress{test::ip(address)});
}

const Whereabouts a = at(test::care_of_a);
const Whereabouts b = at(test::care_of_b);

class CareOfProofTest : public testing::Test {
  protected:
    std::optional<std::uint32_t> request(mobility::Instant now) {
        return proof_.next_request(now, [this] { return ++random_; });
    }
    [[nodiscard]] bool is_answered_by(std::uint32_t sequence) {
        return proof_.on_answer(noon + 10s, sequence).has_value();
    }
    // Nobody answers: until one second after the claim.
    void wait_in_vain(mobility::Instant now) {
        (void)request(now);
        EXPECT_TRUE(proof_.give_up(now + 1s));
    }

    std::uint32_t random_ = 100;
    CareOfProof proof_{a};
};

TEST_F(CareOfProofTest, LetsDataGoToANewPlaceAtOnce) {
    EXPECT_EQ(proof_.on_claim(noon, b), b);
    EXPECT_EQ(proof_.proved(), a);
}

TEST_F(CareOfProofTest, AsksThreeTimesInASecondByDifferentNumbers) {
    (void)proof_.on_claim(noon, b);
    EXPECT_EQ(proof_.next_deadline(), noon);
    EXPECT_EQ(request(noon), 101U);
    for (const auto after : {333ms, 667ms}) {
        EXPECT_EQ(proof_.next_deadline(), noon + after);
        EXPECT_FALSE(request(noon + after - 1ms));
        EXPECT_TRUE(request(noon + after));
    }
    EXPECT_EQ(random_, 103U);
    EXPECT_EQ(proof_.next_deadline(), noon + 1s);
    EXPECT_FALSE(request(noon + 1s));
    EXPECT_FALSE(proof_.give_up(noon + 1s - 1ms));
    EXPECT_TRUE(proof_.give_up(noon + 1s));
    EXPECT_FALSE(proof_.give_up(noon + 1s)) << "once";
}

TEST_F(CareOfProofTest,
       AsksAtOnceWhoHasBeenHeardFromThere) {  // the first request may come too early
    (void)proof_.on_claim(noon, b);
    (void)request(noon);
    proof_.on_heard(noon + 2ms);
    EXPECT_TRUE(request(noon + 2ms));
    EXPECT_FALSE(request(noon + 2ms));
    EXPECT_EQ(proof_.next_deadline(), noon + 333ms) << "the others go out all the same";
}

TEST_F(CareOfProofTest, AsksNoMoreThanThreeTimesBecauseItHears) {
    (void)proof_.on_claim(noon, b);
    (void)request(noon);
    int asked = 0;
    for (int heartbeat = 0; heartbeat < 10; ++heartbeat) {
        proof_.on_heard(noon + 2ms);
        asked += request(noon + 2ms) ? 1 : 0;
    }
    EXPECT_EQ(asked, 3);
}

TEST_F(CareOfProofTest, GoesOnAskingEverMoreRarely) {
    (void)proof_.on_claim(noon, b);
    for (const auto after : {0ms, 333ms, 667ms}) {
        (void)request(noon + after);
    }
    EXPECT_TRUE(proof_.give_up(noon + 1s));
    auto now = noon + 667ms;
    for (const auto interval : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 64s}) {
        now += interval;
        EXPECT_EQ(proof_.next_deadline(), now);
        EXPECT_FALSE(request(now - 1ms));
        EXPECT_TRUE(request(now));
    }
    EXPECT_EQ(proof_.on_answer(now + 30ms, random_), 30ms);
    EXPECT_EQ(proof_.on_answer(now + 30ms, random_ - 2), 128s + 30ms);
    EXPECT_FALSE(proof_.on_answer(now + 30ms, random_ - 6)) << "too long ago";
}

TEST_F(CareOfProofTest, TakesAnAnswerToAnyOfItsNumbersAndToNoOther) {
    (void)proof_.on_claim(noon, b);
    (void)request(noon);
    (void)request(noon + 333ms);
    EXPECT_FALSE(is_answered_by(100));
    EXPECT_FALSE(is_answered_by(0));
    EXPECT_FALSE(is_answered_by(103)) << "not sent yet";
    EXPECT_TRUE(is_answered_by(101));
    EXPECT_TRUE(is_answered_by(102));
    EXPECT_EQ(proof_.on_answer(noon + 400ms, 101), 400ms);
    EXPECT_EQ(proof_.on_answer(noon + 400ms, 102), 67ms);
}

TEST_F(CareOfProofTest, TakesAnAnswerThatComesAfterAll) {
    (void)proof_.on_claim(noon, b);
    wait_in_vain(noon);
    EXPECT_TRUE(is_answered_by(101));
}

TEST_F(CareOfProofTest, IsNotBegunAnewByRetransmissions) {
    (void)proof_.on_claim(noon, b);
    (void)request(noon);
    EXPECT_EQ(proof_.on_claim(noon + 900ms, b), b);
    EXPECT_EQ(proof_.next_deadline(), noon + 333ms);
    (void)request(noon + 900ms);
    (void)request(noon + 900ms);
    EXPECT_TRUE(proof_.give_up(noon + 1s));
}

TEST_F(CareOfProofTest, HoldsAPlaceThatHasNotAnsweredUntilItDoes) {
    (void)proof_.on_claim(noon, b);
    wait_in_vain(noon);
    EXPECT_EQ(proof_.on_claim(noon + 2s, b), a) << "asked again, but no data goes there";
    EXPECT_EQ(request(noon + 2s), 102U);
    EXPECT_EQ(proof_.on_claim(noon + 2s + 100ms, b), a);
    EXPECT_FALSE(request(noon + 2s + 100ms));
    EXPECT_FALSE(is_answered_by(101)) << "of the time before";
    EXPECT_TRUE(is_answered_by(102));
}

TEST_F(CareOfProofTest, AsksAPlaceThatHasNotAnsweredAgainAtMostOnceASecond) {
    (void)proof_.on_claim(noon, b);
    wait_in_vain(noon);
    (void)proof_.on_claim(noon + 1s, b);
    wait_in_vain(noon + 1s);
    (void)proof_.on_claim(noon + 2s - 1ms, b);
    EXPECT_FALSE(request(noon + 2s - 1ms));
    (void)proof_.on_claim(noon + 2s, b);
    EXPECT_TRUE(request(noon + 2s));
}

TEST_F(CareOfProofTest, NeedsNoNewProofOfThePlaceBefore) {
    (void)proof_.on_claim(noon, b);
    (void)request(noon);
    EXPECT_EQ(proof_.on_claim(noon + 100ms, a), a);
    EXPECT_FALSE(proof_.next_deadline());
    EXPECT_FALSE(is_answered_by(101)) << "it has gone back";
}

TEST_F(CareOfProofTest, RemembersAPlaceThatWasLeftBeforeItAnswered) {
    (void)proof_.on_claim(noon, b);
    (void)request(noon);
    (void)proof_.on_claim(noon + 900ms, a);
    EXPECT_EQ(proof_.on_claim(noon + 950ms, b), a)
        << "else data could be kept going there by going to and fro";
    EXPECT_TRUE(request(noon + 950ms));
}

TEST_F(CareOfProofTest, GivesCreditToThreePlacesInARow) {
    const auto c = at("2001:db8:c::2");
    const auto d = at("2001:db8:d::2");
    const auto e = at("2001:db8:e::2");
    EXPECT_EQ(proof_.on_claim(noon, b), b);
    EXPECT_EQ(proof_.on_claim(noon + 1ms, c), c);
    EXPECT_EQ(proof_.on_claim(noon + 2ms, d), d);
    EXPECT_EQ(proof_.on_claim(noon + 3ms, e), a);
    EXPECT_EQ(request(noon + 3ms), 101U);
    EXPECT_TRUE(is_answered_by(101)) << "but believes what proves itself";
}

TEST_F(CareOfProofTest, HasNowhereToGoBackToAtAFirstRegistration) {
    CareOfProof first(std::nullopt);
    EXPECT_EQ(first.on_claim(noon, a), a);
    EXPECT_TRUE(first.next_request(noon, [] { return 1U; }));
    EXPECT_TRUE(first.give_up(noon + 1s));
    EXPECT_EQ(first.on_claim(noon + 2s, a), std::nullopt);
    EXPECT_EQ(first.on_claim(noon + 2s, b), b) << "another place is another matter";
}

TEST_F(CareOfProofTest, IsNotForgottenByDeregistering) {
    (void)proof_.on_claim(noon, b);
    (void)request(noon);
    proof_.on_binding_ended();
    EXPECT_FALSE(proof_.next_deadline());
    EXPECT_FALSE(is_answered_by(101));
    EXPECT_EQ(proof_.on_claim(noon + 1s, b), std::nullopt);
    EXPECT_TRUE(request(noon + 1s));
}

}  // namespace
}  // namespace godwit::server

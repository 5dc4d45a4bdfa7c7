#include "client/core/next_hop_questions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/support/addresses.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using test::ip;
using test::noon;
using testing::ElementsAre;
using testing::IsEmpty;

const NextHop wireless{{3}, ip("::ffff:192.168.1.1")};
const NextHop wired{{2}, ip("::ffff:192.168.1.1")};

TEST(NextHopQuestions, AskASilentOneAtGrowingDistances) {
    NextHopQuestions questions;
    questions.on_silent(noon, std::array{wireless});
    std::vector<std::chrono::nanoseconds> distances;
    mobility::Instant last = noon;
    while (distances.size() < 9) {
        const mobility::Instant due = questions.next_deadline().value();
        EXPECT_THAT(questions.on_deadline(due - 1ns), IsEmpty());
        ASSERT_THAT(questions.on_deadline(due), ElementsAre(wireless));
        questions.on_silent(due + 10ms, std::array{wireless});
        distances.push_back(due - last);
        last = due;
    }
    EXPECT_THAT(distances, ElementsAre(1s, 2s, 4s, 8s, 16s, 32s, 64s, 64s, 64s));
}

TEST(NextHopQuestions, EndWithAnAnswer) {
    NextHopQuestions questions;
    questions.on_silent(noon, std::array{wireless});
    questions.on_silent(noon + 500ms, {});
    EXPECT_EQ(questions.next_deadline(), std::nullopt);
    EXPECT_THAT(questions.on_deadline(noon + 1h), IsEmpty());
}

TEST(NextHopQuestions, BeginAnewWhereItFallsSilentAgain) {
    NextHopQuestions questions;
    questions.on_silent(noon, std::array{wireless});
    ASSERT_THAT(questions.on_deadline(noon + 1h), ElementsAre(wireless));
    questions.on_silent(noon + 1h, {});
    questions.on_silent(noon + 2h, std::array{wireless});
    EXPECT_EQ(questions.next_deadline(), noon + 2h + 1s);
}

TEST(NextHopQuestions, GoToEachLinkForItself) {
    NextHopQuestions questions;
    questions.on_silent(noon, std::array{wireless});
    questions.on_silent(noon + 600ms, std::array{wired, wireless});
    EXPECT_THAT(questions.on_deadline(noon + 1s), ElementsAre(wireless));
    EXPECT_THAT(questions.on_deadline(noon + 1600ms), ElementsAre(wired));
    EXPECT_EQ(questions.next_deadline(), noon + 3s);
}

}  // namespace
}  // namespace godwit::client

// Which of several endpoints a NAT has moved: the rules, by themselves.

#include "server/core/endpoint_inquiry.hpp"

#include <gmock/gmock.h>

#include <vector>

#include "tests/support/actions.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using mobility::Instant;
using test::noon;
using testing::ElementsAre;
using testing::IsEmpty;

mobility::Path at(std::uint16_t port) {
    return {.encapsulation = mobility::Encapsulation::udp,
            .local = test::ip("::ffff:203.0.113.1"),
            .remote = test::ip("::ffff:198.51.100.5"),
            .local_port = 4191,
            .remote_port = port};
}
const mobility::Path in_use = at(1);
const mobility::Path other = at(2);
const mobility::Path stranger = at(77);
const mobility::Path another_stranger = at(78);

using Move = EndpointInquiry::Move;

class EndpointInquiryTest : public testing::Test {
  protected:
    void hear(Instant now, const mobility::Path& path) {
        inquiry_.on_stranger(now, path, std::vector{in_use, other});
    }
    // Those that are asked now; the ones named answer.
    std::vector<mobility::Path> ask(Instant now,
                                    const std::vector<mobility::Path>& answering = {}) {
        std::vector<mobility::Path> asked;
        for (const auto& [path, number] : inquiry_.due(now, [this] { return ++random_; })) {
            asked.push_back(path);
            if (std::ranges::find(answering, path) != answering.end()) {
                EXPECT_TRUE(inquiry_.on_answer(number));
            }
        }
        return asked;
    }

    EndpointInquiry inquiry_;
    std::uint32_t random_ = 100;
};

TEST_F(EndpointInquiryTest, AsksTheStrangerAndAllThatItMayHaveBeen) {
    hear(noon, stranger);
    EXPECT_EQ(inquiry_.next_deadline(), noon);
    EXPECT_THAT(ask(noon), ElementsAre(stranger, in_use, other));
    EXPECT_EQ(inquiry_.next_deadline(), noon + 333ms);
    EXPECT_THAT(ask(noon + 333ms - 1ms), IsEmpty());
    EXPECT_THAT(ask(noon + 333ms, {in_use}), ElementsAre(stranger, in_use, other));
    EXPECT_THAT(ask(noon + 667ms), ElementsAre(stranger, other)) << "who has not answered";
    EXPECT_EQ(inquiry_.next_deadline(), noon + 1s);
}

TEST_F(EndpointInquiryTest, TakesNoAnswerToWhatItHasNotAsked) {
    hear(noon, stranger);
    EXPECT_FALSE(inquiry_.on_answer(0));
    (void)ask(noon);
    EXPECT_FALSE(inquiry_.on_answer(0));
    EXPECT_FALSE(inquiry_.on_answer(104));
    EXPECT_TRUE(inquiry_.on_answer(103));
}

TEST_F(EndpointInquiryTest, PutsTheStrangerInThePlaceOfTheOneThatIsSilent) {
    hear(noon, stranger);
    (void)ask(noon, {stranger, in_use});
    EXPECT_THAT(inquiry_.judge(noon + 1s - 1ms), IsEmpty());
    EXPECT_THAT(inquiry_.judge(noon + 1s), ElementsAre(Move{other, stranger}));
    EXPECT_TRUE(inquiry_.is_over(noon + 1s));
}

TEST_F(EndpointInquiryTest, PutsItInThePlaceOfTheOneInUseIfAllAreSilent) {
    hear(noon, stranger);
    (void)ask(noon, {stranger});
    EXPECT_THAT(inquiry_.judge(noon + 1s), ElementsAre(Move{in_use, stranger}));
}

TEST_F(EndpointInquiryTest, PutsItNowhereIfAllAnswer) {
    hear(noon, stranger);
    (void)ask(noon, {stranger, in_use, other});
    EXPECT_THAT(inquiry_.judge(noon + 1s), IsEmpty());
}

TEST_F(EndpointInquiryTest, BelievesNoStrangerThatIsSilent) {
    hear(noon, stranger);
    (void)ask(noon, {});
    EXPECT_THAT(inquiry_.judge(noon + 1s), IsEmpty());
}

TEST_F(EndpointInquiryTest, PutsTwoStrangersInTheOrderInWhichTheyCame) {
    hear(noon, stranger);
    (void)ask(noon, {stranger});
    hear(noon + 100ms, another_stranger);
    EXPECT_THAT(ask(noon + 100ms, {another_stranger}),
                ElementsAre(another_stranger, in_use, other));
    EXPECT_THAT(inquiry_.judge(noon + 1s), IsEmpty()) << "the second has its time too";
    EXPECT_THAT(inquiry_.judge(noon + 1100ms),
                ElementsAre(Move{in_use, stranger}, Move{other, another_stranger}));
}

TEST_F(EndpointInquiryTest, IsNotBegunAnewByTheSameStranger) {
    hear(noon, stranger);
    (void)ask(noon);
    hear(noon + 300ms, stranger);
    EXPECT_EQ(inquiry_.next_deadline(), noon + 333ms);
}

TEST_F(EndpointInquiryTest, AsksAStrangerThatTookNobodysPlaceAgainAfterTenSeconds) {
    hear(noon, stranger);
    (void)ask(noon, {stranger, in_use, other});
    (void)inquiry_.judge(noon + 1s);
    hear(noon + 2s, stranger);
    EXPECT_THAT(ask(noon + 2s), IsEmpty());
    hear(noon + 2s, another_stranger);
    EXPECT_THAT(ask(noon + 2s), ElementsAre(another_stranger, in_use, other))
        << "another one is another matter";
    (void)inquiry_.judge(noon + 3s);
    EXPECT_FALSE(inquiry_.is_over(noon + 13s - 1ms));
    EXPECT_EQ(inquiry_.next_deadline(), noon + 13s);
    EXPECT_TRUE(inquiry_.is_over(noon + 13s));
}

TEST_F(EndpointInquiryTest, AsksFiveStrangersAtMost) {
    for (std::uint16_t port = 1000; port < 1010; ++port) {
        hear(noon, at(port));
    }
    EXPECT_EQ(ask(noon).size(), 7U);
}

}  // namespace
}  // namespace godwit::server

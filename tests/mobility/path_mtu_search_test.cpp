#include "shared/mobility/path_mtu_search.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <utility>

#include "tests/support/addresses.hpp"

namespace godwit::mobility {
namespace {

using namespace std::chrono_literals;
using test::noon;

constexpr std::uint32_t ceiling = 1438;  // sealed, in UDP over IPv4, on an interface of 1500

// A path of 20 ms each way that silently drops what is longer than it takes.
class OnAPath : public testing::Test {
  protected:
    void begin() { follow(search_.begin(now_, ceiling, 40ms)); }
    void send_large() {
        if (is_watching_) {
            is_watching_ = false;
            follow(search_.on_large_sent(now_));
        }
    }
    void run_for(std::chrono::nanoseconds time) {
        for (const Instant end = now_ + time;;) {
            const auto answer = in_flight_.empty() ? end : in_flight_.front().first;
            const Instant next = std::min(answer, search_.next_deadline().value_or(end));
            if (next >= end) {
                now_ = end;
                return;
            }
            now_ = std::max(now_, next);
            if (!in_flight_.empty() && in_flight_.front().first <= now_) {
                const auto sequence = in_flight_.front().second;
                in_flight_.pop_front();
                follow(search_.on_answer(now_, sequence));
            } else {
                follow(search_.on_deadline(now_));
            }
        }
    }
    std::uint32_t whole() const { return search_.mtu().whole; }

    std::uint32_t carries_ = ceiling;  // inner, octets
    unsigned lose_next_ = 0;           // probes
    std::size_t asked_ = 0;
    PathMtuSearch search_{600s, 0xfffffff0};
    Instant now_ = noon;
    bool is_watching_ = false;
    std::vector<TunnelMtu> found_;

  private:
    void follow(const PathMtuSearch::Orders& orders) {
        is_watching_ = is_watching_ || orders.watch_large;
        if (orders.found) {
            found_.push_back(*orders.found);
        }
        for (const PathMtuSearch::Probe& probe : orders.probes) {
            ++asked_;
            if (lose_next_ > 0) {
                --lose_next_;
            } else if (probe.size <= carries_) {
                in_flight_.emplace_back(now_ + 40ms, probe.sequence);
            }
        }
    }
    std::deque<std::pair<Instant, std::uint32_t>> in_flight_;
};
using PathMtu = OnAPath;

TEST_F(PathMtu, IsTheInterfacesUntilShownOtherwise) {
    begin();
    EXPECT_EQ(search_.mtu(), (TunnelMtu{.inner = ceiling, .whole = ceiling}));
    run_for(10s);
    EXPECT_EQ(search_.mtu(), (TunnelMtu{.inner = ceiling, .whole = ceiling}));
    EXPECT_EQ(found_.size(), 1U);
}

// An answer to one of them is no guess, however late it comes.
TEST_F(PathMtu, IsAskedForByNumbersThatStayKnownForAWhile) {
    const PathMtuSearch::Orders orders = search_.begin(now_, ceiling, 40ms);
    ASSERT_FALSE(orders.probes.empty());
    (void)search_.on_answer(now_, orders.probes.front().sequence);
    for (const PathMtuSearch::Probe& probe : orders.probes) {
        EXPECT_TRUE(search_.has_probed(probe.sequence));
    }
    EXPECT_FALSE(search_.has_probed(orders.probes.back().sequence + 1));
    EXPECT_FALSE(search_.has_probed(orders.probes.back().sequence - 32));
}

TEST_F(PathMtu, IsFoundWithinTwoSecondsWhereThePathCarriesLess) {
    for (const std::uint32_t limit :
         {1430U, 1410U, 1382U, 1334U, 1290U, 1218U, 1178U, 1062U, 801U, 510U}) {
        carries_ = limit;
        begin();
        run_for(2s);
        EXPECT_LE(whole(), limit);
        EXPECT_GE(whole(), limit - 8);
    }
}

TEST_F(PathMtu, StopsBeingABlackHoleWithinAThirdOfASecond) {
    carries_ = 1062;
    begin();
    run_for(330ms);
    EXPECT_LE(whole(), 1062U);
    EXPECT_GE(whole(), 1040U);
}

TEST_F(PathMtu, IsNeverLessThan1280ForInnerPackets) {  // RFC 8200 §5
    carries_ = 1062;
    begin();
    run_for(2s);
    EXPECT_EQ(search_.mtu().inner, 1280U);
}

TEST_F(PathMtu, DoesNotSinkWhenAProbeIsLost) {
    lose_next_ = 1;  // the longest
    begin();
    run_for(2s);
    EXPECT_EQ(whole(), ceiling);
    EXPECT_EQ(found_.size(), 1U) << "never told to be less";
}

TEST_F(PathMtu, ConcludesNothingFromAPathThatCarriesNothing) {
    carries_ = 0;
    begin();
    run_for(4s);
    EXPECT_EQ(whole(), ceiling);
    carries_ = 1300;
    run_for(10s);
    EXPECT_LE(whole(), 1300U);
    EXPECT_GE(whole(), 1292U);
}

TEST_F(PathMtu, ShrinksInMidFlowWhenLongPacketsVanish) {
    begin();
    run_for(5s);
    carries_ = 1062;
    send_large();
    run_for(400ms);
    EXPECT_LE(whole(), 1062U);
    run_for(2s);
    EXPECT_GE(whole(), 1054U);
}

TEST_F(PathMtu, ShrinksTwiceInARowWhileItIsStillBeingNarrowed) {
    carries_ = 1206;
    begin();
    run_for(400ms);
    carries_ = 1062;
    for (int packet = 0; packet < 10; ++packet) {
        send_large();
        run_for(100ms);
    }
    EXPECT_LE(whole(), 1062U);
    EXPECT_GE(whole(), 1040U);
}

TEST_F(PathMtu, IsVerifiedTwiceASecondHoweverMuchIsSent) {
    begin();
    run_for(1s);
    asked_ = 0;
    for (int i = 0; i < 1000; ++i) {
        send_large();
        run_for(10ms);
    }
    EXPECT_GE(asked_, 19U);
    EXPECT_LE(asked_, 21U);
}

TEST_F(PathMtu, CostsNothingWhileNothingLongIsSent) {
    begin();
    run_for(1s);
    asked_ = 0;
    run_for(590s);
    EXPECT_EQ(asked_, 0U);
}

TEST_F(PathMtu, RisesAgainWithinOnePeriod) {
    carries_ = 1062;
    begin();
    run_for(5s);
    carries_ = 1338;
    run_for(600s);
    EXPECT_LE(whole(), 1338U);
    EXPECT_GE(whole(), 1330U);
}

TEST_F(PathMtu, DoesNotWaverWhenAPeriodBringsNothingNew) {
    carries_ = 1413;
    begin();
    run_for(5s);
    const std::size_t told = found_.size();
    run_for(1300s);
    EXPECT_EQ(found_.size(), told);
}

TEST_F(PathMtu, IgnoresAnswersThatWereNotAskedFor) {
    carries_ = 0;
    begin();
    const auto orders = search_.on_answer(now_ + 1ms, 12345);
    EXPECT_TRUE(orders.probes.empty());
    EXPECT_FALSE(orders.found);
}

TEST_F(PathMtu, RestsWithoutAPath) {
    begin();
    search_.rest();
    EXPECT_FALSE(search_.next_deadline());
}

}  // namespace
}  // namespace godwit::mobility

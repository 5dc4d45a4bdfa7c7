#include "shared/runtime/offload_trial.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/datapath/trial_packets.hpp"

namespace godwit::runtime {
namespace {

using namespace std::chrono_literals;
using Packets = std::vector<wire::Bytes>;
using Manner = TrialWay::Manner;

// A way whose offload is a shim: what it does to packets that go as one is up to the test.
class ShimWay final : public TrialWay {
  public:
    std::error_code send(std::span<const wire::Bytes> packets, Manner manner) override {
        arriving_.clear();
        Packets sent(packets.begin(), packets.end());
        if (manner == Manner::one_by_one) {
            now_ += time_one_by_one;
            for (wire::Bytes& packet : sent) {
                arriving_.push_back({.packets = {std::move(packet)}});
            }
            if (is_dead) {
                arriving_.clear();
            }
            return {};
        }
        ++times_as_one;
        now_ += time_as_one(times_as_one);
        if (refusal) {
            return refusal;
        }
        shim(sent);
        if (!sent.empty()) {
            arriving_.push_back({.packets = std::move(sent), .as_one = merges});
        }
        return {};
    }
    Arrivals receive() override {
        if (arriving_.empty()) {
            return {};
        }
        Arrivals next = std::move(arriving_.front());
        arriving_.pop_front();
        return next;
    }
    [[nodiscard]] bool arrives_as_one() const override { return wants_as_one; }

    OffloadState tried() {
        return try_offload(*this, datapath::trial_payloads(), [this] { return now_; });
    }

    std::function<void(Packets&)> shim = [](Packets&) {};
    std::error_code refusal;
    bool is_dead = false;
    bool merges = true;
    bool wants_as_one = true;
    std::chrono::nanoseconds time_one_by_one = 100us;
    std::function<std::chrono::nanoseconds(int)> time_as_one = [](int) { return 20us; };
    int times_as_one = 0;

  private:
    mobility::Instant now_;
    std::deque<Arrivals> arriving_;
};

TEST(OffloadTrial, TrustsWhatGivesBackWhatWentIn) {
    ShimWay way;
    EXPECT_EQ(way.tried(), OffloadState::on);
    EXPECT_EQ(way.times_as_one, 1) << "once is enough";
}

TEST(OffloadTrial, FindsASingleOctetThatIsNotAsItWas) {
    for (const std::size_t packet : {0U, 7U, 15U}) {
        ShimWay way;
        way.shim = [&](Packets& packets) { packets[packet].back() ^= 1U; };
        EXPECT_EQ(way.tried(), OffloadState::corrupt) << packet;
    }
}

TEST(OffloadTrial, FindsWhatIsSplitInTheWrongPlace) {
    ShimWay way;
    way.shim = [](Packets& packets) {
        packets[4].insert(packets[4].begin(), packets[3].back());
        packets[3].pop_back();
    };
    EXPECT_EQ(way.tried(), OffloadState::corrupt);
}

TEST(OffloadTrial, FindsWhatIsNotSplit) {
    ShimWay way;
    way.shim = [](Packets& packets) {
        packets[3].insert(packets[3].end(), packets[4].begin(), packets[4].end());
        packets.erase(packets.begin() + 4);
    };
    EXPECT_EQ(way.tried(), OffloadState::corrupt);
}

TEST(OffloadTrial, FindsAnotherOrder) {
    ShimWay way;
    way.shim = [](Packets& packets) { std::swap(packets[8], packets[9]); };
    EXPECT_EQ(way.tried(), OffloadState::corrupt);
}

TEST(OffloadTrial, FindsOneInTheMiddleMissingAndOneTwice) {
    ShimWay missing;
    missing.shim = [](Packets& packets) { packets.erase(packets.begin() + 5); };
    EXPECT_EQ(missing.tried(), OffloadState::corrupt);
    ShimWay doubled;
    doubled.shim = [](Packets& packets) { packets.insert(packets.begin() + 5, packets[5]); };
    EXPECT_EQ(doubled.tried(), OffloadState::corrupt);
}

TEST(OffloadTrial, FindsThatTheLastIsMissingOrAllOfThem) {
    ShimWay way;
    way.shim = [](Packets& packets) { packets.pop_back(); };
    EXPECT_EQ(way.tried(), OffloadState::silent);
    way.shim = [](Packets& packets) { packets.clear(); };
    EXPECT_EQ(way.tried(), OffloadState::silent);
}

TEST(OffloadTrial, GivesWhatWasLostOnceAnotherChance) {
    ShimWay way;
    way.shim = [&](Packets& packets) {
        if (way.times_as_one == 1) {
            packets.pop_back();
        }
    };
    EXPECT_EQ(way.tried(), OffloadState::on);
}

TEST(OffloadTrial, TakesARefusalAtItsWord) {
    ShimWay way;
    way.refusal = std::make_error_code(std::errc::io_error);
    EXPECT_EQ(way.tried(), OffloadState::refused);
    EXPECT_EQ(way.times_as_one, 1);
}

TEST(OffloadTrial, FindsThatNothingIsMergedWhereItShouldBe) {
    ShimWay way;
    way.merges = false;
    EXPECT_EQ(way.tried(), OffloadState::divided);
    way.wants_as_one = false;
    EXPECT_EQ(way.tried(), OffloadState::on);
}

TEST(OffloadTrial, FindsWhatTakesMuchLongerThanOneByOneEachTime) {
    ShimWay way;
    way.time_as_one = [](int) { return 50ms; };
    EXPECT_EQ(way.tried(), OffloadState::slow);
    way.time_one_by_one = 40ms;
    EXPECT_EQ(way.tried(), OffloadState::on) << "the machine is slow, not the offload";
}

TEST(OffloadTrial, ForgivesWhatIsSlowOnce) {
    ShimWay way;
    way.time_as_one = [](int time) { return time == 1 ? 50ms : 0ms; };
    EXPECT_EQ(way.tried(), OffloadState::on);
    EXPECT_EQ(way.times_as_one, 2);
}

TEST(OffloadTrial, ConcludesNothingWhereNothingPassesAtAll) {
    ShimWay way;
    way.is_dead = true;
    way.refusal = std::make_error_code(std::errc::network_unreachable);
    EXPECT_EQ(way.tried(), OffloadState::on);
    EXPECT_EQ(way.times_as_one, 0);
}

}  // namespace
}  // namespace godwit::runtime

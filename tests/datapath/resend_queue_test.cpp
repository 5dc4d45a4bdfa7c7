#include "shared/datapath/resend_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "shared/wire/esp_header.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::datapath {
namespace {

using namespace std::chrono_literals;
using mobility::Instant;
using mobility::Reception;
using test::noon;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr std::uint32_t spi = 0x8000'0001;

wire::Bytes sealed(std::uint32_t sequence, std::size_t size = 100) {
    wire::Bytes packet(size, static_cast<std::uint8_t>(sequence));
    wire::EspHeader{.spi = spi, .sequence = sequence}.write(
        std::span(packet).first<wire::EspHeader::size>());
    return packet;
}

Reception received(std::uint32_t highest, std::vector<Reception::Gap> gaps = {}) {
    return {.spi = spi, .highest = highest, .gaps = std::move(gaps)};
}

class ResendQueueTest : public testing::Test {
  protected:
    bool keep(std::uint32_t sequence, Instant now = noon, std::size_t size = 100) {
        return queue.keep(now, sealed(sequence, size), size - 40);
    }
    void keep_range(std::uint32_t first, std::uint32_t last, Instant now = noon) {
        for (std::uint32_t sequence = first; sequence <= last; ++sequence) {
            EXPECT_TRUE(keep(sequence, now));
        }
    }
    // The numbers of what is due now.
    std::vector<std::uint32_t> due(Instant now = noon) {
        std::vector<std::uint32_t> numbers;
        while (const auto packet = queue.next(now)) {
            const auto header = wire::EspHeader::parse(packet->sealed);
            EXPECT_EQ(wire::Bytes(packet->sealed.begin(), packet->sealed.end()),
                      sealed(header->sequence, packet->sealed.size()))
                << "byte for byte";
            numbers.push_back(header->sequence);
        }
        return numbers;
    }

    ResendLimits limits{};
    ResendMemory memory{limits};
    ResendQueue queue{memory};
};

TEST_F(ResendQueueTest, SendsNothingAgainAsLongAsNothingMoves) {
    keep_range(1, 3);
    EXPECT_THAT(due(), IsEmpty());
    EXPECT_FALSE(queue.next_deadline());
}

TEST_F(ResendQueueTest, SendsAgainWhatHasNotComeInInItsOrder) {
    keep_range(1, 9);
    queue.on_path(noon);
    queue.on_reception(noon, {received(7, {{5, 5}, {2, 3}})});
    EXPECT_THAT(due(), ElementsAre(2, 3, 5, 8, 9));
    const auto outcome = queue.take_outcome();
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->resent, 5U);
    EXPECT_EQ(outcome->lost, 0U);
    EXPECT_FALSE(queue.take_outcome()) << "told once";
}

TEST_F(ResendQueueTest, DoesNotGuessWhatWasLostBeforeTheOtherEndTells) {
    keep_range(1, 3);
    queue.on_path(noon);
    EXPECT_THAT(due(), IsEmpty());
}

TEST_F(ResendQueueTest, SendsNothingTwiceAlongTheSamePath) {
    keep_range(1, 3);
    queue.on_path(noon);
    queue.on_reception(noon, {received(1)});
    EXPECT_THAT(due(), ElementsAre(2, 3));
    EXPECT_THAT(due(noon + 1ms), IsEmpty()) << "they are on their way";
    queue.on_path(noon + 2ms);
    queue.on_reception(noon + 2ms, {received(1)});
    EXPECT_THAT(due(noon + 2ms), ElementsAre(2, 3)) << "this is another one";
}

TEST_F(ResendQueueTest, SendsAgainAlongTheSamePathWhatIsMissingWhenItIsToldOfItOnceMore) {
    keep_range(1, 3);
    queue.on_reception(noon, {received(1)});  // the other end was away, and is back
    EXPECT_THAT(due(), ElementsAre(2, 3));
    keep_range(4, 5);
    queue.on_reception(noon + 1s, {received(3)});  // and again
    EXPECT_THAT(due(noon + 1s), ElementsAre(4, 5));
    EXPECT_EQ(queue.take_outcome()->resent, 2U);
}

TEST_F(ResendQueueTest, LeavesWhatWentAlongTheNewPathAlone) {
    keep_range(1, 3);
    queue.on_path(noon);
    EXPECT_THAT(due(), IsEmpty());
    keep_range(4, 5);
    queue.on_reception(noon, {received(1)});
    EXPECT_THAT(due(), ElementsAre(2, 3));
}

TEST_F(ResendQueueTest, SendsWhatTheSystemRefusedAsSoonAsThereIsAnotherPath) {
    keep_range(1, 3);
    EXPECT_TRUE(queue.on_refused(sealed(2), DropReason::no_route));
    EXPECT_FALSE(queue.on_refused(sealed(77), DropReason::no_route)) << "nobody has kept it";
    queue.on_path(noon);
    const auto packet = queue.next(noon);
    ASSERT_TRUE(packet);
    EXPECT_TRUE(packet->is_new);
    EXPECT_EQ(packet->inner_size, 60U);
}

TEST_F(ResendQueueTest, KeepsTheTrafficClassOfEachPacket) {
    EXPECT_TRUE(queue.keep(noon, sealed(1), 60, 0xb9));
    EXPECT_TRUE(queue.keep(noon, sealed(2), 60, 0x02));
    EXPECT_TRUE(keep(3));
    queue.on_path(noon);
    queue.on_reception(noon, {received(0)});
    for (const auto traffic_class : std::initializer_list<std::uint8_t>{0xb9, 0x02, 0x00}) {
        EXPECT_EQ(queue.next(noon)->traffic_class, traffic_class);
    }
}

TEST_F(ResendQueueTest, SendsWhatIsDoubtedWithoutWaitingForTheOtherEnd) {
    keep_range(1, 1, noon);
    keep_range(2, 3, noon + 100ms);
    queue.on_path(noon + 200ms, noon + 50ms);
    EXPECT_THAT(due(noon + 200ms), ElementsAre(2, 3));
    queue.on_reception(noon + 240ms, {received(0)});
    EXPECT_THAT(due(noon + 240ms), ElementsAre(1)) << "the others are on their way";
    EXPECT_EQ(queue.take_outcome()->resent, 3U);
}

TEST_F(ResendQueueTest, LetsNewPacketsWaitBehindTheOldOnes) {
    keep_range(1, 2);
    queue.on_path(noon);
    queue.on_reception(noon, {received(0)});
    EXPECT_FALSE(keep(3)) << "it would overtake the others";
    EXPECT_THAT(due(), ElementsAre(1, 2, 3));
    EXPECT_TRUE(keep(4));
}

TEST_F(ResendQueueTest, KeepsWhatIsMadeWhileThereIsNoPath) {
    keep_range(1, 1);
    queue.hold();
    EXPECT_FALSE(keep(2));
    EXPECT_FALSE(keep(3));
    EXPECT_THAT(due(), IsEmpty());
    EXPECT_FALSE(queue.next_deadline());
    queue.on_path(noon + 1s);
    EXPECT_THAT(due(noon + 1s), ElementsAre(2, 3));
}

TEST_F(ResendQueueTest, TakesWhatIsTooOldForLost) {
    keep_range(1, 2, noon);
    queue.hold();
    EXPECT_FALSE(keep(3, noon + 1s));
    const Instant late = noon + limits.age + 1ms;
    queue.on_path(late);
    queue.on_reception(late, {received(0)});
    EXPECT_THAT(due(late), ElementsAre(3));
    EXPECT_EQ(queue.take_outcome()->lost, 2U);
}

TEST_F(ResendQueueTest, CountsWhatHasWaitedInVain) {
    queue.hold();
    EXPECT_FALSE(keep(1, noon));
    memory.expire(noon + limits.age - 1ns);
    EXPECT_THAT(memory.take_unsent(), IsEmpty());
    memory.expire(noon + limits.age);
    EXPECT_THAT(memory.take_unsent(), ElementsAre(Pair(DropReason::held, 1U)));
    EXPECT_EQ(memory.octets_in_use(), 0U);
}

TEST_F(ResendQueueTest, CountsWhatWasRefusedForTheLastReasonOfIt) {
    keep_range(1, 3);
    EXPECT_TRUE(queue.on_refused(sealed(1), DropReason::no_route));
    EXPECT_TRUE(queue.on_refused(sealed(2), DropReason::no_route));
    queue.on_path(noon + 1s);
    EXPECT_THAT(due(noon + 1s), ElementsAre(1, 2));
    EXPECT_TRUE(queue.on_refused(sealed(2), DropReason::not_permitted));
    memory.expire(noon + limits.age);
    EXPECT_THAT(memory.take_unsent(), ElementsAre(Pair(DropReason::not_permitted, 1U)));
    EXPECT_THAT(memory.take_unsent(), IsEmpty()) << "told once";
}

TEST_F(ResendQueueTest, TakesAWordOfAnotherSessionForNothingReceivedOfThisOne) {
    keep_range(1, 2);
    queue.on_path(noon);
    queue.on_reception(noon, {{.spi = spi + 1, .highest = 7, .gaps = {}}});
    EXPECT_THAT(due(), ElementsAre(1, 2));
}

TEST_F(ResendQueueTest, TakesMoreThanWasSentForAllThatWasSent) {
    keep_range(1, 2);
    queue.on_path(noon);
    queue.on_reception(noon, {received(4000)});
    EXPECT_THAT(due(), IsEmpty());
    EXPECT_EQ(queue.take_outcome()->resent, 0U);
}

TEST_F(ResendQueueTest, SendsAgainNoFasterThanThePathBeforeCarried) {
    constexpr std::size_t size = 1000;
    for (std::uint32_t number = 1; number <= 2000; ++number) {  // 2 MB within a second
        EXPECT_TRUE(keep(number, noon + number * 500us, size));
    }
    const Instant moved = noon + 1s;
    queue.on_path(moved);
    queue.on_reception(moved, {received(0)});
    const auto at_once = due(moved).size() * size;
    EXPECT_NEAR(static_cast<double>(at_once), static_cast<double>(ResendPace::burst), 2 * size);
    std::size_t later = 0;
    for (auto waited = 1ms; waited <= 100ms; ++waited) {
        later += due(moved + waited).size() * size;
    }
    EXPECT_NEAR(static_cast<double>(later), 250'000, 2 * size);
    EXPECT_FALSE(queue.take_outcome()) << "there is more to come";
}

TEST_F(ResendQueueTest, KeepsWithoutACopyWhatIsSealedWhereItIsKept) {
    for (std::uint32_t sequence = 1; sequence <= 3; ++sequence) {
        const wire::Bytes packet = sealed(sequence, ResendBlock::capacity / 2);
        const auto room = queue.room_for(packet.size());
        ASSERT_EQ(room.size(), packet.size());
        std::ranges::copy(packet, room.begin());
        EXPECT_TRUE(queue.keep(noon, room, packet.size() - 40));
        EXPECT_EQ(memory.octets_in_use(), ResendBlock::capacity * ((sequence + 1) / 2));
    }
    queue.on_path(noon);
    queue.on_reception(noon, {received(0)});
    EXPECT_THAT(due(noon + 1s), ElementsAre(1, 2, 3));
}

TEST_F(ResendQueueTest, ForgetsRoomThatNobodyTook) {
    EXPECT_FALSE(queue.room_for(100).empty());
    EXPECT_FALSE(memory.next_deadline()) << "nothing is kept";
    queue.on_path(noon);
    EXPECT_FALSE(queue.is_behind());
    keep_range(1, 1);
    EXPECT_EQ(memory.octets_in_use(), ResendBlock::capacity);
}

TEST_F(ResendQueueTest, PutsAPacketWhereItsOctetsAreThoughThereIsRoomThatNobodyTook) {
    EXPECT_TRUE(keep(1, noon, 31U << 10U));
    EXPECT_FALSE(queue.room_for(3U << 10U).empty());
    EXPECT_TRUE(keep(2, noon, 100));
    queue.on_path(noon);
    queue.on_reception(noon, {received(0)});
    EXPECT_THAT(due(), ElementsAre(1, 2));
}

TEST_F(ResendQueueTest, HasNoRoomForWhatIsTooLong) {
    EXPECT_TRUE(queue.room_for(ResendBlock::capacity + 1).empty());
}

TEST(ResendMemory, LeavesPacketsInPeaceUntilTheyHaveDeparted) {
    ResendMemory memory({.each = ResendBlock::capacity});
    ResendQueue queue(memory);
    constexpr std::size_t size = ResendBlock::capacity;
    const auto first = queue.room_for(size);
    std::ranges::copy(sealed(1, size), first.begin());
    EXPECT_TRUE(queue.keep(noon, first, size));
    const auto second = queue.room_for(size);
    EXPECT_NE(first.data(), second.data()) << "the first has not departed";
    std::ranges::copy(sealed(2, size), second.begin());
    EXPECT_TRUE(queue.keep(noon, second, size));
    memory.on_departed();
    EXPECT_EQ(queue.room_for(size).data(), first.data());
}

TEST(ResendMemory, GivesUpTheOldestOfItsOwnWhenATunnelKeepsTooMuch) {
    ResendMemory memory({.each = 2 * ResendBlock::capacity});
    ResendQueue queue(memory);
    constexpr std::size_t size = ResendBlock::capacity / 4;
    for (std::uint32_t number = 1; number <= 12; ++number) {
        EXPECT_TRUE(queue.keep(noon, sealed(number, size), size));
    }
    EXPECT_EQ(memory.octets_in_use(), 2 * ResendBlock::capacity);
    queue.on_path(noon);
    queue.on_reception(noon, {received(2)});
    EXPECT_EQ(wire::EspHeader::parse(queue.next(noon)->sealed)->sequence, 5U);
    while (queue.next(noon + 1s)) {
    }
    const auto outcome = queue.take_outcome();
    EXPECT_EQ(outcome->resent, 8U);
    EXPECT_EQ(outcome->lost, 2U) << "of the four that have gone, two had not come in";
}

TEST(ResendMemory, DoesNotCountForAMoveWhatWasGivenUpLongBefore) {
    ResendMemory memory({.each = ResendBlock::capacity});
    ResendQueue queue(memory);
    constexpr std::size_t size = ResendBlock::capacity;
    EXPECT_TRUE(queue.keep(noon, sealed(1, size), size));
    EXPECT_TRUE(queue.keep(noon, sealed(2, size), size));
    const Instant moved = noon + memory.limits().age + 1ns;
    queue.on_path(moved);
    queue.on_reception(moved, {received(0)});
    EXPECT_EQ(queue.take_outcome()->lost, 0U) << "the first was given up when the second came";
}

TEST(ResendMemory, DoesNotCountWhatWasGivenUpLongBeforeTheRestOfIt) {
    ResendMemory memory({.each = ResendBlock::capacity});
    ResendQueue queue(memory);
    constexpr std::size_t size = ResendBlock::capacity;
    const Instant later = noon + memory.limits().age + 1ns;
    EXPECT_TRUE(queue.keep(noon, sealed(1, size), size));
    EXPECT_TRUE(queue.keep(later, sealed(2, size), size));
    EXPECT_TRUE(queue.keep(later, sealed(3, size), size));
    queue.on_path(later);
    queue.on_reception(later, {received(0)});
    EXPECT_EQ(wire::EspHeader::parse(queue.next(later)->sealed)->sequence, 3U);
    EXPECT_FALSE(queue.next(later));
    EXPECT_EQ(queue.take_outcome()->lost, 1U) << "the second alone";
}

TEST(ResendMemory, GivesUpTheOldestOfAllWhenThereIsTooMuch) {
    ResendMemory memory({.all = 2 * ResendBlock::capacity});
    ResendQueue first(memory);
    ResendQueue second(memory);
    constexpr std::size_t size = ResendBlock::capacity;
    EXPECT_TRUE(first.keep(noon, sealed(1, size), size));
    EXPECT_TRUE(second.keep(noon, sealed(1, size), size));
    EXPECT_TRUE(second.keep(noon, sealed(2, size), size));
    EXPECT_EQ(memory.octets_in_use(), 2 * ResendBlock::capacity);
    first.on_path(noon);
    first.on_reception(noon, {received(0)});
    EXPECT_FALSE(first.next(noon));
    EXPECT_EQ(first.take_outcome()->lost, 1U);
}

TEST(ResendMemory, HoldsNothingForThoseWhoAreIdle) {
    ResendMemory memory({});
    ResendQueue queue(memory);
    EXPECT_FALSE(memory.next_deadline());
    EXPECT_TRUE(queue.keep(noon, sealed(1), 60));
    EXPECT_EQ(memory.next_deadline(), noon + 2s);
    memory.expire(noon + 2s);
    EXPECT_EQ(memory.octets_in_use(), 0U);
    EXPECT_FALSE(memory.next_deadline());
    EXPECT_EQ(memory.take_freed(), 0U) << "its octets may be on their way";
    memory.on_departed();
    EXPECT_EQ(memory.take_freed(), sizeof(ResendBlock));
    EXPECT_EQ(memory.take_freed(), 0U);
}

TEST(ResendMemory, FreesWhatAFastTunnelTookOnceItIsSlow) {
    ResendMemory memory({});
    ResendQueue queue(memory);
    constexpr std::size_t size = ResendBlock::capacity;
    for (std::uint32_t number = 1; number <= 100; ++number) {
        EXPECT_TRUE(queue.keep(noon, sealed(number, size), size));
    }
    EXPECT_TRUE(queue.keep(noon + 1s, sealed(101, size), size));
    memory.expire(noon + 2s);
    memory.on_departed();
    EXPECT_EQ(memory.octets_in_use(), ResendBlock::capacity);
    memory.expire(noon + 2s);
    EXPECT_GE(memory.take_freed(), 80 * sizeof(ResendBlock));
}

TEST(ResendMemory, OutlivesAQueueThatIsClosed) {
    ResendMemory memory({});
    {
        ResendQueue queue(memory);
        EXPECT_TRUE(queue.keep(noon, sealed(1), 60));
    }
    EXPECT_EQ(memory.octets_in_use(), 0U);
    memory.expire(noon + 1h);
}

}  // namespace
}  // namespace godwit::datapath

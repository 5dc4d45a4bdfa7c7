#include "shared/datapath/tunnel_table.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <ranges>
#include <unordered_map>
#include <vector>

namespace godwit::datapath {
namespace {

using mobility::SessionId;

struct Entry {
    std::uint32_t number = 0;
    int value = 0;
    std::unique_ptr<Entry> next = nullptr;
    [[nodiscard]] SessionId key() const { return {number}; }
};

std::unique_ptr<Entry> entry(std::uint32_t number, int value = 0) {
    return std::make_unique<Entry>(number, value);
}

// Every key looks like every other, and is in one line.
struct OneForAll {
    std::uint64_t operator()(SessionId /*id*/) const { return 0; }
};
// All in one line for as long as its numbers are small, told from each other by their tags.
struct TagsAlone {
    std::uint64_t operator()(SessionId id) const { return std::uint64_t{id.spi} << 56U; }
};
// Told from each other by their lines alone.
struct LinesAlone {
    std::uint64_t operator()(SessionId id) const { return id.spi; }
};

template <class Hash>
class TunnelTableBy : public testing::Test {
  protected:
    using Table = TunnelTable<Entry, Hash>;

    void fill(std::uint32_t count) {
        for (std::uint32_t number = 0; number < count; ++number) {
            EXPECT_EQ(table.insert(entry(number, static_cast<int>(number))), nullptr);
        }
    }
    [[nodiscard]] int value_of(std::uint32_t number) const {
        const Entry* found = table.find({number});
        return found != nullptr ? found->value : -1;
    }

    Table table;
};

using Hashes = testing::Types<KeyedHash, OneForAll, TagsAlone, LinesAlone>;
TYPED_TEST_SUITE(TunnelTableBy, Hashes);

TYPED_TEST(TunnelTableBy, FindsNothingWhenEmpty) {
    EXPECT_EQ(this->table.find({7}), nullptr);
    EXPECT_EQ(this->table.remove({7}), nullptr);
    EXPECT_EQ(this->table.size(), 0U);
}

TYPED_TEST(TunnelTableBy, FindsWhatWasInserted) {
    EXPECT_EQ(this->table.insert(entry(7, 1)), nullptr);
    EXPECT_EQ(this->value_of(7), 1);
    EXPECT_EQ(this->table.find({8}), nullptr);
}

TYPED_TEST(TunnelTableBy, GivesBackTheEntryThatAnInsertionReplaces) {
    this->fill(20);
    for (std::uint32_t number = 0; number < 20; ++number) {
        const auto replaced = this->table.insert(entry(number, 100));
        ASSERT_NE(replaced, nullptr) << number;
        EXPECT_EQ(replaced->value, static_cast<int>(number));
        EXPECT_EQ(this->value_of(number), 100);
    }
    EXPECT_EQ(this->table.size(), 20U);
}

TYPED_TEST(TunnelTableBy, GivesBackWhatItRemoves) {
    this->fill(20);
    for (std::uint32_t number = 0; number < 20; ++number) {
        const auto removed = this->table.remove({number});
        ASSERT_NE(removed, nullptr) << number;
        EXPECT_EQ(removed->value, static_cast<int>(number));
        EXPECT_EQ(this->table.find({number}), nullptr);
        EXPECT_EQ(this->table.remove({number}), nullptr);
    }
    EXPECT_EQ(this->table.size(), 0U);
}

TYPED_TEST(TunnelTableBy, GivesBackEntriesThatAreLinkedToNoOther) {
    this->fill(100);
    for (std::uint32_t number = 0; number < 50; ++number) {
        EXPECT_EQ(this->table.insert(entry(number))->next, nullptr);
    }
    for (std::uint32_t number = 0; number < 100; ++number) {
        EXPECT_EQ(this->table.remove({number})->next, nullptr);
    }
}

TYPED_TEST(TunnelTableBy, LosesNothingThatSharesALineWithWhatIsRemoved) {
    this->fill(40);
    for (std::uint32_t removed = 0; removed < 40; ++removed) {
        ASSERT_NE(this->table.remove({removed}), nullptr);
        for (std::uint32_t number = 0; number < 40; ++number) {
            EXPECT_EQ(this->value_of(number), number == removed ? -1 : static_cast<int>(number));
        }
        this->table.insert(entry(removed, static_cast<int>(removed)));
    }
}

TYPED_TEST(TunnelTableBy, KeepsEveryEntryFindableWhileItGrows) {
    for (std::uint32_t count = 0; count < 300; ++count) {
        this->table.insert(entry(count, static_cast<int>(count)));
        for (std::uint32_t number = 0; number <= count; ++number) {
            ASSERT_EQ(this->value_of(number), static_cast<int>(number)) << count;
        }
    }
}

TYPED_TEST(TunnelTableBy, FindsTheSameAfterItWasToldWhatIsAskedFor) {
    this->fill(1'500);
    EXPECT_TRUE(this->table.outgrows_cache());
    const auto asked = std::views::iota(std::uint32_t{1'400}, std::uint32_t{1'600});
    this->table.prefetch(
        asked | std::views::transform([](std::uint32_t number) { return SessionId{number}; }));
    for (const std::uint32_t number : asked) {
        EXPECT_EQ(this->value_of(number), number < 1'500 ? static_cast<int>(number) : -1);
    }
}

TYPED_TEST(TunnelTableBy, AgreesWithAMapOverRandomChanges) {
    std::unordered_map<std::uint32_t, int> expected;
    std::mt19937 random(20110701);
    constexpr std::uint32_t numbers = 400;
    for (int step = 0; step < 20'000; ++step) {
        const auto number = static_cast<std::uint32_t>(random() % numbers);
        const auto known = expected.find(number);
        // More are removed than inserted in every other thousand: it empties and fills again.
        const bool removes = random() % 4 < (step / 1'000 % 2 == 0 ? 1U : 3U);
        const auto before =
            removes ? this->table.remove({number}) : this->table.insert(entry(number, step));
        ASSERT_EQ(before != nullptr, known != expected.end());
        EXPECT_TRUE(before == nullptr || before->value == known->second);
        if (removes) {
            expected.erase(number);
        } else {
            expected.insert_or_assign(number, step);
        }
        ASSERT_EQ(this->table.size(), expected.size());
        const auto other = static_cast<std::uint32_t>(random() % numbers);
        const auto wanted = expected.find(other);
        ASSERT_EQ(this->value_of(other), wanted != expected.end() ? wanted->second : -1);
    }
    for (std::uint32_t number = 0; number < numbers; ++number) {
        const auto wanted = expected.find(number);
        EXPECT_EQ(this->value_of(number), wanted != expected.end() ? wanted->second : -1);
    }
}

TEST(TunnelTable, KeepsEveryOneOfManyEntriesFindable) {
    TunnelTable<Entry> table;
    for (std::uint32_t number = 0; number < 50'000; ++number) {
        table.insert(entry(number * 4'096, static_cast<int>(number)));
    }
    for (std::uint32_t number = 0; number < 50'000; ++number) {
        ASSERT_NE(table.find({number * 4'096}), nullptr) << number;
        EXPECT_EQ(table.find({number * 4'096})->value, static_cast<int>(number));
        EXPECT_EQ(table.find({(number * 4'096) + 1}), nullptr);
    }
}

TEST(TunnelTable, SaysThatFewEntriesStayInTheCache) {
    TunnelTable<Entry> table;
    EXPECT_FALSE(table.outgrows_cache());
    table.insert(entry(7));
    EXPECT_FALSE(table.outgrows_cache());
    table.prefetch(std::vector<SessionId>{{7}, {8}});
    EXPECT_NE(table.find({7}), nullptr);
}

}  // namespace
}  // namespace godwit::datapath

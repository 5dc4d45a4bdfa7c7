#include "shared/datapath/tunnel_table.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <random>

namespace godwit::datapath {
namespace {

struct Entry {
    std::uint32_t number = 0;
    int value = 0;
    std::unique_ptr<Entry> next = nullptr;
    [[nodiscard]] std::uint32_t key() const { return number; }
};

std::unique_ptr<Entry> entry(std::uint32_t number, int value) {
    return std::make_unique<Entry>(number, value);
}

TEST(TunnelTable, FindsNothingWhenEmpty) {
    EXPECT_EQ(TunnelTable<Entry>{}.find(7), nullptr);
    EXPECT_EQ(TunnelTable<Entry>{}.size(), 0U);
}

TEST(TunnelTable, FindsWhatWasInserted) {
    TunnelTable<Entry> table;
    EXPECT_EQ(table.insert(entry(7, 1)), nullptr);
    ASSERT_NE(table.find(7), nullptr);
    EXPECT_EQ(table.find(7)->value, 1);
    EXPECT_EQ(table.find(8), nullptr);
}

TEST(TunnelTable, GivesBackTheEntryThatAnInsertionReplaces) {
    TunnelTable<Entry> table;
    table.insert(entry(7, 1));
    const auto replaced = table.insert(entry(7, 2));
    ASSERT_NE(replaced, nullptr);
    EXPECT_EQ(replaced->value, 1);
    EXPECT_EQ(table.find(7)->value, 2);
    EXPECT_EQ(table.size(), 1U);
}

TEST(TunnelTable, GivesBackWhatItRemoves) {
    TunnelTable<Entry> table;
    table.insert(entry(7, 1));
    const auto removed = table.remove(7);
    ASSERT_NE(removed, nullptr);
    EXPECT_EQ(removed->value, 1);
    EXPECT_EQ(table.find(7), nullptr);
    EXPECT_EQ(table.remove(7), nullptr);
    EXPECT_EQ(table.size(), 0U);
}

TEST(TunnelTable, GivesBackEntriesThatAreLinkedToNoOther) {
    TunnelTable<Entry> table;
    for (std::uint32_t number = 0; number < 100; ++number) {
        table.insert(entry(number, 0));
    }
    for (std::uint32_t number = 0; number < 100; ++number) {
        EXPECT_EQ(table.remove(number)->next, nullptr);
    }
}

TEST(TunnelTable, KeepsEveryEntryFindableWhileItGrows) {
    TunnelTable<Entry> table;
    for (std::uint32_t number = 0; number < 5'000; ++number) {
        table.insert(entry(number * 4'096, static_cast<int>(number)));
    }
    for (std::uint32_t number = 0; number < 5'000; ++number) {
        ASSERT_NE(table.find(number * 4'096), nullptr) << number;
        EXPECT_EQ(table.find(number * 4'096)->value, static_cast<int>(number));
    }
}

TEST(TunnelTable, AgreesWithAMapOverRandomChanges) {
    TunnelTable<Entry> table;
    std::map<std::uint32_t, int> expected;
    std::mt19937 random(20110701);
    for (int step = 0; step < 50'000; ++step) {
        const auto number = static_cast<std::uint32_t>(random() % 3'000);
        if (random() % 3 == 0) {
            EXPECT_EQ(table.remove(number) != nullptr, expected.erase(number) == 1);
        } else {
            table.insert(entry(number, step));
            expected.insert_or_assign(number, step);
        }
    }
    EXPECT_EQ(table.size(), expected.size());
    for (std::uint32_t number = 0; number < 3'000; ++number) {
        const Entry* found = table.find(number);
        const auto wanted = expected.find(number);
        ASSERT_EQ(found != nullptr, wanted != expected.end()) << number;
        EXPECT_TRUE(found == nullptr || found->value == wanted->second);
    }
}

}  // namespace
}  // namespace godwit::datapath

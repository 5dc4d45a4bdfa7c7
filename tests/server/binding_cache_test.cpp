#include "server/core/binding_cache.hpp"

#include "tests/support/addresses.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using test::noon;

Binding binding(std::string_view home, std::chrono::seconds lifetime) {
    return {.home = {test::ip(home)}, .care_of = test::care_of_a, .expires = noon + lifetime};
}

TEST(BindingCache, FindsABindingUntilItExpires) {
    BindingCache cache;
    cache.put(binding("2001:db8:f::9", 40s));
    const wire::HomeAddress home = test::home;
    EXPECT_NE(cache.find(home, noon + 40s - 1ns), nullptr);
    EXPECT_EQ(cache.find(home, noon + 40s), nullptr) << "whether or not a timer has run";
}

TEST(BindingCache, NamesTheEntryThatIsDueFirst) {
    BindingCache cache;
    cache.put(binding("2001:db8:f::9", 40s));
    cache.put(binding("2001:db8:f::8", 20s));
    EXPECT_EQ(cache.next_deadline(), noon + 20s);
    EXPECT_FALSE(cache.due(noon + 20s - 1ns));
    EXPECT_EQ(cache.due(noon + 20s)->text(), "2001:db8:f::8");
    cache.erase(*cache.due(noon + 20s));
    EXPECT_EQ(cache.next_deadline(), noon + 40s);
}

TEST(BindingCache, ReplacesTheEntryOfTheSameHomeAddress) {
    BindingCache cache;
    cache.put(binding("2001:db8:f::9", 20s));
    cache.put(binding("2001:db8:f::9", 60s));
    EXPECT_EQ(cache.size(), 1U);
    EXPECT_FALSE(cache.due(noon + 20s)) << "the deadline of the old one has gone with it";
    EXPECT_EQ(cache.next_deadline(), noon + 60s);
}

TEST(BindingCache, MovesTheDeadlineWithAChange) {
    BindingCache cache;
    cache.put(binding("2001:db8:f::9", 600s));
    cache.change(test::home, [](Binding& entry) { entry.expires = noon + 10s; });
    EXPECT_EQ(cache.next_deadline(), noon + 10s);
}

}  // namespace
}  // namespace godwit::server

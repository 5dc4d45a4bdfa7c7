// RFC 6275 §9.5.1: sequence numbers, with the vectors that conformance suites use.

#include "tests/conformance/home_agent_bench.hpp"

namespace godwit::conformance {
namespace {

struct Number {
    const char* name;
    const char* rule;
    std::uint16_t last;
    std::uint16_t next;
    bool is_taken;
    std::uint16_t flags = acknowledge | home_registration;
};
constexpr std::uint16_t silent = home_registration;  // A is not set

constexpr auto numbers = std::to_array<Number>({
    {"After15Takes16", "the next number is newer", 15, 16, true},
    {"After15Takes32782", "32767 ahead is the last that is newer", 15, 32782, true},
    {"After15Refuses15", "the last number itself is old", 15, 15, false},
    {"After15Refuses14", "the number before is old", 15, 14, false},
    {"After15Refuses0", "0 is among the 32768 before 15", 15, 0, false},
    {"After15Refuses65535", "65535 is among the 32768 before 15", 15, 65535, false},
    {"After15Refuses32783", "32783 is the first of the 32768 before 15", 15, 32783, false},
    {"After32783Takes32784", "the next number is newer in the upper half too", 32783, 32784, true},
    {"After32783Takes14", "32767 ahead of 32783 is 14", 32783, 14, true},
    {"After32783Refuses32783", "the last number itself is old in the upper half too", 32783, 32783,
     false},
    {"After32783Refuses32782", "the number before is old in the upper half too", 32783, 32782,
     false},
    {"After32783Refuses15", "15 is the first of the 32768 before 32783", 32783, 15, false},
    {"After65535Takes0", "numbers go on from 65535 to 0", 65535, 0, true},
    {"After65535Takes32766", "32767 ahead of 65535 is 32766", 65535, 32766, true},
    {"After65535Refuses32767", "32768 ahead of 65535 is old", 65535, 32767, false},
    {"After0Takes32767", "32767 ahead of 0 is newer", 0, 32767, true},
    {"After0Refuses32768", "32768 ahead of 0 is old", 0, 32768, false},
    {"After0Refuses65535", "65535 comes before 0", 0, 65535, false},
    {"WithoutAAfter15Takes16", "the same whatever A says: newer", 15, 16, true, silent},
    {"WithoutAAfter15Takes32782", "the same whatever A says: 32767 ahead", 15, 32782, true, silent},
    {"WithoutAAfter15Refuses15", "an old number is answered without A too", 15, 15, false, silent},
    {"WithoutAAfter15Refuses32783", "one that is 32768 ahead is answered without A too", 15, 32783,
     false, silent},
    {"WithoutAAfter32783Takes14", "the same whatever A says: across 65535", 32783, 14, true,
     silent},
    {"WithoutAAfter32783Refuses32782", "the number before is answered without A too", 32783, 32782,
     false, silent},
    {"WithoutAAfter32783Refuses15", "32768 ahead of 32783 is answered without A too", 32783, 15,
     false, silent},
});
RULE_TABLE(rfc6275_9_5_1, numbers) {
    BoundHomeAgent bench(row.last);
    const Answer answer = bench.answer({.sequence = row.next, .flags = row.flags}, care_of_b);
    EXPECT_EQ(answer.status(), row.is_taken ? 0 : 135);
    EXPECT_EQ(answer.sequence(), row.is_taken ? row.next : row.last);
    EXPECT_EQ(bench.tunnel(), row.is_taken ? care_of_b : care_of_a);
}

struct First {
    const char* name;
    const char* rule;
    std::uint16_t sequence;
};
constexpr auto firsts = std::to_array<First>({
    {"WithoutAnEntryTakes0", "without an entry any number is accepted: 0", 0},
    {"WithoutAnEntryTakes1", "without an entry any number is accepted: 1", 1},
    {"WithoutAnEntryTakes32768", "without an entry any number is accepted: 32768", 32768},
    {"WithoutAnEntryTakes65535", "without an entry any number is accepted: 65535", 65535},
});
RULE_TABLE(rfc6275_9_5_1, firsts) {
    HomeAgentBench bench;
    const Answer answer = bench.answer({.sequence = row.sequence});
    EXPECT_EQ(answer.status(), 0);
    EXPECT_EQ(answer.sequence(), row.sequence);
}

RULE(rfc6275_9_5_1, StoresEachNumberThatItTakes,
     "the number of an update that is taken is stored") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 20}).status(), 0);
    EXPECT_EQ(bench.answer({.sequence = 15}).sequence(), 20);
}

RULE(rfc6275_9_5_1, StoresNoNumberThatItRefuses,
     "the number of an update that is refused is not stored") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 20, .options = alternate_care_of(home_agent)}).status(),
              174);
    EXPECT_EQ(bench.answer({.sequence = 11}).status(), 0);
}

RULE(rfc6275_9_5_1, ALateUpdateChangesNothing,
     "an update of an old number changes neither care-of address nor lifetime") {
    BoundHomeAgent bench(10);
    bench.wait(500s);
    EXPECT_EQ(bench.answer({.sequence = 9, .lifetime = 65535}, care_of_b).status(), 135);
    EXPECT_EQ(bench.tunnel(), care_of_a);
    bench.wait(100s);
    EXPECT_EQ(bench.tunnel(), std::nullopt) << "600 s after it was granted";
}

RULE(rfc6275_9_5_1, ALateUpdateIsAnsweredWithLifetime0,
     "an acknowledgement of status 135 grants nothing") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 10}).lifetime(), 0);
}

RULE(rfc6275_9_5_1, CountsForEachHomeAddress, "each home address has numbers of its own") {
    BoundHomeAgent bench(1000);
    EXPECT_EQ(bench.answer({.sequence = 5}, care_of_b, other_home).status(), 0);
    EXPECT_EQ(bench.answer({.sequence = 1001}).status(), 0);
}

RULE(rfc6275_9_5_1, ComparesNumbersOfDeregistrationsToo,
     "a deregistration of an old number is refused like any other") {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer({.sequence = 10, .lifetime = 0}).status(), 135);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(rfc6275_9_5_1, ForgetsNumbersWithTheEntry,
     "once a binding has expired any number is accepted again") {
    BoundHomeAgent bench(1000);
    bench.wait(600s);
    EXPECT_EQ(bench.answer({.sequence = 7}).status(), 0);
}

}  // namespace
}  // namespace godwit::conformance

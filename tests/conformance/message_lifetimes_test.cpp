// RFC 6275 §6.1.7, §6.1.8: what the fields of time count.

#include <array>
#include <chrono>

#include "shared/wire/lifetime.hpp"
#include "tests/conformance/rule.hpp"

namespace godwit::conformance {
namespace {

using namespace std::chrono_literals;

struct Seconds {
    const char* name;
    const char* rule;
    std::uint32_t units;
    std::chrono::seconds seconds;
};
constexpr auto lifetimes = std::to_array<Seconds>({
    {"LifetimeZeroIsNoTime", "Lifetime 0 is no time at all", 0, 0s},
    {"LifetimeCountsFourSeconds", "one unit of Lifetime is four seconds", 1, 4s},
    {"LifetimeOf65535IsThreeDays", "the longest Lifetime, 65535, is 262140 seconds", 65535,
     262140s},
});
RULE_TABLE(rfc6275_6_1_7, lifetimes) {
    EXPECT_EQ(wire::Lifetime(row.units), row.seconds);
}

}  // namespace
}  // namespace godwit::conformance

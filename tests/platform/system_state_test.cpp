#include "shared/platform/system_state.hpp"

#include <gmock/gmock.h>

#include <utility>

#include "tests/support/addresses.hpp"

namespace godwit::platform {
namespace {

using test::ip;
using testing::ElementsAre;
using testing::IsEmpty;

const AddressOnInterface home{.interface = {9}, .address = ip("2001:db8:f::9")};
const AddressOnInterface elsewhere{.interface = {2}, .address = ip("2001:db8:f::9")};
const Route all{.destination = {}, .interface = {9}, .table = 4191};
const Route all_with_source{
    .destination = {}, .interface = {9}, .preferred_source = ip("2001:db8:f::9"), .table = 4191};
const PolicyRule marked{.priority = 4191, .mark = 1};
const PolicyRule rest{.priority = 4194, .table = 4192};
const SystemState wanted{.mtus = {{.interface = {9}, .octets = 1400}},
                         .up = {{9}},
                         .addresses = {home},
                         .routes = {all_with_source},
                         .rules = {marked, rest}};

TEST(SystemDifference, IsNothingWhereAllIsAsWanted) {
    const SystemDifference nothing = difference(wanted, wanted);
    EXPECT_TRUE(nothing.add.empty());
    EXPECT_TRUE(nothing.remove.empty());
}

TEST(SystemDifference, IsAllThatIsWantedWhereNothingIs) {
    const SystemDifference all_of_it = difference(wanted, {});
    EXPECT_EQ(all_of_it.add, wanted);
    EXPECT_TRUE(all_of_it.remove.empty());
}

TEST(SystemDifference, KnowsNoOrder) {
    SystemState present = wanted;
    std::swap(present.rules.front(), present.rules.back());
    EXPECT_TRUE(difference(wanted, present).add.empty());
    EXPECT_TRUE(difference(wanted, present).remove.empty());
}

TEST(SystemDifference, AddsWhatIsMissingInTheOrderInWhichItIsWanted) {
    SystemState present = wanted;
    present.rules.clear();
    present.up.clear();
    const SystemDifference missing = difference(wanted, present);
    EXPECT_THAT(missing.add.rules, ElementsAre(marked, rest));
    EXPECT_THAT(missing.add.up, ElementsAre(mobility::InterfaceIndex{9}));
    EXPECT_THAT(missing.add.routes, IsEmpty());
}

TEST(SystemDifference, RemovesWhatIsNotWantedAnyMore) {
    SystemState present = wanted;
    present.addresses.push_back(elsewhere);
    EXPECT_THAT(difference(wanted, present).remove.addresses, ElementsAre(elsewhere));
    EXPECT_TRUE(difference(wanted, present).add.empty());
}

TEST(SystemDifference, ReplacesWhatHasLostAPart) {  // its source, as with the address
    SystemState present = wanted;
    present.routes = {all};
    const SystemDifference changed = difference(wanted, present);
    EXPECT_THAT(changed.remove.routes, ElementsAre(all));
    EXPECT_THAT(changed.add.routes, ElementsAre(all_with_source));
}

TEST(SystemDifference, PutsAnMtuBackAndLeavesThoseOfOthers) {
    SystemState present = wanted;
    present.mtus = {{.interface = {2}, .octets = 1500}, {.interface = {9}, .octets = 9000}};
    EXPECT_THAT(difference(wanted, present).add.mtus,
                ElementsAre(InterfaceMtu{.interface = {9}, .octets = 1400}));
    EXPECT_TRUE(difference(wanted, present).remove.empty());
}

TEST(SystemDifference, NeverSetsAnInterfaceDown) {
    SystemState present = wanted;
    present.up = {{1}, {2}, {9}};
    EXPECT_TRUE(difference(wanted, present).remove.empty());
}

}  // namespace
}  // namespace godwit::platform

#include "client/link_changes.hpp"

#include <gmock/gmock.h>

#include "shared/platform/network_monitor.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::client {
namespace {

using platform::address;
using platform::Link;
using platform::NetworkSnapshot;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr mobility::InterfaceIndex wired{2};

NetworkSnapshot with(const Link& link) {
    return {.links = {link}, .addresses = {}, .routes = {}, .unreachable = {}};
}

const NetworkSnapshot nothing;
const NetworkSnapshot up =
    with({.index = wired, .name = "eth0", .is_up = true, .is_running = true, .carrier_changes = 2});
const NetworkSnapshot without_carrier = with(
    {.index = wired, .name = "eth0", .is_up = true, .is_running = false, .carrier_changes = 3});

TEST(LinkChanges, AreALinkThatComesUp) {
    EXPECT_THAT(link_changes(nothing, up).up, ElementsAre(wired));
    EXPECT_THAT(link_changes(without_carrier, up).up, ElementsAre(wired));
    EXPECT_THAT(link_changes(up, up).up, IsEmpty());
    EXPECT_THAT(link_changes(nothing, without_carrier).up, IsEmpty());
}

TEST(LinkChanges, AreALostCarrier) {
    EXPECT_THAT(link_changes(up, without_carrier).lost, ElementsAre(wired));
    EXPECT_THAT(link_changes(up, without_carrier).gone, IsEmpty());
}

TEST(LinkChanges, AreAnInterfaceThatIsGone) {
    EXPECT_THAT(link_changes(up, nothing).gone, ElementsAre(wired));
    EXPECT_THAT(link_changes(up, nothing).lost, IsEmpty());
}

TEST(LinkChanges, AreABreakThatNobodySaw) {
    NetworkSnapshot again = up;
    again.links.front().carrier_changes += 2;
    EXPECT_THAT(link_changes(up, again).shaken, ElementsAre(wired));
    EXPECT_THAT(link_changes(up, again).up, IsEmpty());
    EXPECT_THAT(link_changes(up, up).shaken, IsEmpty());
}

TEST(LinkChanges, AreANeighbourThatIsLost) {
    NetworkSnapshot lost = up;
    lost.unreachable.push_back({wired, address("fe80::1")});
    EXPECT_THAT(link_changes(up, lost).unreachable, ElementsAre(lost.unreachable.front()));
    EXPECT_THAT(link_changes(lost, lost).unreachable, IsEmpty());
}

class LinkChangesOfARealLink : public platform::OnALink {};

TEST_F(LinkChangesOfARealLink, ShowABreakThatIsOverBeforeTheNextLook) {
    platform::NetworkMonitor monitor;
    const NetworkSnapshot before = monitor.snapshot();
    far_.enter();
    platform::run("ip -batch - <<END\nlink set far down\nlink set far up\nEND\n");
    near_.enter();
    NetworkSnapshot now;
    ASSERT_TRUE(platform::comes_true(monitor, [&](const NetworkSnapshot& seen) {
        now = seen;
        const LinkChanges changes = link_changes(before, seen);
        return !changes.shaken.empty();
    }));
    EXPECT_THAT(link_changes(before, now).shaken, ElementsAre(platform::interface_called("near")));
}

}  // namespace
}  // namespace godwit::client

#include "client/link_preferences.hpp"

#include <gtest/gtest.h>

namespace godwit::client {
namespace {

using mobility::LinkKind;
using mobility::LinkTraits;

const LinkTraits cable{.name = "eth0", .kind = LinkKind::wired, .is_metered = false};
const LinkTraits tethered{.name = "usb0", .kind = LinkKind::wired, .is_metered = true};
const LinkTraits wifi{.name = "wlan0", .kind = LinkKind::wifi, .is_metered = false};
const LinkTraits hotspot{.name = "wlan1", .kind = LinkKind::wifi, .is_metered = true};
const LinkTraits modem{.name = "wwan0", .kind = LinkKind::cellular, .is_metered = false};

// Each is better than the next.
void expect_order(const LinkPreferences& preferences, const std::vector<LinkTraits>& links) {
    for (std::size_t place = 1; place < links.size(); ++place) {
        EXPECT_LT(preferences.rank(links[place - 1]), preferences.rank(links[place]))
            << links[place - 1].name << ", " << links[place].name;
    }
}

TEST(LinkPreferences, AreWiredThenWifiThenCellularAndMeteredLast) {
    expect_order({}, {cable, wifi, modem, tethered, hotspot});
    EXPECT_EQ(LinkPreferences{}.rank(cable), 0U);
}

TEST(LinkPreferences, FollowTheList) {
    expect_order({.prefer = {"wlan*", "cellular"}, .metered = {}}, {wifi, modem, cable, hotspot});
}

TEST(LinkPreferences, LeaveTheCostToAListThatSpeaksOfIt) {
    expect_order({.prefer = {"usb0", "unmetered", "wifi"}, .metered = {}},
                 {tethered, cable, hotspot});
    EXPECT_EQ((LinkPreferences{.prefer = {"unmetered"}, .metered = {}}.rank(cable)),
              (LinkPreferences{.prefer = {"unmetered"}, .metered = {}}.rank(wifi)));
}

TEST(LinkPreferences, KnowWhatTheConfigurationCallsMetered) {
    const LinkPreferences preferences{.prefer = {}, .metered = {"cellular", "usb*"}};
    EXPECT_TRUE(preferences.is_metered(modem));
    EXPECT_TRUE(preferences.is_metered(hotspot)) << "the system says so";
    EXPECT_FALSE(preferences.is_metered(cable));
}

}  // namespace
}  // namespace godwit::client

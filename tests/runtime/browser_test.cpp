#include "client/browser.hpp"

#include <gmock/gmock.h>

namespace godwit::client {
namespace {

using testing::ElementsAre;

constexpr auto page = "http://login.example/?a=b&c='d'";
const std::filesystem::path profile = "/tmp/profile";

HasProgram only(std::string program) {
    return [program = std::move(program)](const std::string& name) { return name == program; };
}

TEST(Browser, HasAProfileOfItsOwnAndNothingOfAnotherThatRuns) {
    EXPECT_THAT(
        *browser_for(page, profile, true, only("firefox")),
        ElementsAre("firefox", "--no-remote", "--new-instance", "--profile", "/tmp/profile", page));
    EXPECT_EQ(browser_for(page, profile, true, only("chromium"))->at(1),
              "--user-data-dir=/tmp/profile");
}

TEST(Browser, ShowsNoWindowsWithoutADisplay) {
    EXPECT_EQ(browser_for(page, profile, false, only("firefox")), std::nullopt);
    EXPECT_THAT(*browser_for(page, profile, false, only("w3m")), ElementsAre("w3m", page));
}

TEST(Browser, IsTheOneThatSomebodyNamesWithoutAShell) {
    EXPECT_THAT(*browser_for(page, "curl  -o page;rm"), ElementsAre("curl", "-o", "page;rm", page));
    EXPECT_EQ(browser_for(page, "  "), std::nullopt);
}

TEST(Browser, HasAFolderThatGoesWithIt) {
    std::filesystem::path path;
    {
        const FreshProfile fresh;
        path = fresh.path();
        EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms::owner_all);
        furnish(path);
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Browser, LooksNamesUpWithTheNetworksServers) {
    EXPECT_EQ(outside_resolver({"192.0.2.1", "2001:db8::53", "192.0.2.2", "192.0.2.3"}),
              "nameserver 192.0.2.1\nnameserver 2001:db8::53\nnameserver 192.0.2.2\n");
    EXPECT_EQ(
        outside_name_switch("passwd: files systemd\nhosts: files resolve [!UNAVAIL=return]\n"),
        "passwd: files systemd\nhosts: files dns\n");
    EXPECT_EQ(outside_name_switch("hosts: files dns\n"), "hosts: files dns\n");
}

}  // namespace
}  // namespace godwit::client

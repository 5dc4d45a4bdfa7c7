#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "client/configuration.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::client {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string least = R"(home_address = "2001:db8:f::9"
protection = "none"
[home_agent]
address = "2001:db8:f::1"
)";

// What goes through the tunnel, and what past it: the keys of mn.toml that say so.
class TrafficConfiguration : public testing::Test {
  protected:
    [[nodiscard]] Configuration read(const std::string& lines) const {
        return read_configuration(directory_.write("mn.toml", lines + "\n" + least));
    }
    [[nodiscard]] std::string errors_of(const std::string& lines) const {
        try {
            static_cast<void>(read(lines));
            return "none";
        } catch (const runtime::InvalidConfiguration& invalid) {
            return invalid.what();
        }
    }

    tests::TemporaryDirectory directory_;
};

TEST_F(TrafficConfiguration, TakesEverythingAndHoldsNothingBackByDefault) {
    const Configuration configuration = read("");
    EXPECT_EQ(configuration.routes, read("mode = 'full'").routes);
    EXPECT_EQ(configuration.routes.size(), 2U);
    EXPECT_THAT(configuration.exclude, testing::IsEmpty());
    EXPECT_THAT(configuration.exclude_cgroups, testing::IsEmpty());
    EXPECT_FALSE(configuration.lockdown);
}

TEST_F(TrafficConfiguration, ShowsNoDscpOutsideUnlessItIsToldTo) {
    EXPECT_FALSE(read("").copy_dscp);
    EXPECT_TRUE(read("copy_dscp = true").copy_dscp);
    EXPECT_THAT(errors_of("copy_dscp = 46"), HasSubstr("copy_dscp"));
}

TEST_F(TrafficConfiguration, MovesManyPacketsAsOneUnlessItIsToldNotTo) {
    EXPECT_EQ(read("").offloads, runtime::OffloadUse::automatic);
    EXPECT_EQ(read("offloads = 'auto'").offloads, runtime::OffloadUse::automatic);
    EXPECT_EQ(read("offloads = 'off'").offloads, runtime::OffloadUse::off);
    EXPECT_THAT(errors_of("offloads = 'on'"), HasSubstr("write \"auto\" or \"off\""));
}

TEST_F(TrafficConfiguration, TakesTheRoutesOfASplitTunnel) {
    const Configuration configuration = read("mode = 'split'\nroutes = ['2001:db8:1::/48']");
    EXPECT_THAT(configuration.routes,
                testing::ElementsAre(wire::Prefix::parse("2001:db8:1::/48").value()));
}

TEST_F(TrafficConfiguration, TakesWhatIsExcludedAndTheLockdown) {
    const Configuration configuration = read(
        "exclude = ['192.168.0.0/16', 'fd00::/8']\nlockdown = true\n"
        R"(exclude_cgroups = ['user.slice/user-1000.slice/app\x2dweb.scope'])");
    EXPECT_EQ(configuration.exclude.at(0), wire::Prefix::parse_ipv4("192.168.0.0/16"));
    EXPECT_EQ(configuration.exclude.at(1).text(), "fd00::/8");
    EXPECT_THAT(configuration.exclude_cgroups,
                testing::ElementsAre(R"(user.slice/user-1000.slice/app\x2dweb.scope)"));
    EXPECT_TRUE(configuration.lockdown);
}

TEST_F(TrafficConfiguration, RefusesRoutesOfAFullTunnelAndSaysWhatToDo) {
    EXPECT_THAT(
        errors_of("routes = ['10.0.0.0/8']"),
        AllOf(HasSubstr("mn.toml:1:10: routes: is for mode = \"split\""),
              HasSubstr("add mode = \"split\", or leave routes out"), Not(HasSubstr("\n"))));
}

TEST_F(TrafficConfiguration, RefusesASplitTunnelWithoutRoutesOrWithAllOfThem) {
    EXPECT_THAT(errors_of("mode = 'split'"), HasSubstr("routes: missing"));
    EXPECT_THAT(errors_of("mode = 'split'\nroutes = ['::/0']"),
                AllOf(HasSubstr("::/0 is every address there is"), Not(HasSubstr("\n"))));
    EXPECT_THAT(errors_of("mode = 'split'\nroutes = ['fd00::/8', '0.0.0.0/0']"),
                HasSubstr("0.0.0.0/0 is every address there is"));
    EXPECT_THAT(errors_of("mode = 'half'"), HasSubstr("write \"full\" or \"split\""));
}

TEST_F(TrafficConfiguration, RefusesToExcludeEverything) {
    EXPECT_THAT(errors_of("exclude = ['0.0.0.0/0']"), HasSubstr("every address there is"));
}

TEST_F(TrafficConfiguration, RefusesWhatCannotBeACgroup) {
    for (const auto* path : {"", "/system.slice", "a//b", "a/", "../a", "a b", "a\"b", "a*"}) {
        EXPECT_THAT(errors_of("exclude_cgroups = ['" + std::string(path) + "']"),
                    HasSubstr("is no such path"))
            << path;
    }
}

TEST_F(TrafficConfiguration, TakesWhatIsBehindThisMachine) {
    const Configuration configuration =
        read("network_prefixes = ['2001:db8:1:100::/64', '2001:db8:2::/56']\nforwarding = true");
    EXPECT_THAT(configuration.network_prefixes,
                testing::ElementsAre(wire::Prefix::parse("2001:db8:1:100::/64").value(),
                                     wire::Prefix::parse("2001:db8:2::/56").value()));
    EXPECT_TRUE(configuration.forwarding);
    EXPECT_THAT(read("").network_prefixes, testing::IsEmpty());
    EXPECT_FALSE(read("").forwarding);
}

TEST_F(TrafficConfiguration, RefusesWhatCannotBeBehindThisMachine) {
    const auto refused = [this](const std::string& list) {
        return errors_of("network_prefixes = [" + list + "]");
    };
    EXPECT_THAT(refused("'fe80::/64'"), HasSubstr("is no such prefix"));
    EXPECT_THAT(refused("'192.0.2.0/24'"), HasSubstr("is no such prefix"));
    EXPECT_THAT(refused("'2001:db8:1::/31'"), HasSubstr("is no such prefix"));
    EXPECT_THAT(refused("'2001:db8:f::/64'"), HasSubstr("the home address or the home agent"));
    EXPECT_THAT(errors_of("home_prefix = '2001:db8:f::/64'\n"
                          "network_prefixes = ['2001:db8:f:0:1::/80']"),
                HasSubstr("2001:db8:f:0:1::/80 overlaps home_prefix"));
    EXPECT_THAT(refused("'2001:db8:1::/56', '2001:db8:1:7::/64'"),
                HasSubstr("2001:db8:1:7::/64 overlaps another one"));
    std::string nine;
    for (int number = 0; number < 9; ++number) {
        nine += "'2001:db8:1:" + std::to_string(number) + "::/64',";
    }
    EXPECT_THAT(refused(nine), HasSubstr("more than 8"));
}

}  // namespace
}  // namespace godwit::client

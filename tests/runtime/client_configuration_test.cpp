#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/runtime/mn_toml.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using tests::TemporaryDirectory;

TEST(ClientConfiguration, TakesTheHomeAgentsNameServersUnlessItSaysOtherwise) {
    const TemporaryDirectory directory;
    EXPECT_TRUE(read(directory, least).dns);
    const Configuration own =
        read(directory, "dns_servers = [\"10.19.0.1\"]\nsearch_domains = [\"a.b\"]\n" + least);
    EXPECT_EQ(own.dns_servers.at(0).text(), "::ffff:10.19.0.1");
    EXPECT_EQ(own.search_domains.at(0).text(), "a.b");
    EXPECT_FALSE(read(directory, "dns = \"off\"\n" + least).dns);
    EXPECT_THAT(errors_of("dns = true\n" + least), HasSubstr("write \"auto\" or \"off\""));
}

TEST(ClientConfiguration, HasDefaultsForAllThatCanHaveOne) {
    const TemporaryDirectory directory;
    const Configuration configuration = read(directory, least);
    EXPECT_EQ(configuration.home_address.text(), "2001:db8:f::9");
    EXPECT_EQ(configuration.home_agent.address.text(), "2001:db8:f::1");
    EXPECT_EQ(configuration.home_agent.public_key->text(), key);
    EXPECT_EQ(configuration.home_prefix, std::nullopt);
    EXPECT_EQ(configuration.protection, mobility::Protection::sealed);
    EXPECT_EQ(configuration.lifetime, 600s);
    ASSERT_EQ(configuration.routes.size(), 2U);
    EXPECT_EQ(configuration.routes.front().text(), "::/0");
    EXPECT_EQ(configuration.routes.back().text(), "0.0.0.0/0");
    EXPECT_EQ(configuration.interface, "godwit0");
    EXPECT_EQ(configuration.status_socket, "/run/godwit/status.sock");
    EXPECT_EQ(configuration.state_directory, "/var/lib/godwit");
    EXPECT_EQ(configuration.suites, security::all_suites);
    EXPECT_EQ(configuration.log_level, runtime::LogLevel::info);
    EXPECT_EQ(configuration.first_registration_timeout, 1500ms);  // RFC 6275 §13
    EXPECT_EQ(configuration.home_agent.preshared_key_file, std::nullopt);
}

TEST(ClientConfiguration, TriesEverythingUnlessToldOtherwise) {
    using mobility::Encapsulation;
    const TemporaryDirectory directory;
    const Configuration configuration = read(directory, least);
    EXPECT_THAT(configuration.encapsulations,
                testing::ElementsAre(Encapsulation::ip6, Encapsulation::udp));
    EXPECT_THAT(configuration.home_agent.endpoints, testing::ElementsAre("2001:db8:f::1"));
    EXPECT_THAT(configuration.home_agent.ports, testing::ElementsAre(4191, 443));
    EXPECT_TRUE(configuration.ipv4);
    EXPECT_EQ(configuration.mtu_probe_interval, 600s);
}

TEST(ClientConfiguration, KeepsASecondPathAndWhatAMoveMayCost) {
    const TemporaryDirectory directory;
    const Configuration configuration = read(directory, least);
    EXPECT_TRUE(configuration.second_path);
    EXPECT_EQ(configuration.resend.each, 10U << 20U);
    const Configuration frugal =
        read(directory, "second_path = false\nresend_memory = 0\n" + least);
    EXPECT_FALSE(frugal.second_path);
    EXPECT_EQ(frugal.resend.each, 0U);
    EXPECT_THAT(errors_of("resend_memory = -1\n" + least),
                HasSubstr("write a whole number of MiB from 0 to 65536"));
}

TEST(ClientConfiguration, TakesAnEncapsulationOrAnOrderOfThem) {
    using mobility::Encapsulation;
    const TemporaryDirectory directory;
    const auto encapsulations = [&](const std::string& written) {
        return read(directory, "encapsulation = " + written + "\n" + least).encapsulations;
    };
    EXPECT_TRUE(read(directory, "encapsulation = \"auto\"\n" + least).cheapest_first);
    EXPECT_FALSE(read(directory, "encapsulation = [\"ip6\", \"udp\"]\n" + least).cheapest_first);
    EXPECT_THAT(encapsulations("\"udp\""), testing::ElementsAre(Encapsulation::udp));
    EXPECT_THAT(encapsulations("[\"udp\", \"ip6\"]"),
                testing::ElementsAre(Encapsulation::udp, Encapsulation::ip6));
    EXPECT_THAT(errors_of("encapsulation = \"tcp\"\n" + least),
                HasSubstr("write \"auto\", \"ip6\" or \"udp\", or a list of the latter two"));
}

TEST(ClientConfiguration, TakesAddressesAndNamesAsEndpoints) {
    const TemporaryDirectory directory;
    const Configuration configuration =
        read(directory, least +
                            "endpoints = [\"vps.example.org\", \"203.0.113.2\", "
                            "\"2001:db8:e::2\"]\nports = [443]\n");
    EXPECT_THAT(configuration.home_agent.endpoints,
                testing::ElementsAre("vps.example.org", "203.0.113.2", "2001:db8:e::2"));
    EXPECT_THAT(configuration.home_agent.ports, testing::ElementsAre(443));
}

TEST(ClientConfiguration, RefusesEndpointsAndPortsThatCannotBe) {
    for (const auto* endpoint : {"fe80::1", "::1", "vps example", "https://vps.example.org", ""}) {
        EXPECT_THAT(errors_of(least + "endpoints = [\"" + endpoint + "\"]\n"),
                    HasSubstr("home_agent.endpoints"))
            << endpoint;
    }
    EXPECT_THAT(errors_of(least + "ports = [0]\n"), HasSubstr("0 is no port"));
    EXPECT_THAT(errors_of(least + "ports = [65536]\n"), HasSubstr("65536 is no port"));
    EXPECT_THAT(errors_of(least + "ports = [4191, 4191]\n"), HasSubstr("is there twice"));
}

TEST(ClientConfiguration, TakesEveryKey) {
    const TemporaryDirectory directory;
    const Configuration configuration = read(directory, R"(home_address = "2001:db8:f::9"
home_prefix = "2001:db8:f::/64"
private_key_file = "/etc/godwit/mn.key"
protection = "plain"
lifetime = 40
prefer = ["wlan*", "unmetered", "wired"]
metered = ["wwan*", "cellular"]
first_registration_timeout = 2
mode = "split"
routes = ["2001:db8:1::/48", "2001:db8:2::/48", "10.0.0.0/8"]
interface = "mn0"
status_socket = "status.sock"
state_directory = "state"
suites = ["chacha20-poly1305"]
log_level = "debug"
[home_agent]
address = "2001:db8:f::1"
preshared_key_file = "psk"
public_key = ")" + std::string(key) + "\"\n");
    EXPECT_EQ(configuration.home_prefix->text(), "2001:db8:f::/64");
    EXPECT_EQ(configuration.private_key_file, "/etc/godwit/mn.key");
    EXPECT_EQ(configuration.protection, mobility::Protection::plain);
    EXPECT_EQ(configuration.lifetime, 40s);
    EXPECT_THAT(configuration.links.prefer, testing::ElementsAre("wlan*", "unmetered", "wired"));
    EXPECT_THAT(configuration.links.metered, testing::ElementsAre("wwan*", "cellular"));
    EXPECT_EQ(configuration.first_registration_timeout, 2s);
    ASSERT_EQ(configuration.routes.size(), 3U);
    EXPECT_EQ(configuration.routes[1].text(), "2001:db8:2::/48");
    EXPECT_EQ(configuration.routes[2], wire::Prefix::parse_ipv4("10.0.0.0/8"));
    EXPECT_EQ(configuration.interface, "mn0");
    EXPECT_EQ(configuration.suites, security::SuiteSet().with(security::Suite::chacha20_poly1305));
    EXPECT_EQ(configuration.log_level, runtime::LogLevel::debug);
}

TEST(ClientConfiguration, TakesPathsRelativeToTheFile) {
    const TemporaryDirectory directory;
    const Configuration configuration = read(directory, "status_socket = 's.sock'\n" + least);
    EXPECT_EQ(configuration.private_key_file, directory.path() / "mn.key");
    EXPECT_EQ(configuration.status_socket, directory.path() / "s.sock");
}

TEST(ClientConfiguration, NeedsNoKeysWithoutProtection) {
    const TemporaryDirectory directory;
    const Configuration configuration = read(directory, R"(home_address = "2001:db8:f::9"
protection = "none"
[home_agent]
address = "2001:db8:f::1"
)");
    EXPECT_EQ(configuration.private_key_file, std::nullopt);
    EXPECT_EQ(configuration.home_agent.public_key, std::nullopt);
}

struct BadLine {
    const char* name;
    const char* line;   // put before the least configuration
    const char* place;  // line and column
    const char* wrong;
    const char* advice;
};

class BadClientConfiguration : public testing::TestWithParam<BadLine> {};

TEST_P(BadClientConfiguration, IsToldWithLineReasonAndAdvice) {
    const std::string errors = errors_of(std::string(GetParam().line) + "\n" + least);
    EXPECT_THAT(errors, HasSubstr(std::string("mn.toml:") + GetParam().place + ": "));
    EXPECT_THAT(errors, HasSubstr(GetParam().wrong));
    EXPECT_THAT(errors, HasSubstr(std::string("; ") + GetParam().advice));
    EXPECT_THAT(errors, testing::Not(HasSubstr("\n"))) << "one fault, one line";
}

INSTANTIATE_TEST_SUITE_P(
    All, BadClientConfiguration,
    testing::Values(
        BadLine{"UnknownKey", "lifetme = 600", "1:1", "lifetme: unknown key",
                "did you mean lifetime?"},
        BadLine{"StrangeKey", "colour = 'blue'", "1:1", "colour: unknown key",
                "the keys here are "},
        BadLine{"LifetimeTooSmall", "lifetime = 36", "1:12", "lifetime: 36 is too small",
                "write a whole number of seconds from 40 to 262140"},
        BadLine{"LifetimeTooLarge", "lifetime = 262144", "1:12", "262144 is too large",
                "write a whole number"},
        BadLine{"LifetimeOddUnits", "lifetime = 42", "1:12", "42 is no multiple of 4",
                "write a whole number"},
        BadLine{"LifetimeAsText", "lifetime = '600'", "1:12", "is a text, not a whole number",
                "write a whole number"},
        BadLine{"LifetimeAsFraction", "lifetime = 600.0", "1:12", "is a number, not a whole number",
                "write a whole number"},
        BadLine{"TimeoutTooLong", "first_registration_timeout = 33", "1:30", "33 is out of range",
                "write a number of seconds from 0.1 to 32"},
        BadLine{"TimeoutIsNoNumber", "first_registration_timeout = nan", "1:30", "out of range",
                "write a number of seconds"},
        BadLine{"TimeoutAsText", "first_registration_timeout = '1.5'", "1:30",
                "is a text, not a number", "write a number of seconds"},
        BadLine{"UnknownProtection", "protection = 'strong'", "1:14", "\"strong\" is unknown",
                "write \"sealed\", \"plain\" or \"none\""},
        BadLine{"PreferNothing", "prefer = ['']", "1:10", "item 1: is empty", "write a list"},
        BadLine{"PreferNoLink", "prefer = []", "1:10", "prefer: is empty", "write a list"},
        BadLine{"PreferTwice", "prefer = ['wifi', 'wifi']", "1:10", "item 2: is there twice",
                "write a list"},
        BadLine{"PreferMisspelt", "prefer = ['wired', 'wfii']", "1:10",
                "item 2: \"wfii\" is unknown; did you mean \"wifi\"?", "write a list"},
        BadLine{"PreferInOtherWords", "prefer = ['ethernet']", "1:10", "did you mean \"wired\"?",
                "write a list"},
        BadLine{"PreferWhatIsNoName", "prefer = ['eth 0']", "1:10",
                "\"eth 0\" is no name of an interface", "write a list"},
        BadLine{"PreferWhatIsTooLong", "prefer = ['eth0123456789012']", "1:10",
                "is no name of an interface", "write a list"},
        BadLine{"PreferOneText", "prefer = 'wifi'", "1:10", "is a text, not a list",
                "write a list"},
        BadLine{"MeteredByItself", "metered = ['metered']", "1:11",
                "\"metered\" means nothing here", "write a list"},
        BadLine{"UnknownSuite", "suites = ['aes-128-cbc']", "1:10",
                "item 1: \"aes-128-cbc\" is unknown", "write a list"},
        BadLine{"NoSuite", "suites = []", "1:10", "suites: is empty", "write a list"},
        BadLine{"NoRoute", "routes = []", "1:10", "routes: is empty", "write a list"},
        BadLine{"RouteTwice", "routes = ['::/0', '::/0']", "1:10", "item 2: is there twice",
                "write a list"},
        BadLine{"RouteAsText", "routes = '::/0'", "1:10", "is a text, not a list", "write a list"},
        BadLine{"RouteWithHostBits", "routes = ['2001:db8::1/32']", "1:10",
                "item 1: \"2001:db8::1/32\" is no IPv6 prefix", "write a list"},
        BadLine{"RouteWithIpv4HostBits", "routes = ['::/0', '10.0.0.1/8']", "1:10",
                "item 2: \"10.0.0.1/8\" is no IPv4 prefix", "write a list"},
        BadLine{"RouteWithoutLength", "routes = ['10.0.0.0']", "1:10",
                "item 1: \"10.0.0.0\" is no IPv4 prefix", "write a list"},
        BadLine{"RouteOfMappedAddresses", "routes = ['::ffff:10.0.0.0/104']", "1:10",
                "item 1: \"::ffff:10.0.0.0/104\" is IPv4 in the writing of IPv6", "write a list"},
        BadLine{"HomePrefixElsewhere", "home_prefix = '2001:db8:a::/64'", "2:16",
                "2001:db8:f::9 is outside home_prefix 2001:db8:a::/64",
                "write an address of that prefix"},
        BadLine{"HomePrefixOfAll", "home_prefix = '::/0'", "1:15", "is every address there is",
                "write an IPv6 prefix"},
        BadLine{"LongInterfaceName", "interface = 'godwit0123456789'", "1:13", "is no name",
                "write 1 to 15 letters"},
        BadLine{"InterfacePattern", "interface = 'tun%d'", "1:13", "\"tun%d\" is no name",
                "write 1 to 15 letters"},
        BadLine{"LogLevel", "log_level = 'loud'", "1:13", "\"loud\" is unknown", "write \"debug\""},
        BadLine{"EmptyPath", "state_directory = ''", "1:19", "is empty", "write a path"},
        BadLine{"ServersKey", "allow_unprotected = true", "1:1", "unknown key",
                "the keys here are"},
        BadLine{"FlowWithAnUnknownWord", "redundant = ['icmp', 'udp prot 5060']", "1:13",
                "redundant: item 2: \"prot\" is not understood", "write a list"},
        BadLine{"FlowWithoutAPort", "redundant = ['udp port']", "1:13",
                "item 1: nothing stands behind \"port\"", "write a list"},
        BadLine{"FlowOfSeveralLines", "redundant = [\"udp\\nport\\nx\"]", "1:13",
                "\"x\" is no port or range of ports", "write a list"},
        BadLine{"FlowTwice", "redundant = ['udp port 53', 'port 53 udp']", "1:13",
                "item 2: is there twice", "write a list"},
        BadLine{"NoFlow", "redundant = []", "1:13", "redundant: is empty", "write a list"},
        BadLine{"FlowAsText", "redundant = 'udp'", "1:13", "is a text, not a list", "write a list"},
        BadLine{"OneFlowTable", "flow = { match = 'udp', via = 'wifi' }", "1:8",
                "flow: is not a list of tables", "begin each of them with [[flow]]"},
        BadLine{"NotToml", "lifetime 600", "1:10", "not TOML", "write key = value"},
        BadLine{"KeyTwice", "private_key_file = 'a'", "3:20", "not TOML", "write key = value"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ClientConfiguration, SaysWhatIsWrongWithEachFlow) {
    const std::string errors = errors_of(least +
                                         "[[flow]]\nmatch = 'tcp port ssh'\nvia = 'wired'\n"
                                         "[[flow]]\nmatch = 'udp'\nvia = ' '\n"
                                         "[[flow]]\nmatches = 'udp'\n");
    EXPECT_THAT(errors, HasSubstr("mn.toml:7:9: flow.match: \"ssh\" is no port "
                                  "or range of ports; write a flow in quotes, such as"));
    EXPECT_THAT(errors, HasSubstr("mn.toml:11:7: flow.via: is empty; write which links"));
    EXPECT_THAT(errors, HasSubstr("mn.toml:12:1: flow.match: missing; write a flow"));
    EXPECT_THAT(errors, HasSubstr("mn.toml:12:1: flow.via: missing; write which links"));
    EXPECT_THAT(errors, HasSubstr("flow.matches: unknown key; did you mean match?"));
}

TEST(ClientConfiguration, ToldToBeTooLongAPathForASocket) {
    EXPECT_THAT(errors_of("status_socket = '/" + std::string(107, 's') + "'\n" + least),
                HasSubstr("is too long; write a path in quotes, of at most 107 octets"));
}

TEST(ClientConfiguration, TellsOfEveryMissingKeyAtOnce) {
    const std::string errors = errors_of("lifetime = 600\n[home_agent]\n");
    EXPECT_THAT(errors, HasSubstr("mn.toml:1:1: home_address: missing; write an IPv6"));
    EXPECT_THAT(errors, HasSubstr("mn.toml:1:1: private_key_file: missing; write a path"));
    EXPECT_THAT(errors, HasSubstr("mn.toml:2:1: home_agent.address: missing; write"));
    EXPECT_THAT(errors, HasSubstr("mn.toml:2:1: home_agent.public_key: missing; write"));
}

TEST(ClientConfiguration, TellsOfAMissingTableOnce) {
    EXPECT_THAT(
        errors_of("home_address = '2001:db8:f::9'\nprivate_key_file = 'k'\n"),
        testing::EndsWith(
            "mn.toml:1:1: home_agent: missing; write a table that begins with [home_agent]"));
}

TEST(ClientConfiguration, RefusesAHomeAgentAtTheHomeAddress) {
    const std::string errors = errors_of(R"(home_address = "2001:db8:f::9"
private_key_file = "k"
[home_agent]
address = "2001:db8:f::9"
public_key = ")" + std::string(key) + "\"\n");
    EXPECT_THAT(errors, HasSubstr("mn.toml:4:11: home_agent.address: is the home_address as well; "
                                  "write the address of the home agent"));
}

TEST(ClientConfiguration, RefusesAddressesThatNobodyCanReach) {
    for (const char* address : {"::", "::1", "ff02::1", "fe80::1", "::ffff:192.0.2.1"}) {
        EXPECT_THAT(errors_of("home_address = '" + std::string(address) +
                              "'\nprotection = 'none'\n[home_agent]\naddress = '2001:db8::1'\n"),
                    HasSubstr("mn.toml:1:16: home_address: \"" + std::string(address) +
                              "\" is no address to be reached at; write an IPv6 unicast address"));
    }
}

TEST(ClientConfiguration, RefusesAHomeAgentThatNobodyCanReach) {
    for (const char* address : {"::", "::1", "ff02::1", "fe80::1", "::ffff:192.0.2.1"}) {
        EXPECT_THAT(errors_of("home_address = '2001:db8:f::9'\nprotection = 'none'\n[home_agent]\n"
                              "address = '" +
                              std::string(address) + "'\n"),
                    HasSubstr("home_agent.address: \"" + std::string(address) +
                              "\" is no address to be reached at"));
    }
}

TEST(ClientConfiguration, SaysWhereAKeyBelongsThatStandsInTheWrongTable) {
    EXPECT_THAT(errors_of(least + "log_level = 'info'\n"),
                HasSubstr("mn.toml:6:1: home_agent.log_level: unknown key; move it to the top of "
                          "the file, above the first [table]"));
}

TEST(ClientConfiguration, NeverShowsWhatStandsInPlaceOfAKey) {
    const std::string errors = errors_of(
        "home_address='2001:db8:f::9'\nprivate_key_file='k'\n[home_agent]\n"
        "address='2001:db8:f::1'\npublic_key='my secret'\n");
    EXPECT_THAT(errors, HasSubstr("home_agent.public_key: is not base64 of 32 octets; write"));
    EXPECT_THAT(errors, testing::Not(HasSubstr("my secret")));
}

TEST(ClientConfiguration, TellsErrorsInTheOrderOfTheFile) {
    const TemporaryDirectory directory;
    try {
        read(directory, "routes = 1\nlifetime = 1\n" + least);
        FAIL() << "read";
    } catch (const runtime::InvalidConfiguration& invalid) {
        ASSERT_EQ(invalid.errors().size(), 2U);
        EXPECT_EQ(invalid.errors().at(0).line, 1U);
        EXPECT_EQ(invalid.errors().at(1).line, 2U);
    }
}

TEST(ClientConfiguration, SaysOfAnEmptyFileWhatIsMissingInIt) {
    EXPECT_THAT(errors_of(""), HasSubstr("home_address: missing; write an IPv6"));
}

TEST(ClientConfiguration, SaysWhyAFileCannotBeRead) {
    const TemporaryDirectory directory;
    try {
        read_configuration(directory.path() / "absent.toml");
        FAIL() << "read";
    } catch (const runtime::InvalidConfiguration& invalid) {
        EXPECT_THAT(invalid.what(), HasSubstr("absent.toml: cannot be read: No such file"));
    }
    EXPECT_THROW(read_configuration(directory.path()), runtime::InvalidConfiguration);
}

}  // namespace
}  // namespace godwit::client

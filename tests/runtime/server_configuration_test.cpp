#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "server/configuration.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using tests::TemporaryDirectory;

const std::string key_one = "xt6rjdqbPhPgb+O9uWPANCRApbsjT8ClaYApOP2UEDA=";
const std::string key_two = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

// Five lines.
const std::string top = R"(address = "2001:db8:f::1"
private_key_file = "ha.key"
home_prefix = "2001:db8:f::/64"
allow_unprotected = false

)";

// Four lines.
std::string mobile_node(const std::string& name, const std::string& home, const std::string& key) {
    return "[[mobile_node]]\nname = '" + name + "'\nhome_address = '" + home + "'\npublic_key = '" +
           key + "'\n";
}

std::string errors_of(const std::string& text) {
    const TemporaryDirectory directory;
    try {
        read_configuration(directory.write("ha.toml", text));
    } catch (const runtime::InvalidConfiguration& invalid) {
        return invalid.what();
    }
    return "none";
}

TEST(ServerConfiguration, HasDefaultsForAllThatCanHaveOne) {
    const TemporaryDirectory directory;
    const Configuration configuration = read_configuration(directory.write("ha.toml", top));
    EXPECT_EQ(configuration.address.text(), "2001:db8:f::1");
    EXPECT_EQ(configuration.home_prefix.text(), "2001:db8:f::/64");
    EXPECT_EQ(configuration.private_key_file, directory.path() / "ha.key");
    EXPECT_EQ(configuration.home_link, std::nullopt);
    EXPECT_EQ(configuration.max_lifetime, 3600s);
    EXPECT_EQ(configuration.interface, "godwit-ha0");
    EXPECT_EQ(configuration.status_socket, "/run/godwit-ha/status.sock");
    EXPECT_EQ(configuration.state_directory, "/var/lib/godwit-ha");
    EXPECT_FALSE(configuration.allow_unprotected);
    EXPECT_EQ(configuration.suites, security::all_suites);
    EXPECT_THAT(configuration.udp_ports, testing::ElementsAre(4191));
    EXPECT_EQ(configuration.ipv4_pool, std::nullopt);
    EXPECT_TRUE(configuration.masquerade);
    EXPECT_EQ(configuration.nat_keepalive, 25s);
    EXPECT_EQ(configuration.path_mtu, 1500U);
    EXPECT_EQ(configuration.mtu_probe_interval, 600s);
    EXPECT_TRUE(configuration.mobile_nodes.empty());
}

TEST(ServerConfiguration, ServesIpv4AndUdp) {
    const TemporaryDirectory directory;
    const Configuration configuration = read_configuration(
        directory.write("ha.toml",
                        "udp_ports = [4191, 443]\nipv4_pool = '10.19.0.0/24'\nmasquerade = false\n"
                        "nat_keepalive = 5\npath_mtu = 9216\nmtu_probe_interval = 5\n"
                        "endpoints = ['home.example.org', '192.0.2.1']\n" +
                            top + mobile_node("laptop", "2001:db8:f::9", key_one) +
                            "ipv4_home_address = '10.19.0.2'\n"));
    EXPECT_THAT(configuration.udp_ports, testing::ElementsAre(4191, 443));
    EXPECT_THAT(configuration.endpoints, testing::ElementsAre("home.example.org", "192.0.2.1"));
    EXPECT_EQ(configuration.ipv4_pool->text(), "10.19.0.0/24");
    EXPECT_FALSE(configuration.masquerade);
    EXPECT_EQ(configuration.nat_keepalive, 5s);
    EXPECT_EQ(configuration.path_mtu, 9216U);
    EXPECT_EQ(configuration.mtu_probe_interval, 5s);
    EXPECT_EQ(configuration.mobile_nodes.front().ipv4_home_address->text(), "10.19.0.2");
}

TEST(ServerConfiguration, LimitsWhatItKeepsToBeSentAgain) {
    const TemporaryDirectory directory;
    const auto resend = [&](const std::string& written) {
        return read_configuration(directory.write("ha.toml", written + top)).resend;
    };
    EXPECT_EQ(resend("").each, 16U << 20U);
    EXPECT_EQ(resend("").all, 256U << 20U);
    const auto set = resend("resend_memory = 1\nresend_memory_of_all = 2\n");
    EXPECT_EQ(set.each, 1U << 20U);
    EXPECT_EQ(set.all, 2U << 20U);
}

TEST(ServerConfiguration, ShowsNoDscpUnlessItIsToldTo) {
    const TemporaryDirectory directory;
    EXPECT_FALSE(read_configuration(directory.write("ha.toml", top)).copy_dscp);
    EXPECT_TRUE(
        read_configuration(directory.write("ha.toml", "copy_dscp = true\n" + top)).copy_dscp);
}

TEST(ServerConfiguration, UsesOffloadsUnlessItIsToldNotTo) {
    const TemporaryDirectory directory;
    const auto offloads = [&](const std::string& written) {
        return read_configuration(directory.write("ha.toml", written + top)).offloads;
    };
    EXPECT_EQ(offloads(""), runtime::OffloadUse::automatic);
    EXPECT_EQ(offloads("offloads = 'off'\n"), runtime::OffloadUse::off);
}

TEST(ServerConfiguration, SaysHowManyPairsOfWorkersThereAre) {
    const TemporaryDirectory directory;
    const auto workers = [&](const std::string& written) {
        return read_configuration(directory.write("ha.toml", written + top)).workers;
    };
    EXPECT_EQ(workers(""), std::nullopt);
    EXPECT_EQ(workers("workers = 'auto'\n"), std::nullopt);
    EXPECT_EQ(workers("workers = 1\n"), 1U);
    EXPECT_EQ(workers("workers = 16\n"), 16U);
}

TEST(ServerConfiguration, MayDoWithoutUdp) {
    const TemporaryDirectory directory;
    EXPECT_TRUE(
        read_configuration(directory.write("ha.toml", "udp_ports = []\n" + top)).udp_ports.empty());
}

struct BadKey {
    const char* name;
    const char* line;
    const char* wrong;
    const char* advice;
};

class BadServerPaths : public testing::TestWithParam<BadKey> {};

TEST_P(BadServerPaths, AreToldWithLineReasonAndAdvice) {
    const std::string errors = errors_of(std::string(GetParam().line) + "\n" + top);
    EXPECT_THAT(errors, HasSubstr("ha.toml:1:"));
    EXPECT_THAT(errors, HasSubstr(GetParam().wrong));
    EXPECT_THAT(errors, HasSubstr(std::string("; ") + GetParam().advice));
    EXPECT_THAT(errors, testing::Not(HasSubstr("\n"))) << "one fault, one line";
}

INSTANTIATE_TEST_SUITE_P(
    All, BadServerPaths,
    testing::Values(
        BadKey{"NoListOfPorts", "udp_ports = 4191", "udp_ports: is a whole number, not a list",
               "write a list of at most 6 ports"},
        BadKey{"FiveEndpoints", "endpoints = ['a.org', 'b.org', 'c.org', 'd.org', 'e.org']",
               "has 5 of them", "write a list of 1 to 4 names"},
        BadKey{"PortZero", "udp_ports = [0]", "udp_ports: item 1: 0 is no port", "write a list"},
        BadKey{"PortTooLarge", "udp_ports = [443, 65536]", "item 2: 65536 is no port",
               "write a list"},
        BadKey{"PortTwice", "udp_ports = [443, 443]", "item 2: is there twice", "write a list"},
        BadKey{"SevenPorts", "udp_ports = [1, 2, 3, 4, 5, 6, 7]", "has 7 ports", "write a list"},
        BadKey{"PoolOfIpv6", "ipv4_pool = '2001:db8::/64'", "\"2001:db8::/64\" is no IPv4 prefix",
               "write an IPv4 prefix of 8 to 30 bits"},
        BadKey{"PoolWithBitsBeyond", "ipv4_pool = '10.19.0.1/24'", "is no IPv4 prefix",
               "write an IPv4 prefix"},
        BadKey{"PoolTooSmall", "ipv4_pool = '10.19.0.0/31'", "a pool of 31 bits is too small",
               "write an IPv4 prefix"},
        BadKey{"PoolTooLarge", "ipv4_pool = '10.0.0.0/7'", "a pool of 7 bits is too large",
               "write an IPv4 prefix"},
        BadKey{"KeepaliveTooShort", "nat_keepalive = 4", "nat_keepalive: 4 is too small",
               "write a whole number of seconds from 5 to 3600"},
        BadKey{"KeepaliveTooLong", "nat_keepalive = 3601", "3601 is too large",
               "write a whole number of seconds from 5 to 3600"},
        BadKey{"MtuTooSmall", "path_mtu = 1279", "path_mtu: 1279 is too small",
               "write a whole number of octets from 1280 to 9216"},
        BadKey{"MtuTooLarge", "path_mtu = 9217", "9217 is too large", "write a whole number"},
        BadKey{"ProbesTooOften", "mtu_probe_interval = 4", "4 is out of range",
               "write a number of seconds from 5"},
        BadKey{"NoWorkers", "workers = 0", "workers: 0 is too small",
               "write a whole number of pairs of workers from 1 to 16, or \"auto\""},
        BadKey{"TooManyWorkers", "workers = 17", "workers: 17 is too large",
               "write a whole number"},
        BadKey{"WorkersAsAWord", "workers = 'many'", "workers: is a text, not a whole number",
               "write a whole number"},
        BadKey{"MasqueradeAsText", "masquerade = 'yes'", "is a text, not true or false",
               "write true or false"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ServerConfiguration, WantsAnIpv4HomeAddressOfThePool) {
    const auto errors = [](const std::string& address) {
        return errors_of("ipv4_pool = '10.19.0.0/24'\n" + top +
                         mobile_node("laptop", "2001:db8:f::9", key_one) + "ipv4_home_address = '" +
                         address + "'\n");
    };
    EXPECT_THAT(errors("10.20.0.2"),
                HasSubstr("ha.toml:11:21: mobile_node.ipv4_home_address: 10.20.0.2 is outside "
                          "ipv4_pool 10.19.0.0/24; write an address of that prefix"));
    for (const char* reserved : {"10.19.0.0", "10.19.0.1", "10.19.0.255"}) {
        EXPECT_THAT(errors(reserved), HasSubstr("is the network's, the home agent's or the "
                                                "broadcast address; write another"));
    }
    EXPECT_THAT(errors("laptop"), HasSubstr("\"laptop\" is no IPv4 address; write an IPv4"));
    EXPECT_EQ(errors("10.19.0.254"), "none");
    EXPECT_THAT(errors_of(top + mobile_node("laptop", "2001:db8:f::9", key_one) +
                          "ipv4_home_address = '10.19.0.2'\n"),
                HasSubstr("there is no ipv4_pool that it could be of; write ipv4_pool"));
    EXPECT_THAT(errors_of("ipv4_pool = '10.19.0.0/24'\n" + top +
                          mobile_node("laptop", "2001:db8:f::9", key_one) +
                          "ipv4_home_address = '10.19.0.2'\n" +
                          mobile_node("phone", "2001:db8:f::a", key_two) +
                          "ipv4_home_address = '10.19.0.2'\n"),
                HasSubstr("is that of the mobile node \"laptop\" as well"));
}

TEST(ServerConfiguration, KeepsTheOrderOfTheMobileNodes) {
    const TemporaryDirectory directory;
    const Configuration configuration = read_configuration(directory.write(
        "ha.toml", "home_link = 'home'\n" + top + mobile_node("laptop", "2001:db8:f::9", key_one) +
                       "preshared_key_file = 'psk'\n" +
                       mobile_node("phone", "2001:db8:f::a", key_two) + "protection = 'plain'\n"));
    ASSERT_EQ(configuration.mobile_nodes.size(), 2U);
    const MobileNodeEntry& laptop = configuration.mobile_nodes.front();
    EXPECT_EQ(laptop.name, "laptop");
    EXPECT_EQ(laptop.home_address.text(), "2001:db8:f::9");
    EXPECT_EQ(laptop.public_key->text(), key_one);
    EXPECT_EQ(laptop.protection, mobility::Protection::sealed);
    EXPECT_EQ(laptop.preshared_key_file, directory.path() / "psk");
    EXPECT_EQ(configuration.mobile_nodes.back().protection, mobility::Protection::plain);
    EXPECT_EQ(configuration.home_link, "home");
}

TEST(ServerConfiguration, RefusesAnUnprotectedMobileNodeUnlessItIsAllowed) {
    const std::string node =
        "[[mobile_node]]\nname = 'tester'\nhome_address = '2001:db8:f::9'\nprotection = 'none'\n";
    EXPECT_THAT(errors_of(top + node),
                HasSubstr("ha.toml:9:14: mobile_node.protection: \"none\" lets everybody who can "
                          "send packets to this home agent take over the home address; write "
                          "\"sealed\" or, in a laboratory, allow_unprotected = true"));
    EXPECT_EQ(errors_of("address = '2001:db8:f::1'\nhome_prefix = '2001:db8:f::/64'\n"
                        "allow_unprotected = true\n" +
                        node),
              "none")
        << "and needs no key then";
}

TEST(ServerConfiguration, NeedsAPrivateKeyForAnyProtectedMobileNode) {
    EXPECT_THAT(errors_of("address = '2001:db8:f::1'\nhome_prefix = '2001:db8:f::/64'\n" +
                          mobile_node("laptop", "2001:db8:f::9", key_one)),
                HasSubstr("ha.toml:1:1: private_key_file: missing; write a path"));
}

struct BadMobileNode {
    const char* name;
    std::string text;   // after a good one in lines 6 to 9
    const char* place;  // line and column
    const char* wrong;
    const char* advice;
};

class BadServerConfiguration : public testing::TestWithParam<BadMobileNode> {};

TEST_P(BadServerConfiguration, IsToldWithLineReasonAndAdvice) {
    const std::string errors =
        errors_of(top + mobile_node("laptop", "2001:db8:f::9", key_one) + GetParam().text);
    EXPECT_THAT(errors, HasSubstr(std::string("ha.toml:") + GetParam().place + ": "));
    EXPECT_THAT(errors, HasSubstr(GetParam().wrong));
    EXPECT_THAT(errors, HasSubstr(std::string("; ") + GetParam().advice));
    EXPECT_THAT(errors, testing::Not(HasSubstr("\n"))) << "one fault, one line";
}

INSTANTIATE_TEST_SUITE_P(
    All, BadServerConfiguration,
    testing::Values(
        BadMobileNode{"NameTwice", mobile_node("laptop", "2001:db8:f::a", key_two), "11:8",
                      "mobile_node.name: is that of the mobile node \"laptop\" as well",
                      "write one that no other mobile node has"},
        BadMobileNode{"HomeAddressTwice", mobile_node("phone", "2001:DB8:f:0::9", key_two), "12:16",
                      "home_address: is that of the mobile node \"laptop\" as well", "write one"},
        BadMobileNode{"KeyTwice", mobile_node("phone", "2001:db8:f::a", key_one), "13:14",
                      "public_key: is that of the mobile node \"laptop\" as well", "write one"},
        BadMobileNode{"OutsideHomePrefix", mobile_node("phone", "2001:db8:e::a", key_two), "12:16",
                      "2001:db8:e::a is outside home_prefix 2001:db8:f::/64",
                      "write an address of that prefix"},
        BadMobileNode{"HomeAgentsAddress", mobile_node("phone", "2001:db8:f::1", key_two), "12:16",
                      "is the home agent's own address", "write another address"},
        BadMobileNode{"NameWithSpace", mobile_node("my phone", "2001:db8:f::a", key_two), "11:8",
                      "\"my phone\" is no name", "write 1 to 63 letters"},
        BadMobileNode{"NoKey", "[[mobile_node]]\nname='p'\nhome_address='2001:db8:f::a'\n", "10:1",
                      "mobile_node.public_key: missing", "write the 44 characters"},
        BadMobileNode{"UnknownKey",
                      mobile_node("phone", "2001:db8:f::a", key_two) + "pubic_key = 'x'\n", "14:1",
                      "mobile_node.pubic_key: unknown key", "did you mean public_key?"},
        BadMobileNode{"PlainTable", "[mobile_nodes]\nname = 'phone'\n", "10:2",
                      "mobile_nodes: unknown key", "did you mean mobile_node?"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ServerConfiguration, WantsMobileNodesAsAListOfTables) {
    EXPECT_THAT(errors_of(top + "[mobile_node]\nname = 'phone'\n"),
                HasSubstr("ha.toml:6:1: mobile_node: is not a list of tables; begin each of them "
                          "with [[mobile_node]]"));
}

TEST(ServerConfiguration, TellsTheFaultsOfTheTopAndOfTheMobileNodesAtOnce) {
    const std::string errors = errors_of("max_lifetime = 10\nallow_unprotected = 'yes'\n" + top +
                                         mobile_node("phone", "fe80::1", "short"));
    EXPECT_THAT(errors, HasSubstr("not TOML")) << "a key twice";
    const std::string others = errors_of("max_lifetime = 10\nhome_link = ''\n" + top +
                                         mobile_node("phone", "fe80::1", "short"));
    EXPECT_THAT(others, HasSubstr("ha.toml:1:16: max_lifetime: 10 is too small"));
    EXPECT_THAT(others, HasSubstr("ha.toml:2:13: home_link: \"\" is no name"));
    EXPECT_THAT(others, HasSubstr("ha.toml:10:16: mobile_node.home_address: \"fe80::1\" is no"));
    EXPECT_THAT(others, HasSubstr("ha.toml:11:14: mobile_node.public_key: is not base64"));
}

TEST(ServerConfiguration, ListensOverTcpOnlyWhereItIsTold) {
    const TemporaryDirectory directory;
    EXPECT_EQ(read_configuration(directory.write("ha.toml", top)).api.listen, std::nullopt);
    const ApiEntry api =
        read_configuration(
            directory.write("ha.toml", top +
                                           "[api]\nlisten = '[2001:db8::1]:4190'\n"
                                           "token_file = 'token'\nhost_names = ['vps.example']\n"))
            .api;
    EXPECT_EQ(api.listen->text(), "[2001:db8::1]:4190");
    EXPECT_EQ(api.token_file, directory.path() / "token");
    EXPECT_THAT(api.host_names, testing::ElementsAre("vps.example"));
}

TEST(ServerConfiguration, NeedsNoTokenOnLoopback) {
    EXPECT_EQ(errors_of(top + "[api]\nlisten = '127.0.0.1:4190'\n"), "none");
    EXPECT_EQ(errors_of(top + "[api]\nlisten = '[::1]:4190'\n"), "none");
}

TEST(ServerConfiguration, NeedsATokenWhereOthersCanReachIt) {
    for (const std::string listen : {"0.0.0.0:4190", "[::]:4190", "192.0.2.1:4190"}) {
        EXPECT_THAT(errors_of(top + "[api]\nlisten = '" + listen + "'\n"),
                    testing::AllOf(HasSubstr("api.listen: others than this machine can reach"),
                                   HasSubstr("token_file")));
    }
}

TEST(ServerConfiguration, RefusesWhatIsNoAddressToListenOn) {
    for (const std::string listen :
         {"127.0.0.1", "localhost:4190", "::1:4190", "[::1]", "127.0.0.1:0", "127.0.0.1:65536",
          "[127.0.0.1]:1", "127.0.0.1:4190x", ""}) {
        EXPECT_THAT(errors_of(top + "[api]\nlisten = '" + listen + "'\n"),
                    HasSubstr("is no address with a port"))
            << listen;
    }
}

// Five lines.
std::string with_network(const std::string& name, const std::string& home, const std::string& key,
                         const std::string& networks) {
    return mobile_node(name, home, key) + "network_prefixes = [" + networks + "]\n";
}

TEST(ServerConfiguration, TakesWhatMayBeBehindAMobileNode) {
    const TemporaryDirectory directory;
    const Configuration configuration = read_configuration(
        directory.write("ha.toml", top + with_network("laptop", "2001:db8:f::9", key_one,
                                                      "'2001:db8:1:100::/64', '2001:db8:2::/56'")));
    EXPECT_THAT(configuration.mobile_nodes.at(0).policy.network_prefixes,
                testing::ElementsAre(wire::Prefix::parse("2001:db8:1:100::/64").value(),
                                     wire::Prefix::parse("2001:db8:2::/56").value()));
}

TEST(ServerConfiguration, RefusesWhatCannotBeBehindAMobileNode) {
    const auto refused = [](const std::string& networks) {
        return errors_of(top + with_network("laptop", "2001:db8:f::9", key_one, networks));
    };
    EXPECT_THAT(refused("'2001:db8:f:0:1::/80'"), HasSubstr("overlaps the home prefix"));
    EXPECT_THAT(refused("'2001:db8::/32'"), HasSubstr("overlaps the home prefix"));
    EXPECT_THAT(refused("'fe80::/64'"), HasSubstr("is no such prefix"));
    EXPECT_THAT(refused("'2001:db8:1::/48', '2001:db8:1:7::/64'"),
                HasSubstr("overlaps another one of the same client"));
    EXPECT_THAT(
        errors_of(top + with_network("laptop", "2001:db8:f::9", key_one, "'2001:db8:1::/48'") +
                  with_network("phone", "2001:db8:f::a", key_two, "'2001:db8:1:7::/64'")),
        HasSubstr("2001:db8:1:7::/64 overlaps one of the mobile node \"laptop\""));
}

TEST(ServerConfiguration, DividesNoNetworksAmongWorkers) {
    const std::string network =
        with_network("laptop", "2001:db8:f::9", key_one, "'2001:db8:1:100::/64'");
    EXPECT_THAT(errors_of("workers = 2\n" + top + network), HasSubstr("write workers = 1"));
    EXPECT_EQ(errors_of("workers = 1\n" + top + network), "none");
    EXPECT_EQ(errors_of("workers = 'auto'\n" + top + network), "none");
}

}  // namespace
}  // namespace godwit::server

// The keys of discovery in both files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/configuration.hpp"
#include "server/configuration.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

server::Configuration home_agent(const std::string& keys) {
    const tests::TemporaryDirectory directory;
    return server::read_configuration(directory.write("ha.toml",
                                                      "address = '2001:db8:f::1'\n"
                                                      "private_key_file = 'ha.key'\n"
                                                      "home_prefix = '2001:db8:f::/64'\n" +
                                                          keys));
}

client::Configuration mobile_node(const std::string& top, const std::string& agent) {
    const tests::TemporaryDirectory directory;
    return client::read_configuration(directory.write(
        "mn.toml", "home_address = '2001:db8:f::9'\nprivate_key_file = 'mn.key'\n" + top +
                       "[home_agent]\n"
                       "public_key = 'xt6rjdqbPhPgb+O9uWPANCRApbsjT8ClaYApOP2UEDA='\n" +
                       agent));
}

template <class Read>
std::string errors_of(Read read) {
    try {
        read();
    } catch (const runtime::InvalidConfiguration& error) {
        return error.what();
    }
    return "none";
}
std::string errors_of_home_agent(const std::string& keys) {
    return errors_of([&] { home_agent(keys); });
}

TEST(DiscoveryAtTheHomeAgent, IsOffWhereNothingIsSaid) {
    const server::Configuration configuration = home_agent("");
    EXPECT_FALSE(configuration.discovery_preference);
    EXPECT_EQ(configuration.prefix.valid_lifetime, 30 * 24h);
    EXPECT_EQ(configuration.prefix.preferred_lifetime, 7 * 24h);
    EXPECT_EQ(configuration.prefix.min_interval, 600s) << "MinMobPfxAdvInterval";
    EXPECT_EQ(configuration.prefix.max_interval, 86400s) << "MaxMobPfxAdvInterval";
}

TEST(DiscoveryAtTheHomeAgent, HasAPreference) {
    EXPECT_EQ(home_agent("home_agent_discovery = true\n").discovery_preference, 0);
    EXPECT_EQ(home_agent("home_agent_discovery = true\nhome_agent_preference = 65535\n")
                  .discovery_preference,
              65535);
    EXPECT_THAT(errors_of_home_agent("home_agent_preference = 1\n"),
                HasSubstr("home_agent_preference: nobody is told of it"));
    EXPECT_THAT(
        errors_of_home_agent("home_agent_discovery = true\nhome_agent_preference = 65536\n"),
        HasSubstr("too large"));
}

TEST(DiscoveryAtTheHomeAgent, IsNotBehindNat) {
    const tests::TemporaryDirectory directory;
    EXPECT_THAT(errors_of([&] {
                    server::read_configuration(directory.write(
                        "ha.toml",
                        "address = 'fd3c:92a1:5e70::1'\nprivate_key_file = 'ha.key'\n"
                        "home_prefix = 'fd3c:92a1:5e70::/64'\nhome_mode = 'nat'\n"
                        "home_agent_discovery = true\n"));
                }),
                HasSubstr("home_agent_discovery: nobody outside can send to an address of this "
                          "home prefix"));
}

TEST(HomePrefixLifetimes, AreWhatTheFileSays) {
    const server::Configuration configuration =
        home_agent("prefix_valid_lifetime = 3600\nprefix_preferred_lifetime = 0\n");
    EXPECT_EQ(configuration.prefix.valid_lifetime, 1h);
    EXPECT_EQ(configuration.prefix.preferred_lifetime, 0s);
    EXPECT_EQ(home_agent("prefix_valid_lifetime = 3600\n").prefix.preferred_lifetime, 1h)
        << "never longer than it is valid";
}

TEST(HomePrefixLifetimes, AreInTheirOrder) {
    EXPECT_THAT(
        errors_of_home_agent("prefix_valid_lifetime = 100\nprefix_preferred_lifetime = 101\n"),
        HasSubstr("prefix_preferred_lifetime: is longer than prefix_valid_lifetime, 100"));
    EXPECT_THAT(errors_of_home_agent("prefix_valid_lifetime = 59\n"), HasSubstr("too small"));
    EXPECT_THAT(errors_of_home_agent("min_prefix_advertisement_interval = 10\n"
                                     "max_prefix_advertisement_interval = 9\n"),
                HasSubstr("min_prefix_advertisement_interval: is longer than "
                          "max_prefix_advertisement_interval, 9"));
}

TEST(HomePrefixAdvertisements, AreSentUnlessTheFileSaysOtherwise) {
    EXPECT_TRUE(home_agent("").prefix.is_advertised);
    EXPECT_TRUE(home_agent("prefix_advertisements = true\n").prefix.is_advertised);
    EXPECT_FALSE(home_agent("prefix_advertisements = false\n").prefix.is_advertised);
}

TEST(HomePrefixAdvertisements, ComeAtTheIntervalsOfTheFile) {  // RFC 6275 §13
    const server::Configuration configuration = home_agent(
        "min_prefix_advertisement_interval = 7\nmax_prefix_advertisement_interval = 70\n");
    EXPECT_EQ(configuration.prefix.min_interval, 7s);
    EXPECT_EQ(configuration.prefix.max_interval, 70s);
}

TEST(HomePrefixAdvertisements, HaveNoIntervalsWhereThereAreNone) {
    for (const std::string key :
         {"min_prefix_advertisement_interval", "max_prefix_advertisement_interval"}) {
        EXPECT_THAT(errors_of_home_agent("prefix_advertisements = false\n" + key + " = 600\n"),
                    HasSubstr(key + ": nobody is told of the prefix"));
        EXPECT_EQ(errors_of_home_agent("prefix_advertisements = true\n" + key + " = 600\n"),
                  "none");
    }
}

TEST(HomePrefixAdvertisements, AreSentWhereABindingMayOutlastThePrefix) {  // RFC 6275 §10.3.1
    const std::string untold = "prefix_advertisements = false\nmax_lifetime = 3600\n";
    for (const std::string shorter :
         {"prefix_preferred_lifetime = 3599\n", "prefix_preferred_lifetime = 0\n",
          "prefix_valid_lifetime = 3603\n", "prefix_valid_lifetime = 60\n"}) {
        EXPECT_THAT(errors_of_home_agent(untold + shorter),
                    HasSubstr("prefix_advertisements: mobile nodes would ask in vain"))
            << shorter;
        EXPECT_EQ(errors_of_home_agent("max_lifetime = 3600\n" + shorter), "none") << shorter;
    }
    EXPECT_EQ(errors_of_home_agent(
                  untold + "prefix_preferred_lifetime = 3600\nprefix_valid_lifetime = 3604\n"),
              "none");
}

TEST(DiscoveryAtTheMobileNode, TakesThePlaceOfTheAddress) {
    const client::Configuration configuration = mobile_node("", "discovery = true\n");
    EXPECT_TRUE(configuration.home_agent.is_discovered);
    EXPECT_TRUE(configuration.home_agent.address.address.is_unspecified());
    EXPECT_EQ(client::home_prefix_of(configuration).text(), "2001:db8:f::/64");
    const client::Configuration found =
        client::at_home_agent(configuration, {*wire::Ipv6Address::parse("2001:db8:f::2")});
    EXPECT_EQ(found.home_agent.address.text(), "2001:db8:f::2");
    EXPECT_EQ(found.home_agent.endpoints, std::vector<std::string>{"2001:db8:f::2"});
}

TEST(DiscoveryAtTheMobileNode, BeginsWithAnAddressWhereThereIsOne) {
    const client::Configuration configuration = mobile_node(
        "home_prefix = '2001:db8:f::/48'\n", "discovery = true\naddress = '2001:db8:f::1'\n");
    EXPECT_EQ(configuration.home_agent.address.text(), "2001:db8:f::1");
    EXPECT_EQ(client::home_prefix_of(configuration).text(), "2001:db8:f::/48");
}

TEST(DiscoveryAtTheMobileNode, IsNotWithoutTheAddressWhereItIsOff) {
    EXPECT_THAT(errors_of([] { mobile_node("", "discovery = false\n"); }), HasSubstr("address"));
}

TEST(DiscoveryAtTheMobileNode, GoesWithNeitherEndpointsNorLockdown) {
    EXPECT_THAT(
        errors_of([] { mobile_node("", "discovery = true\nendpoints = ['vps.example.org']\n"); }),
        HasSubstr("endpoints: with discovery = true each home agent is at its address"));
    EXPECT_THAT(errors_of([] { mobile_node("lockdown = true\n", "discovery = true\n"); }),
                HasSubstr("lockdown: nothing is let out that looks for a home agent"));
}

}  // namespace
}  // namespace godwit

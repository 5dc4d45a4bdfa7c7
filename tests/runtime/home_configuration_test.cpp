#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/configuration.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::server {
namespace {

using testing::HasSubstr;

Configuration read(const std::string& home, const std::string& prefix = "2001:db8:f::/64") {
    const tests::TemporaryDirectory directory;
    return read_configuration(directory.write("ha.toml",
                                              "address = '2001:db8:f::1'\n"
                                              "private_key_file = 'ha.key'\n"
                                              "home_prefix = '" +
                                                  prefix + "'\n" + home));
}

std::string errors_of(const std::string& home) {
    try {
        read(home);
    } catch (const runtime::InvalidConfiguration& error) {
        return error.what();
    }
    return "none";
}

TEST(HomeConfiguration, IsRoutedWhereNothingIsSaid) {
    EXPECT_EQ(read("").home_mode, HomeMode::routed);
}

TEST(HomeConfiguration, IsOnLinkWhereALinkIsNamed) {
    const Configuration configuration = read("home_link = 'eth1'\n");
    EXPECT_EQ(configuration.home_mode, HomeMode::on_link);
    EXPECT_EQ(configuration.neighbor_source, NeighborSource());
}

TEST(HomeConfiguration, KnowsEverySourceOfAnswers) {
    using enum NeighborSource::Kind;
    const auto source = [](const std::string& written) {
        return read("home_link = 'eth1'\nneighbor_source = '" + written + "'\n").neighbor_source;
    };
    EXPECT_EQ(source("auto").kind, learnt);
    EXPECT_EQ(source("link-local").kind, link_local);
    EXPECT_EQ(source("2001:db8:f::1"),
              (NeighborSource{.kind = fixed,
                              .address = wire::Ipv6Address::parse("2001:db8:f::1").value()}));
}

TEST(HomeConfiguration, TakesUniqueLocalAddressesBehindNat) {
    EXPECT_EQ(read("home_mode = 'nat'\n", "fd3c:92a1:5e70::/64").home_mode, HomeMode::nat);
    EXPECT_THAT(errors_of("home_mode = 'nat'\n"),
                HasSubstr("home_prefix: 2001:db8:f::/64 is not for private use, as home_mode = "
                          "\"nat\" wants it; write a /64 of fd00::/8"));
}

TEST(HomeConfiguration, RejectsWhatContradictsItself) {
    EXPECT_THAT(errors_of("home_mode = 'on-link'\n"),
                HasSubstr("\"on-link\" needs to know on which link; write home_link"));
    EXPECT_THAT(errors_of("home_mode = 'nat'\nhome_link = 'eth1'\n"),
                HasSubstr("home_link: there is a home link only where home_mode is \"on-link\""));
    EXPECT_THAT(errors_of("neighbor_source = 'auto'\n"),
                HasSubstr("neighbor_source: there is a home link only"));
    EXPECT_THAT(errors_of("home_mode = 'bridged'\n"),
                HasSubstr("home_mode: \"bridged\" is unknown; write \"routed\", \"on-link\" or "
                          "\"nat\""));
    EXPECT_THAT(errors_of("home_link = 'eth1'\nneighbor_source = 'ff02::1'\n"),
                HasSubstr("\"ff02::1\" is no address of a host"));
}

const std::string laptop =
    "[[mobile_node]]\nname = 'laptop'\nhome_address = '2001:db8:f::9'\n"
    "public_key = 'xt6rjdqbPhPgb+O9uWPANCRApbsjT8ClaYApOP2UEDA='\n";

TEST(HomeConfiguration, LetsAMobileNodeGoEverywhereUnlessItSaysWhere) {
    EXPECT_EQ(read(laptop).mobile_nodes.at(0).policy, ClientPolicy());
    EXPECT_EQ(read(laptop + "may_reach = []\n").mobile_nodes.at(0).policy,
              (ClientPolicy{.internet = false, .clients = false, .prefixes = {}}));
    EXPECT_EQ(read(laptop + "may_reach = ['clients', '2001:db8:c::/64', '192.0.2.0/24']\n")
                  .mobile_nodes.at(0)
                  .policy,
              (ClientPolicy{.internet = false,
                            .clients = true,
                            .prefixes = {wire::Prefix::parse("2001:db8:c::/64").value(),
                                         wire::Prefix::parse_ipv4("192.0.2.0/24").value()}}));
    EXPECT_THAT(errors_of(laptop + "may_reach = ['everywhere']\n"),
                HasSubstr("may_reach: \"everywhere\" is no prefix; write a list"));
}

TEST(RateConfiguration, HasNoLimitWhereNothingIsSaid) {
    EXPECT_EQ(read("").rates, ClientRates());
}

TEST(RateConfiguration, IsOfBothDirectionsOrOfEach) {
    const mobility::BitRate fast{100'000'000};
    const mobility::BitRate slow{64'000};
    EXPECT_EQ(read("rate_limit = '100M'\n").rates, (ClientRates{.up = fast, .down = fast}));
    EXPECT_EQ(read("rate_limit_up = '64k'\n").rates, (ClientRates{.up = slow, .down = {}}));
    EXPECT_EQ(read("rate_limit_up = '64k'\nrate_limit = '100M'\n").rates,
              (ClientRates{.up = slow, .down = fast}));
}

TEST(RateConfiguration, IsOfAllMobileNodesOrOfOne) {
    const Configuration configuration = read(
        "rate_limit = '100M'\n[[mobile_node]]\nname = 'laptop'\nhome_address = "
        "'2001:db8:f::9'\npublic_key = 'xt6rjdqbPhPgb+O9uWPANCRApbsjT8ClaYApOP2UEDA='\n"
        "rate_limit_down = 'none'\n");
    EXPECT_EQ(configuration.mobile_nodes.at(0).policy.rates,
              (ClientRates{.up = {}, .down = mobility::BitRate()}));
    EXPECT_EQ(configuration.rates.up, mobility::BitRate{100'000'000});
}

TEST(RateConfiguration, SaysWhatARateIs) {
    EXPECT_THAT(errors_of("rate_limit = '20 Mbit/s'\n"),
                HasSubstr("rate_limit: \"20 Mbit/s\" is no such rate; write bits each second in "
                          "quotes, a whole number from \"8k\" to \"100G\""));
    EXPECT_THAT(errors_of("rate_limit = 20000000\n"), HasSubstr("not a text"));
}

}  // namespace
}  // namespace godwit::server

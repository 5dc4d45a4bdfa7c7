// What of the name servers that are wanted is told to whom.

#include "client/name_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::client {
namespace {

using testing::ElementsAre;

constexpr mobility::InterfaceIndex tunnel{7};

WantedDns wanted(bool for_all_names) {
    return {.dns = {.servers = {*wire::Ipv6Address::parse("2001:db8:f::53")},
                    .search_domains = {*wire::DomainName::parse("home.example")}},
            .for_all_names = for_all_names};
}

TEST(LinkDns, IsForAllNamesInAFullTunnel) {
    const auto link = link_dns(wanted(true), tunnel);
    ASSERT_TRUE(link);
    EXPECT_EQ(link->link, tunnel);
    EXPECT_TRUE(link->is_default_route);
    EXPECT_THAT(link->domains,
                ElementsAre(platform::LinkDns::Domain{.name = "home.example"},
                            platform::LinkDns::Domain{.name = ".", .is_for_routing = true}));
}

TEST(LinkDns, IsForTheSearchDomainsAloneInASplitTunnel) {
    const auto link = link_dns(wanted(false), tunnel);
    ASSERT_TRUE(link);
    EXPECT_FALSE(link->is_default_route);
    EXPECT_THAT(link->domains, ElementsAre(platform::LinkDns::Domain{.name = "home.example",
                                                                     .is_for_routing = true}));
}

TEST(LinkDns, IsNothingAtHomeSinceTheTunnelRests) {
    WantedDns at_home = wanted(true);
    at_home.is_at_home = true;
    EXPECT_EQ(link_dns(at_home, tunnel), std::nullopt);
    EXPECT_EQ(link_dns(std::nullopt, tunnel), std::nullopt);
}

class ResolverOrderTest : public testing::Test {
  protected:
    tests::TemporaryDirectory orders_;
    tests::TemporaryDirectory answers_;
    ResolverOrder order_{orders_.path(), answers_.path()};
    const std::string text_ = "nameserver 2001:db8:f::53\n";
};

TEST_F(ResolverOrderTest, IsThereUntilItIsTakenBack) {
    EXPECT_EQ(order_.given(), std::nullopt);
    ASSERT_FALSE(order_.give(text_));
    EXPECT_EQ(order_.given(), text_);
    ASSERT_FALSE(order_.give({}));
    EXPECT_EQ(order_.given(), std::nullopt);
    EXPECT_FALSE(order_.give({})) << "again: nothing is wrong";
}

TEST_F(ResolverOrderTest, IsOneThatNamesMoreThanServersWhereItIsTooLong) {
    orders_.write("resolver-order", std::string(70000, '#'));
    ASSERT_TRUE(order_.given());
    EXPECT_FALSE(platform::is_resolver_file_text(*order_.given()));
}

TEST_F(ResolverOrderTest, IsAnsweredByWhoCarriesItOut) {
    EXPECT_FALSE(order_.answer(text_)) << "not yet";
    ASSERT_FALSE(order_.answer_with(text_, {.backend = "file", .refusal = {}}));
    EXPECT_EQ(order_.answer(text_)->backend, "file");
    EXPECT_FALSE(order_.answer("nameserver 10.19.0.1\n")) << "that was another one";
}

TEST_F(ResolverOrderTest, IsRefusedWithAReason) {
    ASSERT_FALSE(order_.answer_with(text_, {.backend = {}, .refusal = "it is a link"}));
    EXPECT_EQ(order_.answer(text_)->backend, "");
    EXPECT_EQ(order_.answer(text_)->refusal, "it is a link");
}

TEST_F(ResolverOrderTest, CannotBeGivenWhereThereIsNoFolder) {
    EXPECT_TRUE(ResolverOrder("/nonexistent", answers_.path()).give(text_));
}

}  // namespace
}  // namespace godwit::client

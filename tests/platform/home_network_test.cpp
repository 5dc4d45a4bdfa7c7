// What is one client's goes to another, by one word about both: the kernel has the one route, and
// each element of a set once.

#include "server/home_network.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/platform/network_namespace.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

using server::Client;
using server::ClientPolicy;
using testing::AllOf;
using testing::HasSubstr;

class HomeNetworkOfTwo : public InNamespace {
  protected:
    HomeNetworkOfTwo() {
        run("ip link set tunnel up");
        network_.emplace(
            server::HomeNetworkSettings{
                .home_prefix = wire::Prefix::parse("2001:db8:f::/64").value(),
                .tunnel = tunnel_.interface(),
                .sysctl_journal = directory_.path() / "journal",
                .ipv4_pool = wire::Prefix::parse_ipv4("10.64.0.0/16").value()},
            log_, [](const auto&) {});
    }

    // The networks of alpha and of beta, of whom alpha is named first; both are kept from clients.
    void say(std::vector<wire::Prefix> of_alpha, std::vector<wire::Prefix> of_beta) {
        apply({client(alpha_, 9, std::move(of_alpha)), client(beta_, 10, std::move(of_beta))});
    }
    void apply(const std::vector<Client>& clients) {
        EXPECT_FALSE(network_->apply_policies(clients));
    }
    static Client client(const wire::HomeAddress& home, std::uint8_t ipv4,
                         std::vector<wire::Prefix> networks) {
        return {.name = home.text(),
                .home = home,
                .ipv4 = wire::Ipv4Address{{10, 64, 0, ipv4}},
                .policy = {.clients = false, .network_prefixes = std::move(networks)}};
    }
    static std::string routes() { return run("ip -6 route show proto 193"); }
    static std::string set(const std::string& name) {
        return run("nft list set inet godwit_ha " + name);
    }

    const wire::HomeAddress alpha_{address("2001:db8:f::9")};
    const wire::HomeAddress beta_{address("2001:db8:f::a")};
    const wire::Prefix one_ = wire::Prefix::parse("fd00:1::/64").value();
    const wire::Prefix other_ = wire::Prefix::parse("fd00:2::/64").value();
    const TunDevice tunnel_{"tunnel", TunDevice::Offloading::off};
    const tests::TemporaryDirectory directory_;
    const runtime::Log log_{runtime::LogLevel::error};
    std::optional<server::HomeNetwork> network_;
};

TEST_F(HomeNetworkOfTwo, KeepsTheRouteToWhatGoesFromTheSecondToTheFirst) {
    say({}, {one_});
    ASSERT_THAT(routes(), HasSubstr("fd00:1::/64 dev tunnel"));
    say({one_}, {});
    EXPECT_THAT(routes(), HasSubstr("fd00:1::/64 dev tunnel"));
    EXPECT_THAT(set("networks"), HasSubstr("fd00:1::/64"));
    EXPECT_THAT(set("networks_kept_from_clients"), HasSubstr("fd00:1::/64"));
    say({}, {one_});
    EXPECT_THAT(routes(), HasSubstr("fd00:1::/64 dev tunnel"));
    EXPECT_THAT(set("networks"), HasSubstr("fd00:1::/64"));
}

TEST_F(HomeNetworkOfTwo, KeepsBothRoutesOfTwoThatAreExchanged) {
    say({one_}, {other_});
    say({other_}, {one_});
    EXPECT_THAT(routes(),
                AllOf(HasSubstr("fd00:1::/64 dev tunnel"), HasSubstr("fd00:2::/64 dev tunnel")));
    EXPECT_THAT(set("networks"), AllOf(HasSubstr("fd00:1::/64"), HasSubstr("fd00:2::/64")));
    say({}, {});
    EXPECT_THAT(routes(), Not(HasSubstr("fd00:")));
    EXPECT_THAT(set("networks"), Not(HasSubstr("fd00:")));
}

TEST_F(HomeNetworkOfTwo, GivesWhatWasOfOneWhoIsGoneToWhoeverComes) {
    say({one_}, {});
    const std::vector<Client> stays{client(beta_, 9, {one_})};
    EXPECT_FALSE(network_->apply_policies(stays, {&alpha_, 1}));
    EXPECT_THAT(routes(), HasSubstr("fd00:1::/64 dev tunnel"));
    EXPECT_THAT(set("networks"), HasSubstr("fd00:1::/64"));
    EXPECT_THAT(set("clients"), AllOf(HasSubstr("2001:db8:f::a"), Not(HasSubstr("2001:db8:f::9"))));
    EXPECT_THAT(set("clients_ipv4"), AllOf(HasSubstr("10.64.0.9"), Not(HasSubstr("10.64.0.10"))));
}

TEST_F(HomeNetworkOfTwo, KeepsBothIpv4AddressesOfTwoThatAreExchanged) {
    say({}, {});
    apply({client(alpha_, 10, {}), client(beta_, 9, {})});
    for (const char* name : {"clients_ipv4", "kept_from_clients_ipv4"}) {
        EXPECT_THAT(set(name), AllOf(HasSubstr("10.64.0.9"), HasSubstr("10.64.0.10")));
    }
}

}  // namespace
}  // namespace godwit::platform

// A mobile router in explicit mode: RFC 3963 §5.

#include "client/core/network_registration.hpp"

#include "shared/mobility/network_prefixes.hpp"
#include "shared/wire/options/binding_identifier.hpp"
#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

using enum wire::BindingStatus;

wire::Prefix prefix(std::string_view text) {
    return wire::Prefix::parse(text).value();
}

const std::vector own{prefix("2001:db8:1:100::/64"), prefix("2001:db8:2::/56")};

RegistrationSettings with_network(Protection protection = Protection::none) {
    RegistrationSettings settings = settings_of(protection);
    settings.network_prefixes = own;
    return settings;
}

wire::BindingUpdate sent_in(const Actions& actions) {
    return test::messages<wire::BindingUpdate>(actions).at(0);
}
bool names_network(const Actions& actions) {
    const wire::BindingUpdate update = sent_in(actions);
    const auto named = mobility::network_prefixes(update.options);
    EXPECT_EQ(update.mobile_router, !named.empty());
    return named == own;
}
const Answer as_router{.is_router = true};

TEST(NetworkRegistration, NamesItsPrefixesInEveryUpdate) {  // §5.2
    RegisteringNode node(with_network());
    const Actions first = node.register_at(noon);
    EXPECT_TRUE(names_network(first));
    (void)node.hear_answer(noon, first, as_router);
    EXPECT_TRUE(names_network(node.register_at(noon + 1s, test::care_of_b))) << "a move";
    EXPECT_TRUE(names_network(node.run_timer(noon + 3s))) << "a retransmission";
    EXPECT_TRUE(names_network(node.run_timer(noon + 500s))) << "a refresh";
}

TEST(NetworkRegistration, SaysNothingOfANetworkThatThereIsNot) {
    RegisteringNode node;
    const wire::BindingUpdate update = sent_in(node.register_at(noon));
    EXPECT_FALSE(update.mobile_router);
    EXPECT_TRUE(mobility::network_prefixes(update.options).empty());
}

TEST(NetworkRegistration, CarriesThemOnceTheHomeAgentHasSaidSo) {  // §5.3
    RegisteringNode node(with_network());
    const Actions asked = node.register_at(noon);
    EXPECT_TRUE(test::all<mobility::CarryPrefixes>(asked).empty());
    const Actions heard = node.hear_answer(noon, asked, as_router);
    EXPECT_EQ(test::all<mobility::CarryPrefixes>(heard).at(0).prefixes, own);
    EXPECT_EQ(test::events<mobility::PrefixesBound>(heard).at(0).prefixes, own);
    EXPECT_TRUE(node.core.network().is_carried());
    const Actions moved =
        node.hear_answer(noon + 1s, node.register_at(noon + 1s, test::care_of_b), as_router);
    EXPECT_TRUE(test::events<mobility::PrefixesBound>(moved).empty()) << "told once";
}

TEST(NetworkRegistration, DoesNotNameThemWhenItGivesTheBindingUp) {  // §5.8
    RegisteringNode node(with_network());
    (void)node.hear_answer(noon, node.register_at(noon), as_router);
    EXPECT_FALSE(names_network(node.deregister(noon + 1s)));
}

class Refusals : public testing::TestWithParam<BindingStatus> {};

TEST_P(Refusals, AreOfTheNetworkAloneAndTheHomeAddressGoesOn) {  // §5.4.2
    RegisteringNode node(with_network());
    const Actions refused =
        node.hear_answer(noon + 1s, node.register_at(noon), {.status = GetParam()});
    EXPECT_EQ(test::events<mobility::PrefixesRefused>(refused).at(0).status, GetParam());
    EXPECT_TRUE(test::events<mobility::BindingRefused>(refused).empty());
    EXPECT_FALSE(names_network(refused)) << "at once, without";
    const Actions taken = node.hear_answer(noon + 1s, refused);
    EXPECT_EQ(node.outcome, HomeRegistration::Outcome::registered);
    EXPECT_TRUE(test::all<mobility::CarryPrefixes>(taken).empty());
    EXPECT_FALSE(node.core.network().is_carried());
    EXPECT_EQ(node.core.network().refusal(), GetParam());
    EXPECT_FALSE(names_network(node.run_timer(noon + 500s))) << "§5.4.2: never again";
}

INSTANTIATE_TEST_SUITE_P(Rfc3963, Refusals,
                         testing::Values(mobile_router_operation_not_permitted, invalid_prefix,
                                         not_authorized_for_prefix, forwarding_setup_failed),
                         [](const auto& test) {
                             std::string name = wire::name(test.param);
                             std::erase(name, '-');
                             return name;
                         });

TEST(NetworkRegistration, TellsOfARefusalOnceWhereSeveralPathsHearIt) {
    RegisteringNode node(with_network());
    Actions asked;
    auto other = RegisteringNode::path_from(test::care_of_b.address);
    node.core.register_paths(noon, {RegisteringNode::path_from(test::care_of_a.address), other},
                             asked);
    const Actions second = node.run_timer(noon + 50ms);
    EXPECT_TRUE(names_network(second)) << "along the other path";
    const Actions refused =
        node.hear_answer(noon + 1s, asked, {.status = not_authorized_for_prefix});
    EXPECT_FALSE(names_network(refused));
    const Actions again =
        node.hear_answer(noon + 1s, second, {.status = not_authorized_for_prefix});
    EXPECT_TRUE(test::events<mobility::PrefixesRefused>(again).empty());
    EXPECT_TRUE(test::messages<wire::BindingUpdate>(again).empty());
}

TEST(NetworkRegistration, IsOfAHostWhereTheHomeAgentDoesNotKnowOfNetworks) {  // §5.3: R is not set
    RegisteringNode node(with_network());
    const Actions heard = node.hear_answer(noon, node.register_at(noon));
    EXPECT_EQ(node.outcome, HomeRegistration::Outcome::registered);
    EXPECT_EQ(reason_of(test::events<mobility::PrefixesRefused>(heard).at(0)), "not-supported");
    EXPECT_TRUE(test::all<mobility::CarryPrefixes>(heard).empty());
    EXPECT_FALSE(names_network(node.run_timer(noon + 500s)));
}

TEST(NetworkRegistration, TakesNoRThatItHasNotAskedFor) {
    RegisteringNode node;
    const Actions heard = node.hear_answer(noon, node.register_at(noon), as_router);
    EXPECT_TRUE(test::all<mobility::CarryPrefixes>(heard).empty());
    EXPECT_FALSE(node.core.network().is_carried());
}

// §6.2: of an earlier life of this program, or of another configuration.
TEST(NetworkRegistration, GivesUpABindingOfTheOtherKindAgainWhereThatWentUnanswered) {
    RegisteringNode node(with_network());
    const auto is_deregistration = [](const Actions& actions) {
        return test::messages<wire::BindingUpdate>(actions).at(0).lifetime == Lifetime::zero();
    };
    EXPECT_TRUE(is_deregistration(node.hear_answer(
        noon, node.register_at(noon), {.status = registration_type_change_disallowed})));
    const Actions moved = node.register_at(noon + 1s, test::care_of_b);
    EXPECT_TRUE(is_deregistration(
        node.hear_answer(noon + 1s, moved, {.status = registration_type_change_disallowed})));
}

TEST(NetworkRegistration, GivesUpABindingOfTheOtherKindFirst) {
    RegisteringNode node(with_network());
    const Actions refused = node.hear_answer(noon + 1s, node.register_at(noon),
                                             {.status = registration_type_change_disallowed});
    EXPECT_EQ(sent_in(refused).lifetime, Lifetime());
    const Actions gone = node.hear_answer(noon + 1s, refused, {.lifetime = {}});
    EXPECT_EQ(node.outcome, HomeRegistration::Outcome::none) << "there is more to come";
    EXPECT_TRUE(test::events<mobility::BindingRemoved>(gone).empty());
    EXPECT_TRUE(names_network(gone));
    EXPECT_EQ(sent_in(gone).lifetime, Lifetime(150));
    (void)node.hear_answer(noon + 1s, gone, as_router);
    EXPECT_TRUE(node.core.network().is_carried());
}

TEST(NetworkRegistration, AsksAfterwardsWhereThatBindingHasGoneMeanwhile) {
    RegisteringNode node(with_network());
    const Actions refused = node.hear_answer(noon + 1s, node.register_at(noon),
                                             {.status = registration_type_change_disallowed});
    EXPECT_TRUE(names_network(
        node.hear_answer(noon + 1s, refused, {.status = not_home_agent_for_this_mobile_node})));
}

TEST(NetworkRegistration, DoesNotGiveUpAgainAndAgain) {
    RegisteringNode node(with_network());
    const Actions refused = node.hear_answer(noon + 1s, node.register_at(noon),
                                             {.status = registration_type_change_disallowed});
    const Actions gone = node.hear_answer(noon + 1s, refused, {.lifetime = {}});
    const Actions stubborn =
        node.hear_answer(noon + 2s, gone, {.status = registration_type_change_disallowed});
    EXPECT_EQ(test::events<mobility::BindingRefused>(stubborn).at(0).status,
              registration_type_change_disallowed);
    EXPECT_TRUE(test::messages<wire::BindingUpdate>(stubborn).empty());
}

// The path along which its status came may be gone by then.
TEST(NetworkRegistration, GivesUpABindingOfTheOtherKindAlongWhicheverPathThereIs) {
    RegisteringNode node(with_network());
    const auto other = RegisteringNode::path_from(test::care_of_b.address);
    (void)node.hear_answer(noon, node.register_at(noon),
                           {.status = registration_type_change_disallowed});
    const Actions again = node.offer(noon + 2s, {other});
    EXPECT_EQ(update_in(again).path, other);
    EXPECT_EQ(sent_in(again).lifetime, Lifetime());
    (void)node.hear_answer(noon + 2s, again, {.lifetime = {}});
    const Actions anew = node.offer(noon + 4s, {other});
    EXPECT_EQ(update_in(anew).path, other);
    EXPECT_TRUE(names_network(anew));
}

TEST(NetworkRegistration, ForgetsARefusalWithTheBinding) {
    NetworkRegistration network(test::home, own);
    Actions actions;
    EXPECT_TRUE(network.on_refused(not_authorized_for_prefix, actions));
    EXPECT_TRUE(network.to_be_named().empty());
    network.on_ended();
    EXPECT_EQ(network.to_be_named(), own) << "something may have changed there";
}

class RefusedNetwork : public testing::Test {
  protected:
    RefusedNetwork() {
        const Actions refused =
            node.hear_answer(noon, node.register_at(noon), {.status = not_authorized_for_prefix});
        (void)node.hear_answer(noon, refused);
    }
    RegisteringNode node{with_network()};
};

TEST_F(RefusedNetwork, IsAskedForAgainOnceTheBindingHasExpired) {
    EXPECT_FALSE(names_network(node.register_at(noon + 10s, test::care_of_b)));
    (void)node.suspend();  // asleep
    (void)node.run_timer(noon + 700s);
    EXPECT_TRUE(names_network(node.register_at(noon + 701s, test::care_of_b)));
}

TEST_F(RefusedNetwork, IsAskedForAgainWhereTheHomeAgentDoesNotKnowTheSession) {  // status 146
    const Actions asked = node.register_at(noon + 10s, test::care_of_b);
    Actions doubted;
    node.core.on_doubt(noon + 10040ms, sequence_in(asked), doubted);
    EXPECT_TRUE(names_network(doubted));
}

TEST_F(RefusedNetwork, IsAskedForAgainWhereTheHomeAgentMayHaveStartedAnew) {
    EXPECT_TRUE(names_network(node.doubt(noon + 10s)));
    Actions anew;
    node.core.on_home_agent_restart(noon + 20s, anew);
    EXPECT_TRUE(names_network(anew));
}

// Anybody can say that it has lost the binding, which costs a round trip.
TEST_F(RefusedNetwork, GoesOnAsItWasWhereTheHomeAgentHasTheBindingStill) {
    const Actions doubted = node.doubt(noon + 10s);
    const Actions again =
        node.hear_answer(noon + 10s, doubted, {.status = registration_type_change_disallowed});
    EXPECT_FALSE(names_network(again));
    EXPECT_EQ(sent_in(again).lifetime, Lifetime(150)) << "nothing is given up";
    EXPECT_TRUE(test::all<mobility::CloseTunnel>(again).empty());
    EXPECT_TRUE(test::events<mobility::PrefixesRefused>(again).empty()) << "told before";
    EXPECT_EQ(node.core.network().refusal(), not_authorized_for_prefix);
    const Actions kept = node.hear_answer(noon + 10s, again);
    EXPECT_TRUE(test::all<mobility::CloseTunnel>(kept).empty());
    EXPECT_FALSE(names_network(node.register_at(noon + 20s, test::care_of_b)));
}

// The restart shows twice, the second time by an answer to a heartbeat.
TEST_F(RefusedNetwork, IsNotAskedForAgainWhereThatHasJustBeenRefusedAnew) {
    const Actions refused = node.hear_answer(noon + 10040ms, node.doubt(noon + 10s),
                                             {.status = not_authorized_for_prefix});
    (void)node.hear_answer(noon + 10060ms, refused);
    Actions anew;
    node.core.on_home_agent_restart(noon + 10080ms, anew);
    EXPECT_TRUE(test::messages<wire::BindingUpdate>(anew).empty());
    EXPECT_FALSE(names_network(node.register_at(noon + 12s, test::care_of_b)));
}

// §6.2: the home agent refuses what is of another kind than the binding in use.
class NetworkBeside : public testing::Test {
  protected:
    NetworkBeside()
        : node([] {
              RegistrationSettings settings = with_network(Protection::sealed);
              settings.wants_other_bindings = true;
              return settings;
          }()) {}
    static Answer first(BindingStatus status, bool is_router = false) {
        return {.status = status,
                .options = {wire::BindingIdentifier{.id = 1, .care_of = {}}},
                .is_router = is_router};
    }
    Actions ask_beside(Instant now) {
        Actions actions;
        auto path = RegisteringNode::path_from(test::care_of_b.address);
        path.interface = {2};
        node.core.register_beside(now, {path}, actions);
        return actions;
    }
    RegisteringNode node;
};

TEST_F(NetworkBeside, IsNamedWhereItIsCarried) {
    (void)node.hear_answer(noon, node.register_at(noon), first(accepted, true));
    EXPECT_TRUE(names_network(ask_beside(noon + 1s)));
}

TEST_F(NetworkBeside, IsNotNamedAsLongAsTheBindingInUseIsWithout) {
    const Actions refused =
        node.hear_answer(noon, node.register_at(noon), first(not_authorized_for_prefix));
    (void)node.hear_answer(noon, refused, first(accepted));
    Actions anew;
    node.core.on_home_agent_restart(noon + 10s, anew);
    ASSERT_TRUE(names_network(anew));
    EXPECT_FALSE(names_network(ask_beside(noon + 10500ms)));
}

}  // namespace
}  // namespace godwit::client

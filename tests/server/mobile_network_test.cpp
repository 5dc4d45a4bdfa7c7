// Prefixes behind mobile nodes: RFC 3963 §6.

#include "server/core/mobile_network.hpp"

#include "shared/mobility/network_prefixes.hpp"
#include "tests/server/several_bindings.hpp"

namespace godwit::server {
namespace {

using enum wire::BindingStatus;

wire::Prefix prefix(std::string_view text) {
    return wire::Prefix::parse(text).value();
}

const wire::Prefix own = prefix("2001:db8:1:100::/64");
const wire::Prefix own_block = prefix("2001:db8:2::/56");
const wire::Prefix of_another = prefix("2001:db8:3::/64");

HomeAgentSettings with_networks(Protection protection = Protection::sealed) {
    HomeAgentSettings settings = settings_of(protection);
    settings.mobile_nodes.at(0).network_prefixes = {own, own_block};
    settings.mobile_nodes.push_back(
        {.name = "train", .home = {test::ip("2001:db8:f::a")}, .network_prefixes = {of_another}});
    return settings;
}

wire::BindingUpdate with_router(wire::BindingUpdate update,
                                const std::vector<wire::Prefix>& prefixes) {
    update.mobile_router = true;
    for (const wire::Prefix& named : prefixes) {
        update.options.emplace_back(wire::MobileNetworkPrefix{named});
    }
    return update;
}
wire::BindingUpdate router(std::uint16_t sequence, const std::vector<wire::Prefix>& prefixes,
                           const wire::CareOfAddress& care_of = test::care_of_a) {
    return with_router(update(sequence, care_of), prefixes);
}

std::vector<wire::Prefix> carried_in(const Actions& actions) {
    return test::all<mobility::CarryPrefixes>(actions).at(0).prefixes;
}

struct Case {
    const char* name;
    std::vector<wire::Prefix> prefixes;
    BindingStatus status;
};

class NetworkRule : public testing::TestWithParam<Case> {
  protected:
    AskedHomeAgent home_agent_{with_networks()};
};

TEST_P(NetworkRule, IsAnsweredByItsStatus) {
    const Actions actions = home_agent_.hear(noon, router(1, GetParam().prefixes));
    EXPECT_EQ(status_in(actions), GetParam().status);
    const bool is_taken = GetParam().status == accepted;
    EXPECT_EQ(answer_in(actions).mobile_router, is_taken) << "§6.6";
    EXPECT_EQ(home_agent_.binding(noon) != nullptr, is_taken) << "§6.2: no binding at all";
    EXPECT_EQ(test::all<mobility::CarryPrefixes>(actions).size(), is_taken ? 1U : 0U);
}

std::vector<wire::Prefix> many(std::size_t count) {
    std::vector<wire::Prefix> prefixes;
    for (std::size_t number = 0; number < count; ++number) {
        wire::Prefix one{own_block.address, 64};
        one.address.octets[7] = static_cast<std::uint8_t>(number);
        prefixes.push_back(one);
    }
    return prefixes;
}

INSTANTIATE_TEST_SUITE_P(
    Rfc3963, NetworkRule,
    testing::Values(
        Case{"ItsOwn", {own}, accepted}, Case{"Both", {own, own_block}, accepted},
        Case{"PartOfItsOwn", {prefix("2001:db8:2:7::/64")}, accepted},
        Case{"WithBitsBeyondTheLength", {{test::ip("2001:db8:1:100::7"), 64}}, accepted},
        Case{"OfAnother", {of_another}, not_authorized_for_prefix},
        Case{"ItsOwnAndAnothers", {own, of_another}, not_authorized_for_prefix},
        Case{"MoreThanItsOwn", {prefix("2001:db8:2::/55")}, not_authorized_for_prefix},
        Case{"OfNobody", {prefix("2001:db8:77::/64")}, not_authorized_for_prefix},
        Case{"TheHomePrefix", {test::home_prefix}, invalid_prefix},
        Case{"AroundTheHomePrefix", {prefix("2001:db8::/32")}, invalid_prefix},
        Case{"Everything", {prefix("::/0")}, invalid_prefix},
        Case{"LinkLocal", {prefix("fe80::/64")}, invalid_prefix},
        Case{"Multicast", {prefix("ff3e::/64")}, invalid_prefix},
        Case{"ItsOwnAndMulticast", {own, prefix("ff3e::/64")}, invalid_prefix},
        Case{"AsManyAsThereMayBe", many(mobility::max_network_prefixes), accepted},
        Case{"MoreThanThereMayBe", many(mobility::max_network_prefixes + 1), invalid_prefix}),
    [](const auto& test) { return std::string(test.param.name); });

class HomeAgentWithNetworks : public testing::Test {
  protected:
    AskedHomeAgent home_agent_{with_networks()};
};

TEST_F(HomeAgentWithNetworks, CarriesWhatIsNamed) {
    const Actions actions = home_agent_.hear(noon, router(1, {own}));
    EXPECT_EQ(test::order(actions), "send admit direct prefixes");
    EXPECT_EQ(carried_in(actions), std::vector{own});
    EXPECT_EQ(test::events<mobility::PrefixesBound>(actions).at(0).prefixes, std::vector{own});
    EXPECT_EQ(home_agent_.binding(noon)->network_prefixes, std::vector{own});
}

TEST_F(HomeAgentWithNetworks, TellsOfANetworkOnce) {
    (void)home_agent_.hear(noon, router(1, {own}));
    const Actions refreshed = home_agent_.hear(noon + 1s, router(2, {own}));
    EXPECT_TRUE(answer_in(refreshed).mobile_router);
    EXPECT_TRUE(test::all<mobility::CarryPrefixes>(refreshed).empty());
    EXPECT_TRUE(test::events<mobility::PrefixesBound>(refreshed).empty());
}

TEST_F(HomeAgentWithNetworks, KeepsItWhenTheMobileNodeMoves) {
    (void)home_agent_.hear(noon, router(1, {own}));
    const Actions moved = home_agent_.hear(noon + 1s, router(2, {own}, test::care_of_b));
    EXPECT_TRUE(test::all<mobility::CarryPrefixes>(moved).empty());
    EXPECT_EQ(home_agent_.binding(noon + 1s)->network_prefixes, std::vector{own});
}

TEST_F(HomeAgentWithNetworks, StopsForwardingWhatARefreshDoesNotName) {  // §6.2
    (void)home_agent_.hear(noon, router(1, {own, own_block}));
    EXPECT_EQ(carried_in(home_agent_.hear(noon + 1s, router(2, {own_block}))),
              std::vector{own_block});
}

TEST_F(HomeAgentWithNetworks, UsesWhatItIsConfiguredWithWhereNoneIsNamed) {  // §6.2, implicit mode
    const Actions actions = home_agent_.hear(noon, router(1, {}));
    EXPECT_TRUE(answer_in(actions).mobile_router);
    EXPECT_EQ(carried_in(actions), (std::vector{own, own_block}));
}

TEST_F(HomeAgentWithNetworks, FailsWhereNoneIsNamedAndNoneIsConfigured) {  // §6.2
    HomeAgentSettings settings = with_networks();
    settings.mobile_nodes.at(0).network_prefixes.clear();
    AskedHomeAgent home_agent(settings);
    EXPECT_EQ(status_in(home_agent.hear(noon, router(1, {}))), forwarding_setup_failed);
    EXPECT_EQ(status_in(home_agent.hear(noon, router(2, {own}))), not_authorized_for_prefix);
}

TEST_F(HomeAgentWithNetworks, DoesNotPermitRoutersWhereNobodyHasANetwork) {  // §6.6
    AskedHomeAgent home_agent(settings_of(Protection::sealed));
    EXPECT_EQ(status_in(home_agent.hear(noon, router(1, {own}))),
              mobile_router_operation_not_permitted);
    EXPECT_EQ(status_in(home_agent.hear(noon, update(2))), accepted) << "as a host";
}

TEST_F(HomeAgentWithNetworks, WantsAHomeRegistration) {  // §6.2
    wire::BindingUpdate asked = router(1, {own});
    asked.home_registration = false;
    EXPECT_EQ(status_in(home_agent_.hear(noon, asked)), mobile_router_operation_not_permitted);
}

TEST_F(HomeAgentWithNetworks, DoesNotChangeTheKindOfABinding) {  // §6.2
    (void)home_agent_.hear(noon, router(1, {own}));
    EXPECT_EQ(status_in(home_agent_.hear(noon + 1s, update(2))),
              registration_type_change_disallowed);
    EXPECT_EQ(home_agent_.binding(noon + 1s)->network_prefixes, std::vector{own});
    AskedHomeAgent other(with_networks());
    (void)other.hear(noon, update(1));
    EXPECT_EQ(status_in(other.hear(noon + 1s, router(2, {own}))),
              registration_type_change_disallowed);
}

TEST_F(HomeAgentWithNetworks, EndsItWithTheBinding) {  // §6.7: whatever R and the options say
    const auto session = home_agent_.complete(home_agent_.hear(noon, router(1, {own})));
    const Actions actions = home_agent_.hear_in_session(
        noon + 1s, with_router(deregistration(2), {of_another}), session);
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_FALSE(answer_in(actions).mobile_router);
    EXPECT_EQ(test::order(actions), "close send");
    EXPECT_EQ(carried_in(home_agent_.hear(noon + 2s, router(3, {own}))), std::vector{own})
        << "and carries it again with the next";
}

TEST_F(HomeAgentWithNetworks, TakesAnotherKindOnceTheBindingHasGone) {
    const auto session = home_agent_.complete(home_agent_.hear(noon, router(1, {own})));
    (void)home_agent_.hear_in_session(noon + 1s, deregistration(2), session);
    const Actions plain = home_agent_.hear(noon + 2s, update(3));
    EXPECT_EQ(status_in(plain), accepted);
    EXPECT_TRUE(test::all<mobility::CarryPrefixes>(plain).empty());
}

TEST_F(HomeAgentWithNetworks, GoesByTheRecordOfTheMoment) {
    MobileNodeRecord record = *home_agent_.core.mobile_nodes().find(test::home);
    record.network_prefixes = {of_another};
    home_agent_.core.admit({0}, record);
    EXPECT_EQ(status_in(home_agent_.hear(noon, router(1, {own}))), not_authorized_for_prefix);
    EXPECT_EQ(status_in(home_agent_.hear(noon, router(2, {of_another}))), accepted);
}

// RFC 6275 §15.1: its tunnel would lead through itself.
TEST_F(HomeAgentWithNetworks, RefusesACareOfAddressInTheOwnNetwork) {
    const wire::CareOfAddress behind{test::ip("2001:db8:1:100::5")};
    EXPECT_EQ(status_in(home_agent_.hear(noon, router(1, {own}, behind))), invalid_care_of_address);
    EXPECT_EQ(status_in(home_agent_.hear(noon, update(2, behind))), invalid_care_of_address)
        << "registered or not";
}

TEST_F(HomeAgentWithNetworks, TakesACareOfAddressInTheNetworkOfAnother) {  // RFC 3963 appendix A
    const wire::CareOfAddress on_the_train{test::ip("2001:db8:3::5")};
    EXPECT_EQ(status_in(home_agent_.hear(noon, update(1, on_the_train))), accepted);
}

// Each says that it is behind the other; only one of them can be.
TEST_F(HomeAgentWithNetworks, RefusesALoopOfTwo) {
    const wire::CareOfAddress in_train{test::ip("2001:db8:3::5")};
    const wire::CareOfAddress in_laptops_network{test::ip("2001:db8:1:100::5")};
    ASSERT_EQ(status_in(home_agent_.hear(noon, router(1, {own}, in_train))), accepted);
    // The key is the other mobile node's from now on.
    const auto nodes = with_networks().mobile_nodes;
    home_agent_.core.admit({5}, nodes.at(0));
    home_agent_.core.admit({0}, nodes.at(1));
    const auto train_says = [&](const wire::BindingUpdate& update,
                                const wire::CareOfAddress& care_of) {
        return status_in(home_agent_.core.on_received(
            noon + 1s, home_agent_.carry(update, mobility::StartHandshake{}, care_of.address,
                                         nodes.at(1).home)));
    };
    EXPECT_EQ(train_says(router(1, {of_another}, in_laptops_network), in_laptops_network),
              invalid_care_of_address);
    EXPECT_EQ(train_says(router(2, {of_another}, test::care_of_b), test::care_of_b), accepted);
}

class NetworksOfSeveralBindings : public SeveralBindings {
  protected:
    NetworksOfSeveralBindings() { home_agent_.core.admit({0}, with_networks().mobile_nodes.at(0)); }
    void begin_as_router() {
        const Actions actions =
            home_agent_.hear_along(noon, with_router(overwriting(identified(1, link_a, 1)), {own}),
                                   at_mobile_node(link_a));
        session_ = home_agent_.complete(actions);
        sequence_ = 1;
    }
};

TEST_F(NetworksOfSeveralBindings, AreThoseOfTheHomeAddress) {
    begin_as_router();
    const Actions beside =
        hear(noon + 1s, with_router(identified(next(), link_b, 2), {own}), link_b);
    EXPECT_EQ(status_in(beside), accepted);
    EXPECT_TRUE(answer_in(beside).mobile_router);
    EXPECT_TRUE(test::all<mobility::CarryPrefixes>(beside).empty());
    EXPECT_EQ(others(), std::vector<std::uint16_t>{2});
}

TEST_F(NetworksOfSeveralBindings, MustBeNamedByEachUpdate) {  // RFC 3963 §5.2
    begin_as_router();
    EXPECT_EQ(status_in(say(noon + 1s, link_b, 2)), registration_type_change_disallowed);
}

// One of the other bindings has come to lie behind the mobile node itself: in a train that is in
// the network of the laptop now.
class BindingBehindItself : public NetworksOfSeveralBindings {
  protected:
    void begin_behind_itself() {
        home_agent_.core.admit({1}, nodes_.at(1));
        begin_as_router();
        say_as_router(1s, in_train_, 2);
        say_as_router(2s, link_c, 3);
        home_agent_.core.admit({5}, nodes_.at(0));  // the key is the other's for a moment
        home_agent_.core.admit({0}, nodes_.at(1));
        const wire::CareOfAddress in_laptops_network{test::ip("2001:db8:1:100::5")};
        const auto train = home_agent_.carry(router(1, {of_another}, in_laptops_network),
                                             mobility::StartHandshake{}, in_laptops_network.address,
                                             nodes_.at(1).home);
        ASSERT_EQ(status_in(home_agent_.core.on_received(noon + 3s, train)), accepted);
        home_agent_.core.admit({1}, nodes_.at(1));
        home_agent_.core.admit({0}, nodes_.at(0));
    }
    Actions say_as_router(std::chrono::seconds after, const Link& link, std::uint8_t priority) {
        return hear(noon + after, with_router(identified(next(), link, priority), {own}), link);
    }
    Actions end(std::chrono::seconds after, const Link& link) {
        return hear(noon + after, lifetime_zero(identified(next(), link, 1)), link);
    }

    const std::vector<MobileNodeRecord> nodes_ = with_networks().mobile_nodes;
    const Link in_train_{.id = 2, .care_of = {test::ip("2001:db8:3::5")}};
};

TEST_F(BindingBehindItself, IsPassedOverForTheNextBest) {
    begin_behind_itself();
    EXPECT_EQ(status_in(end(4s, link_a)), accepted);
    EXPECT_EQ(in_use(noon + 4s).binding_id, 3);
    EXPECT_EQ(others(), std::vector<std::uint16_t>{2});
}

TEST_F(BindingBehindItself, EndsWithTheOnesThatCanBeUsed) {
    begin_behind_itself();
    (void)end(4s, link_c);
    const Actions actions = end(5s, link_a);
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_EQ(test::all<mobility::CloseTunnel>(actions).size(), 1U);
    EXPECT_EQ(home_agent_.binding(noon + 5s), nullptr);
    EXPECT_TRUE(others().empty());
}

TEST_F(BindingBehindItself, HasNobodyStepBackForIt) {
    begin_behind_itself();
    (void)end(4s, link_c);
    EXPECT_EQ(status_in(say_as_router(5s, link_a, 7)), accepted);
    EXPECT_EQ(in_use(noon + 5s).binding_id, 1);
    EXPECT_EQ(others(), std::vector<std::uint16_t>{2}) << "no number twice";
}

TEST_F(NetworksOfSeveralBindings, StayWhenTheBindingInUseEnds) {
    begin_as_router();
    (void)hear(noon + 1s, with_router(identified(next(), link_b, 2), {own}), link_b);
    const Actions ended = hear(noon + 2s, lifetime_zero(identified(next(), link_a, 1)), link_a);
    EXPECT_EQ(status_in(ended), accepted);
    EXPECT_TRUE(test::all<mobility::CloseTunnel>(ended).empty());
    EXPECT_EQ(in_use(noon + 2s).network_prefixes, std::vector{own});
}

TEST(MobileNodeRegistryOfNetworks, KnowsWhoIsInFrontOfAnAddress) {
    MobileNodeRegistry registry(with_networks().mobile_nodes);
    ASSERT_NE(registry.in_front_of(test::ip("2001:db8:2:ff::1")), nullptr);
    EXPECT_EQ(registry.in_front_of(test::ip("2001:db8:2:ff::1"))->name, "laptop");
    EXPECT_EQ(registry.in_front_of(test::ip("2001:db8:3::1"))->name, "train");
    EXPECT_EQ(registry.in_front_of(test::ip("2001:db8:2:100::1")), nullptr);
    EXPECT_EQ(registry.in_front_of(test::ip("2001:db8::1")), nullptr) << "before all of them";
    registry.remove({1});
    EXPECT_EQ(registry.in_front_of(test::ip("2001:db8:3::1")), nullptr);
    registry.put({0}, {.name = "laptop", .home = test::home});
    EXPECT_FALSE(registry.has_networks());
}

}  // namespace
}  // namespace godwit::server

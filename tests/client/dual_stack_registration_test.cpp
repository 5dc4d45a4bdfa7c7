// Registering in UDP, from IPv4, and with an IPv4 home address: RFC 5555 §4.4; along several paths.

#include "client/core/home_registration.hpp"
#include "shared/wire/options/ipv4_address_acknowledgement.hpp"
#include "shared/wire/options/ipv4_care_of_address.hpp"
#include "shared/wire/options/ipv4_home_address.hpp"
#include "tests/client/registering_node.hpp"

namespace godwit::client {
namespace {

using mobility::Encapsulation;
using mobility::Path;
using test::ip;

const wire::Ipv4Address granted = wire::Ipv4Address::parse("10.19.0.2").value();

const Path native = RegisteringNode::path_from(test::care_of_a.address);
const Path in_udp{.encapsulation = Encapsulation::udp,
                  .interface = {1},
                  .local = test::care_of_a.address,
                  .remote = ip("2001:db8:e::2"),
                  .remote_port = 4191};
const Path from_ipv4{.encapsulation = Encapsulation::udp,
                     .interface = {1},
                     .local = ip("::ffff:192.168.1.7"),
                     .remote = ip("::ffff:203.0.113.2"),
                     .remote_port = 4191};

RegistrationSettings with_ipv4() {
    RegistrationSettings settings = settings_of(Protection::none);
    settings.wants_ipv4 = true;
    return settings;
}

Actions register_along(RegisteringNode& node, Instant now, const std::vector<Path>& paths) {
    Actions actions;
    node.core.register_paths(now, paths, actions);
    return actions;
}

wire::BindingUpdate sent_in(const Actions& actions) {
    return test::messages<wire::BindingUpdate>(actions).at(0);
}

// Answers the update among the actions with these options.
Actions acknowledge(RegisteringNode& node, Instant now, const Actions& asked,
                    wire::MobilityOptions options) {
    const mobility::SendMessage order = update_in(asked);
    const auto& update = std::get<wire::BindingUpdate>(order.message);
    test::AuthenticatedLink link(Protection::none);
    const auto received = link.carry_to_home_agent(order);
    return node.hear(now,
                     link.carry_to_mobile_node(
                         {.path = received.path,
                          .home = received.home,
                          .message = wire::BindingAcknowledgement{.sequence = update.sequence,
                                                                  .lifetime = update.lifetime,
                                                                  .options = std::move(options)},
                          .seal = mobility::Unprotected{}}));
}

TEST(DualStackRegistration, NamesItsIpv4CareOfAddress) {  // RFC 5555 §3.1.2
    RegisteringNode node;
    const auto update = sent_in(register_along(node, noon, {from_ipv4}));
    const auto* care_of = wire::find<wire::Ipv4CareOfAddress>(update.options);
    ASSERT_NE(care_of, nullptr);
    EXPECT_EQ(care_of->care_of.text(), "192.168.1.7");
    EXPECT_EQ(wire::find<wire::AlternateCareOfAddress>(update.options), nullptr);
}

TEST(DualStackRegistration, AsksForUdpWhereItUsesUdpAndNowhereElse) {  // RFC 5555 §4.4.1, F
    RegisteringNode node;
    EXPECT_TRUE(sent_in(register_along(node, noon, {in_udp})).force_udp_encapsulation);
    EXPECT_FALSE(sent_in(register_along(node, noon + 1s, {native})).force_udp_encapsulation);
}

TEST(DualStackRegistration, AsksForAnIpv4HomeAddressOnlyIfItWantsOne) {  // RFC 5555 §3.1.1
    RegisteringNode node;
    EXPECT_EQ(
        wire::find<wire::Ipv4HomeAddress>(sent_in(register_along(node, noon, {native})).options),
        nullptr);
    RegisteringNode dual(with_ipv4());
    const auto update = sent_in(register_along(dual, noon, {native}));
    const auto* asked = wire::find<wire::Ipv4HomeAddress>(update.options);
    ASSERT_NE(asked, nullptr);
    EXPECT_EQ(asked->home, wire::Ipv4Address{}) << "whichever";
    EXPECT_EQ(asked->prefix_length, 32);
}

TEST(DualStackRegistration, CarriesTheIpv4HomeAddressItIsGrantedAndAsksForItAgain) {
    RegisteringNode node(with_ipv4());
    const Actions asked = register_along(node, noon, {native});
    const Actions actions =
        acknowledge(node, noon, asked, {wire::Ipv4AddressAcknowledgement{.home = granted}});
    EXPECT_EQ(test::all<mobility::CarryIpv4>(actions).at(0).ipv4, granted);
    EXPECT_EQ(test::events<mobility::Ipv4Bound>(actions).size(), 1U);
    EXPECT_EQ(node.core.ipv4_home(), granted);
    const auto next = sent_in(register_along(node, noon + 10s, {in_udp}));
    EXPECT_EQ(wire::find<wire::Ipv4HomeAddress>(next.options)->home, granted);
}

TEST(DualStackRegistration, HasNoIpv4HomeAddressWhereTheAnswerGrantsNone) {  // RFC 5555 §4.4.1
    RegisteringNode node(with_ipv4());
    acknowledge(node, noon, register_along(node, noon, {native}),
                {wire::Ipv4AddressAcknowledgement{.home = granted}});
    const Actions again = register_along(node, noon + 10s, {native});
    const Actions refused =
        acknowledge(node, noon + 10s, again,
                    {wire::Ipv4AddressAcknowledgement{.status = 132, .home = granted}});
    EXPECT_EQ(test::all<mobility::CarryIpv4>(refused).at(0).ipv4, std::nullopt);
    EXPECT_EQ(node.core.ipv4_home(), std::nullopt);
    const Actions silent =
        acknowledge(node, noon + 20s, register_along(node, noon + 20s, {native}), {});
    EXPECT_TRUE(test::all<mobility::CarryIpv4>(silent).empty());
}

TEST(DualStackRegistration, AsksAtOnceAndOnceForAnyWhereTheOneItHasIsRefused) {
    constexpr std::uint8_t incorrect_address = 130;
    RegisteringNode node(with_ipv4());
    acknowledge(node, noon, register_along(node, noon, {native}),
                {wire::Ipv4AddressAcknowledgement{.home = granted}});
    const Actions refused = acknowledge(
        node, noon + 10s, register_along(node, noon + 10s, {native}),
        {wire::Ipv4AddressAcknowledgement{.status = incorrect_address, .home = granted}});
    const auto again = sent_in(refused);
    const auto* asked = wire::find<wire::Ipv4HomeAddress>(again.options);
    ASSERT_NE(asked, nullptr);
    EXPECT_EQ(asked->home, wire::Ipv4Address{});
    const Actions stubborn =
        acknowledge(node, noon + 10s, refused,
                    {wire::Ipv4AddressAcknowledgement{.status = incorrect_address, .home = {}}});
    EXPECT_TRUE(test::messages<wire::BindingUpdate>(stubborn).empty());
    EXPECT_FALSE(node.core.is_pending());
}

TEST(DualStackRegistration, TakesNoIpv4HomeAddressItDidNotAskFor) {
    RegisteringNode node;
    const Actions actions = acknowledge(node, noon, register_along(node, noon, {native}),
                                        {wire::Ipv4AddressAcknowledgement{.home = granted}});
    EXPECT_TRUE(test::all<mobility::CarryIpv4>(actions).empty());
}

TEST(DualStackRegistration, TriesEachPathALittleLaterThanTheOneBefore) {
    RegisteringNode node(Protection::sealed);
    EXPECT_EQ(update_in(register_along(node, noon, {native, in_udp, from_ipv4})).path, native);
    EXPECT_TRUE(node.run_timer(noon + 50ms - 1ns).empty());
    EXPECT_EQ(update_in(node.run_timer(noon + 50ms)).path, in_udp);
    EXPECT_TRUE(node.run_timer(noon + 150ms - 1ns).empty());
    EXPECT_EQ(update_in(node.run_timer(noon + 150ms)).path, from_ipv4);
    EXPECT_EQ(node.core.next_deadline(), noon + 1500ms) << "and all of them again";
}

TEST(DualStackRegistration, IsBoundAlongThePathThatIsAcknowledgedFirst) {
    RegisteringNode node(Protection::sealed);
    (void)register_along(node, noon, {native, in_udp});
    const Actions second = node.run_timer(noon + 50ms);
    const Actions actions = node.hear_answer(noon + 90ms, second);
    EXPECT_EQ(node.core.binding(noon + 90ms)->path, in_udp);
    EXPECT_EQ(test::all<mobility::DirectTunnel>(actions).at(0).path, in_udp);
    EXPECT_FALSE(node.core.is_pending());
}

TEST(DualStackRegistration, TellsTheHomeAgentAgainIfItHasHeardAnotherPathLast) {
    RegisteringNode node(Protection::sealed);
    const Actions first = register_along(node, noon, {native, in_udp});
    (void)node.run_timer(noon + 50ms);
    const Actions actions = node.hear_answer(noon + 90ms, first);
    EXPECT_EQ(node.core.binding(noon + 90ms)->path, native);
    EXPECT_EQ(update_in(actions).path, native);
    EXPECT_FALSE(std::holds_alternative<mobility::InSession>(update_in(actions).seal))
        << "a handshake that is still on its way would be the newer one";
}

TEST(DualStackRegistration, TriesAPathThatIsFoundLaterWithoutBeginningAnew) {
    RegisteringNode node(Protection::sealed);
    (void)register_along(node, noon, {native});
    EXPECT_EQ(update_in(node.offer(noon + 300ms, {native, in_udp})).path, in_udp);
    EXPECT_EQ(node.core.next_deadline(), noon + 1500ms);
}

TEST(DualStackRegistration, SendsNothingAlongAPathThatIsGone) {
    RegisteringNode node(Protection::sealed);
    (void)register_along(node, noon, {native, in_udp, from_ipv4});
    EXPECT_TRUE(node.offer(noon + 10ms, {native, from_ipv4}).empty());
    EXPECT_EQ(update_in(node.run_timer(noon + 50ms)).path, from_ipv4);
    EXPECT_EQ(node.core.next_deadline(), noon + 1500ms);
}

// RFC 6275 §11.8: after InitialBindackTimeoutFirstReg, however many others there are to be tried.
TEST(DualStackRegistration, SendsTheFirstAgainInTimeAndLeavesNoneOut) {
    RegisteringNode node(Protection::sealed);
    std::vector<Path> paths;
    for (std::uint32_t interface = 1; interface <= 15; ++interface) {
        paths.push_back(native);
        paths.back().interface = {interface};
    }
    std::vector<std::pair<Instant, Path>> sent{
        {noon, update_in(register_along(node, noon, paths)).path}};
    for (Instant now = noon; now < noon + 30s;) {
        now = node.core.next_deadline().value();
        for (const auto& order : test::all<mobility::SendMessage>(node.run_timer(now))) {
            sent.emplace_back(now, order.path);
        }
    }
    const auto at = [&sent](const Path& path, std::size_t number) {
        for (const auto& [when, along] : sent) {
            if (along == path && number-- == 0) {
                return when - noon;
            }
        }
        return std::chrono::nanoseconds::max();
    };
    EXPECT_EQ(at(native, 1), 1500ms);
    EXPECT_EQ(at(native, 2), 4500ms);
    for (const Path& path : paths) {
        EXPECT_LT(at(path, 0), 12s) << path.interface.value;
    }
}

TEST(DualStackRegistration, SendsALostHandoverAgainAfterTwoRoundTripsThatAreKnown) {
    RegisteringNode node(Protection::sealed);
    node.become_registered(noon);
    (void)register_along(node, noon + 10s, {in_udp});
    node.core.on_round_trip(in_udp, 40ms);
    EXPECT_EQ(node.core.next_deadline(), noon + 10s + 80ms);
    EXPECT_EQ(test::order(node.run_timer(noon + 10s + 80ms)), "send");
}

}  // namespace
}  // namespace godwit::client

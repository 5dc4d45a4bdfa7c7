// Defects that other implementations have or had, and that their users met. UMIP: its mip6d, its
// NEWS and its how-tos. xMIPv6: INET's simulation, whose tests these are by name, and its issues.

#include "tests/conformance/mobile_node_laboratory.hpp"
#include "tests/conformance/mobile_node_links.hpp"
#include "tests/conformance/mobile_node_sealed.hpp"

namespace godwit::conformance::mobile_node {
namespace {

RULE(umip, DoesNotWaitFor95PercentOfALifetime,
     "UMIP refreshes at 95 % of the lifetime, which leaves short ones no room for retries") {
    LaboratoryNode node;
    node.register_at(care_of_a, {.lifetime = 10});
    node.run_until(noon + 40s - 1ns);
    EXPECT_GE(node.update_count(), 5U);
}
RULE(umip, KeepsItsBindingThroughARefusal,
     "UMIP deletes a binding whose re-registration is refused") {
    LaboratoryNode node;
    node.register_at();
    node.attach(at(care_of_b));
    node.be_answered({.status = 130});
    EXPECT_NE(node.binding(), nullptr);
    EXPECT_TRUE(node.tunnel);
}
RULE(umip, ReadsRefreshAdviceInNetworkOrder,
     "UMIP writes Binding Refresh Advice in seconds and in the host's order of octets") {
    LaboratoryNode node;
    node.register_at(care_of_a, {.options = option_of(option::refresh_advice, Bytes{0, 50})});
    node.run_until(noon + 200s - 1ns);
    EXPECT_EQ(node.update_count(), 1U);
    node.run_until(noon + 200s);
    EXPECT_EQ(node.update_count(), 2U);
}
RULE(umip, PadsWhateverOptionsThereAre, "UMIP's padding only fits messages without options") {
    auto settings = settings_of();
    settings.registration.wants_ipv4 = true;
    LaboratoryNode dual(settings);
    dual.attach(at(care_of_a));
    SealedNode sealed;
    sealed.attach(at(care_of_a));
    for (const Sent& update : {dual.update(), sealed.update()}) {
        EXPECT_EQ(update.header().size() % 8, 0U);
        EXPECT_EQ(update.header().size(), 8 * (1U + update.octet(1)));
    }
}
RULE(umip, CountsEachMessageOnce, "UMIP counts each incoming Mobility Header twice") {
    LaboratoryNode node;
    node.register_at();
    node.be_answered();
    EXPECT_EQ(node.told<mobility::MessageDropped>().size(), 1U);
}
RULE(umip, FindsItsWayInEachNewNetwork,
     "its how-to says: you may have to restart it when coming to a new network") {
    LaboratoryNode node;
    for (int network = 0; network < 100; ++network) {
        auto care_of = care_of_a;
        care_of.address.octets[5] = static_cast<std::uint8_t>(network);
        node.register_at(care_of);
        ASSERT_TRUE(node.is_registered());
        EXPECT_EQ(node.tunnel->local, care_of.address);
        node.run_for(1s);
    }
    EXPECT_EQ(node.update_count(), 100U);
}
RULE(umip, SendsByNoInterfaceThatIsGone, "UMIP's users saw updates leave by a dead interface") {
    const auto first = offered(care_of_a.address, 1);
    const auto second = offered(care_of_b.address, 2);
    for (const mobility::CandidateAddress& stays : {first, second}) {
        LaboratoryNode node;
        node.attach({.candidates = {first, second}, .home = {}});
        node.run_for(100ms);
        ASSERT_EQ(node.update_count(), 2U) << "along both";
        const Instant gone = node.now;
        node.attach({.candidates = {stays}, .home = {}});
        node.run_for(100s);
        EXPECT_GT(node.updates_since(gone).size(), 1U);
        for (const Sent& update : node.updates_since(gone)) {
            EXPECT_EQ(update.path.interface, stays.interface);
            EXPECT_EQ(update.source(), stays.address);
        }
    }
}
RULE(umip, HasNoTunnelLeftAtHome, "UMIP's users found routing wrong after returning home") {
    LaboratoryNode node;
    for (int journey = 0; journey < 3; ++journey) {
        node.register_at(care_of_a);
        EXPECT_TRUE(node.carries());
        node.go_home();
        EXPECT_FALSE(node.tunnel);
        node.run_for(1s);
    }
}
RULE(umip, DoesNotHangWhenItEnds, "UMIP hangs on shutdown") {
    LaboratoryNode node;
    node.register_at();
    node.stop();
    EXPECT_EQ(node.update().lifetime(), 0U);
    EXPECT_FALSE(node.core.has_left());
    node.be_answered({.lifetime = 0});
    EXPECT_TRUE(node.core.has_left());
    EXPECT_FALSE(node.core.next_deadline()) << "nothing is waited for any more";
}
RULE(umip, NoticesThatAnAddressHasGone, "addresses that are gone stay on UMIP's interfaces") {
    LaboratoryNode node;
    node.register_at();
    node.attach(nothing);
    EXPECT_FALSE(node.carries());
    EXPECT_EQ(node.state(), State::unattached);
    node.run_for(590s);
    EXPECT_EQ(node.update_count(), 1U) << "it does not refresh from where it is not";
}

// INET's tests, by their names

RULE(xmipv6, Handover,
     "a move is told at once, and data follows the acknowledgement at the latest") {
    LaboratoryNode node;
    node.register_at();
    node.run_for(10s);
    node.attach(at(care_of_b));
    EXPECT_EQ(node.update().at, node.now);
    node.be_answered();
    EXPECT_EQ(node.tunnel->local, care_of_b.address);
    EXPECT_EQ(node.told<mobility::HandoverCompleted>().size(), 1U);
}
RULE(xmipv6, RoamingTwoHandovers,
     "a second move within a second is told at once as well; INET's was held back by a limit") {
    LaboratoryNode node;
    node.register_at();
    node.run_for(10s);
    const wire::CareOfAddress third{ip("2001:db8:c::2")};
    node.attach(at(care_of_b));
    node.be_answered();
    node.run_for(200ms);
    node.attach(at(third));
    EXPECT_EQ(node.update().source(), third.address);
    EXPECT_EQ(node.update().at, noon + 10200ms);
    node.be_answered();
    EXPECT_TRUE(node.is_registered());
}
RULE(xmipv6, ReturnHome, "home again: the tunnel is gone, and so is the binding") {
    LaboratoryNode node;
    node.register_at();
    node.go_home();
    EXPECT_TRUE(node.is_home());
    EXPECT_FALSE(node.tunnel);
    EXPECT_EQ(node.binding(), nullptr);
}
RULE(xmipv6, BindingRefresh, "a refresh keeps the tunnel as it is") {
    LaboratoryNode node;
    node.register_at();
    node.run_for(480s);
    EXPECT_TRUE(node.carries());
    node.be_answered();
    EXPECT_TRUE(node.carries());
    EXPECT_EQ(node.told<mobility::BindingRefreshed>().size(), 1U);
}
RULE(xmipv6, MovementDetection,
     "home is found by asking at once; INET's waits up to 3 s for an advertisement") {
    LinkBench bench;
    bench.note(bench.watch.on_link_up(bench.now, link));
    EXPECT_EQ(bench.solicited, 1U);
    bench.hear(router_at_home());
    EXPECT_TRUE(bench.is_home());
}
RULE(xmipv6, WaitsForTheHomeAgentsDuplicateAddressDetection,
     "#1132, #1133: an answer after 1.00235 s comes in time for a first registration") {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    node.run_for(1002350us);
    EXPECT_EQ(node.update_count(), 1U);
    node.be_answered();
    EXPECT_TRUE(node.is_registered());
}
RULE(xmipv6, RegistersNoAddressBeforeItIsItsOwn,
     "#1140, #1141: a tentative care-of address is not registered") {
    LaboratoryNode node;
    auto tentative = at(care_of_a);
    tentative.candidates.front().tentative = true;
    node.attach(tentative);
    node.run_for(10s);
    EXPECT_EQ(node.update_count(), 0U);
    node.attach(at(care_of_a));
    EXPECT_EQ(node.update_count(), 1U);
}
RULE(xmipv6, CarriesDataWhileAnUpdateIsInFlight,
     "#1198: packets of the home address are not dropped while an update is in flight") {
    SealedNode node;
    node.register_at();
    node.run_for(10s);
    node.attach(at(care_of_b));
    EXPECT_FALSE(node.is_registered()) << "not acknowledged yet";
    ASSERT_TRUE(node.carries());
    EXPECT_EQ(node.tunnel->local, care_of_b.address);
}
RULE(xmipv6, CarriesDataWhileItRefreshes, "#1198: nor while a refresh is in flight") {
    LaboratoryNode node;
    node.register_at();
    node.run_for(481s);
    ASSERT_EQ(node.update_count(), 3U);
    EXPECT_TRUE(node.carries());
}

}  // namespace
}  // namespace godwit::conformance::mobile_node

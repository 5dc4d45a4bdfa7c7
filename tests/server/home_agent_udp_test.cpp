// Binding updates in UDP: RFC 5555 §4.1 to §4.5.

#include "tests/server/asked_home_agent.hpp"

namespace godwit::server {
namespace {

using enum wire::BindingStatus;
using mobility::Encapsulation;
using testing::ElementsAre;

const wire::Ipv6Address server_ipv4 = test::ip("::ffff:203.0.113.1");
const wire::Ipv6Address own_ipv4 = test::ip("::ffff:192.168.1.7");
const wire::Ipv6Address public_ipv4 = test::ip("::ffff:198.51.100.5");

wire::Ipv4Address ipv4(const wire::Ipv6Address& mapped) {
    return mapped.mapped_ipv4().value();
}
wire::BindingUpdate ipv4_update(std::uint16_t sequence,
                                const wire::Ipv6Address& claimed = own_ipv4) {
    wire::BindingUpdate asked = update(sequence);
    asked.force_udp_encapsulation = true;
    asked.options = {wire::Ipv4CareOfAddress{ipv4(claimed)}};
    return asked;
}
// Of the mobile node.
mobility::Path udp(const wire::Ipv6Address& from = own_ipv4) {
    return {.encapsulation = Encapsulation::udp,
            .interface = {3},
            .local = from,
            .remote = server_ipv4,
            .local_port = 40000,
            .remote_port = 443};
}
wire::NatDetection nat_detection_in(const Actions& actions) {
    return *wire::find<wire::NatDetection>(answer_in(actions).options);
}

TEST(HomeAgentInUdp, BindsToWhereTheUpdateCameFrom) {
    AskedHomeAgent home_agent(Protection::sealed);
    home_agent.put_behind_nat(public_ipv4, 61234);
    const Actions actions = home_agent.hear_along(noon, ipv4_update(1), udp());
    EXPECT_EQ(status_in(actions), accepted);
    const mobility::Path expected{.encapsulation = Encapsulation::udp,
                                  .local = server_ipv4,
                                  .remote = public_ipv4,
                                  .local_port = 443,
                                  .remote_port = 61234};
    EXPECT_EQ(test::all<mobility::DirectTunnel>(actions).at(0).path, expected);
    EXPECT_EQ(answer_path_in(actions), expected) << "§4.2: from where the update came to";
    EXPECT_EQ(home_agent.binding(noon)->care_of.address, own_ipv4);
    (void)home_agent.complete(actions);
}

TEST(HomeAgentInUdp, TellsOfANat) {  // §4.2
    AskedHomeAgent home_agent(Protection::sealed);
    home_agent.put_behind_nat(public_ipv4, 61234);
    const Actions actions = home_agent.hear_along(noon, ipv4_update(1), udp());
    EXPECT_TRUE(nat_detection_in(actions).udp_encapsulation_required);
    EXPECT_EQ(nat_detection_in(actions).refresh, 25s);
    EXPECT_EQ(test::events<mobility::NatDetected>(actions).size(), 1U);
    EXPECT_TRUE(home_agent.binding(noon)->is_behind_nat());
    const Actions refreshed = home_agent.hear_along(noon + 1s, ipv4_update(2), udp());
    EXPECT_EQ(nat_detection_in(refreshed).refresh, 25s);
    EXPECT_TRUE(test::events<mobility::NatDetected>(refreshed).empty()) << "known already";
}

TEST(HomeAgentInUdp, AdvisesNoKeepalivesWithoutANat) {  // §3.2.2, §4.2
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions actions =
        home_agent.hear_along(noon, ipv4_update(1, public_ipv4), udp(public_ipv4));
    EXPECT_TRUE(nat_detection_in(actions).udp_encapsulation_required);
    EXPECT_EQ(nat_detection_in(actions).refresh.count(), 0xffffffffU);
    EXPECT_TRUE(test::events<mobility::NatDetected>(actions).empty());
}

TEST(HomeAgentInUdp, SaysNothingOfNatsNatively) {
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions actions = home_agent.hear(noon, update(1));
    EXPECT_EQ(wire::find<wire::NatDetection>(answer_in(actions).options), nullptr);
}

TEST(HomeAgentInUdp, TellsOfANatInARefusalToo) {
    AskedHomeAgent home_agent(Protection::sealed);
    home_agent.put_behind_nat(public_ipv4, 61234);
    const Actions actions =
        home_agent.hear_along(noon, ipv4_update(1, test::ip("::ffff:127.0.0.1")), udp());
    EXPECT_EQ(status_in(actions), invalid_care_of_address);
    EXPECT_EQ(nat_detection_in(actions).refresh, 25s);
}

TEST(HomeAgentInUdp, TakesAnIpv6CareOfAddressInUdp) {
    AskedHomeAgent home_agent(Protection::sealed);
    mobility::Path path = udp(test::care_of_a.address);
    path.remote = test::home_agent.address;
    const Actions actions = home_agent.hear_along(noon, update(1), path);
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_FALSE(home_agent.binding(noon)->is_behind_nat());
}

TEST(HomeAgentInUdp, TakesAnIpv4CareOfAddressThatComesByNat64) {
    AskedHomeAgent home_agent(Protection::sealed);
    home_agent.put_behind_nat(test::ip("2001:db8:64::5"), 61234);
    const Actions actions = home_agent.hear_along(noon, ipv4_update(1), udp());
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_TRUE(home_agent.binding(noon)->is_behind_nat());
}

TEST(HomeAgentInUdp, RefusesToForceUdpForOneWhoCameNatively) {  // §4.5
    AskedHomeAgent home_agent(Protection::sealed);
    wire::BindingUpdate forcing = update(1);
    forcing.force_udp_encapsulation = true;
    EXPECT_EQ(status_in(home_agent.hear(noon, forcing)), identity_mismatch_or_cannot_force_udp);
    EXPECT_EQ(static_cast<int>(identity_mismatch_or_cannot_force_udp), 144);
}

TEST(HomeAgentInUdp, DiscardsAddressesThatAreNotUnicast) {  // RFC 6275 §9.5.1
    for (const char* bad : {"::ffff:0.0.0.0", "::ffff:224.0.0.1", "::ffff:255.255.255.255"}) {
        AskedHomeAgent home_agent(Protection::sealed);
        const Actions claimed = home_agent.hear_along(noon, ipv4_update(1, test::ip(bad)), udp());
        EXPECT_THAT(test::drops(claimed), ElementsAre(DropReason::bad_address)) << bad;
        home_agent.put_behind_nat(test::ip(bad), 61234);
        const Actions seen = home_agent.hear_along(noon, ipv4_update(2), udp());
        EXPECT_THAT(test::drops(seen), ElementsAre(DropReason::bad_address)) << bad;
        EXPECT_EQ(test::order(seen), "end");
    }
}

TEST(HomeAgentInUdp, DiscardsAnIpv4CareOfAddressThatComesNatively) {
    AskedHomeAgent home_agent(Protection::sealed);
    const Actions actions = home_agent.hear_from(noon, ipv4_update(1), test::care_of_a.address);
    EXPECT_THAT(test::drops(actions), ElementsAre(DropReason::bad_address));
}

// RFC 6275 §15.1. Of the addresses that an update claims, and of those that it comes from.
TEST(HomeAgentInUdp, RefusesAddressesThatWouldLoop) {
    for (const char* bad : {"::ffff:10.19.0.77", "::ffff:203.0.113.1", "::ffff:127.0.0.1"}) {
        HomeAgentSettings settings = settings_of(Protection::sealed);
        settings.ipv4_pool = wire::Prefix{test::ip("::ffff:10.19.0.0"), 120};
        AskedHomeAgent home_agent(settings);
        EXPECT_EQ(status_in(home_agent.hear_along(noon, ipv4_update(1, test::ip(bad)), udp())),
                  invalid_care_of_address)
            << bad;
        home_agent.put_behind_nat(test::ip(bad), 61234);
        EXPECT_EQ(status_in(home_agent.hear_along(noon, ipv4_update(2), udp())),
                  invalid_care_of_address)
            << bad;
    }
    AskedHomeAgent home_agent(Protection::sealed);
    home_agent.put_behind_nat(test::ip("2001:db8:f::77"), 61234);
    EXPECT_EQ(status_in(home_agent.hear_along(noon, ipv4_update(1), udp())),
              invalid_care_of_address)
        << "in the home prefix";
    home_agent.put_behind_nat(test::home.address, 61234);
    EXPECT_EQ(status_in(home_agent.hear_along(noon, ipv4_update(2), udp())),
              invalid_care_of_address)
        << "there is no home link in UDP";
}

TEST(HomeAgentInUdp, DeregistersFromAnywhere) {
    AskedHomeAgent home_agent(Protection::sealed);
    (void)home_agent.hear_along(noon, ipv4_update(1), udp());
    wire::BindingUpdate farewell = ipv4_update(2);
    farewell.lifetime = {};
    const Actions actions = home_agent.hear_along(noon + 1s, farewell, udp());
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_EQ(test::order(actions), "close send end");
    EXPECT_EQ(home_agent.binding(noon + 1s), nullptr);
}

TEST(HomeAgentInUdp, SaysNothingToWhatIsNoUnicastAddress) {  // RFC 6275 §9.5.4
    for (const char* source : {"ff02::1", "fe80::7", "::ffff:0.0.0.1", "::ffff:224.0.0.1"}) {
        AskedHomeAgent home_agent(Protection::sealed);
        home_agent.put_behind_nat(test::ip(source), 61234);
        const Actions actions = home_agent.hear_along(noon, ipv4_update(1), udp());
        EXPECT_TRUE(test::all<mobility::SendMessage>(actions).empty()) << source;
        EXPECT_EQ(home_agent.binding(noon), nullptr) << source;
    }
}

}  // namespace
}  // namespace godwit::server

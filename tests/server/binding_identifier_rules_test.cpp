// Which Binding Identifier options are taken, and how they come back in the acknowledgement: RFC
// 5648 §4.3, §4.4, §6.2, §8.

#include "tests/server/several_bindings.hpp"

namespace godwit::server {
namespace {

using enum wire::BindingStatus;
using testing::ElementsAre;
using testing::IsEmpty;

class BindingIdentifiers : public SeveralBindings {};

std::vector<wire::BindingIdentifier> identifiers_in(const Actions& actions) {
    std::vector<wire::BindingIdentifier> found;
    for (const wire::MobilityOption& option : answer_in(actions).options) {
        if (const auto* identifier = std::get_if<wire::BindingIdentifier>(&option)) {
            found.push_back(*identifier);
        }
    }
    return found;
}

// §6.2: copied except the Status field, which is zero; the care-of address may be omitted. RFC 6089
// §5.3.5: BID-PRI is copied.
TEST_F(BindingIdentifiers, ComeBackWithoutStatusAndCareOfAddress) {
    wire::BindingUpdate asked = overwriting(identified(1, link_a, 5));
    std::get<wire::BindingIdentifier>(asked.options.at(0)).status = 77;
    const Actions actions = home_agent_.hear_along(noon, asked, at_mobile_node(link_a));
    EXPECT_THAT(identifiers_in(actions),
                ElementsAre(wire::BindingIdentifier{.id = 1, .priority = 5}));
}

TEST_F(BindingIdentifiers, ComeBackInEveryRefusal) {  // §6.2: whenever one is sent
    (void)begin();
    const Actions late = hear(noon + 1s, identified(1, link_b, 2), link_b);
    EXPECT_EQ(status_in(late), sequence_number_out_of_window);
    EXPECT_THAT(identifiers_in(late), ElementsAre(wire::BindingIdentifier{.id = 2, .priority = 2}));
}

TEST_F(BindingIdentifiers, DoNotComeBackWhereThereWereNone) {
    EXPECT_THAT(identifiers_in(home_agent_.hear(noon, update(1))), IsEmpty());
}

TEST_F(BindingIdentifiers, NameIpv4CareOfAddresses) {  // §8.1
    const Link inside{.id = 1, .care_of = {test::ip("::ffff:192.168.1.7")}, .udp_port = 40001};
    home_agent_.put_behind_nat(test::ip("::ffff:198.51.100.5"), 61234);
    const Actions actions = begin(inside);
    EXPECT_EQ(status_in(actions), accepted);
    EXPECT_EQ(in_use().care_of, inside.care_of);
    EXPECT_EQ(in_use().path.remote, test::ip("::ffff:198.51.100.5")) << "the source is used";
    EXPECT_TRUE(in_use().is_behind_nat());
    EXPECT_EQ(wire::find<wire::NatDetection>(answer_in(actions).options)->refresh, 25s);
}

TEST_F(BindingIdentifiers, TellOfANatOnOtherPathsToo) {
    (void)begin();
    const Link inside{.id = 2, .care_of = {test::ip("::ffff:192.168.1.7")}, .udp_port = 40001};
    home_agent_.put_behind_nat(test::ip("::ffff:198.51.100.5"), 61234);
    const Actions actions = say(noon + 1s, inside, 2);
    EXPECT_EQ(wire::find<wire::NatDetection>(answer_in(actions).options)->refresh, 25s);
    EXPECT_EQ(test::events<mobility::NatDetected>(actions).size(), 1U);
    EXPECT_TRUE(test::events<mobility::NatDetected>(say(noon + 2s, inside, 2)).empty());
    EXPECT_EQ(other(inside).place.path.remote_port, 61234);
}

TEST_F(BindingIdentifiers, MustNameUnicastRoutableAddresses) {  // §4.4, §6.2: status 164
    (void)begin();
    for (const auto* address : {"::", "::1", "fe80::1", "ff0e::1"}) {
        const Link bad{.id = 2, .care_of = {test::ip(address)}};
        const Actions actions = hear(noon + 1s, identified(next(), bad, 2), link_b);
        EXPECT_EQ(status_in(actions), mcoa_malformed) << address;
        EXPECT_EQ(test::order(actions), "send") << address;
        EXPECT_THAT(others(), IsEmpty());
        sequence_ = 1;
    }
    const Link multicast{.id = 2, .care_of = {test::ip("::ffff:224.0.0.1")}, .udp_port = 40001};
    EXPECT_EQ(status_in(hear(noon + 1s, identified(2, multicast, 2), wifi)), mcoa_malformed);
}

TEST_F(BindingIdentifiers, MustNotNameAddressesThatWouldLoop) {  // RFC 6275 §15.1: status 174
    (void)begin();
    const Link bad{.id = 2, .care_of = {test::ip("2001:db8:f::5")}};
    EXPECT_EQ(status_in(hear(noon + 1s, identified(2, bad, 2), link_b)), invalid_care_of_address);
    EXPECT_THAT(others(), IsEmpty());
}

TEST_F(BindingIdentifiers, AreNotZero) {  // §4.3: reserved
    const Link zero{.id = 0, .care_of = test::care_of_a};
    EXPECT_EQ(status_in(home_agent_.hear_along(noon, overwriting(identified(1, zero, 1)),
                                               at_mobile_node(zero))),
              mcoa_malformed);
    EXPECT_EQ(home_agent_.binding(noon), nullptr);
}

// §5.2 and §8.1: neither of the other options may be there.
TEST_F(BindingIdentifiers, StandAloneForTheCareOfAddress) {
    const std::vector<wire::MobilityOption> second{
        wire::AlternateCareOfAddress{test::care_of_a},
        wire::Ipv4CareOfAddress{{{192, 0, 2, 1}}},
    };
    std::uint16_t sequence = 0;
    for (const wire::MobilityOption& option : second) {
        wire::BindingUpdate asked = overwriting(identified(++sequence, link_a, 1));
        asked.options.push_back(option);
        EXPECT_EQ(status_in(home_agent_.hear_along(noon, asked, at_mobile_node(link_a))),
                  mcoa_malformed);
        EXPECT_EQ(home_agent_.binding(noon), nullptr);
    }
}

TEST_F(BindingIdentifiers, ComeOneAtATime) {  // §6.2: bulk registration, status 168
    (void)begin();
    wire::BindingUpdate bulk = identified(2, link_a, 1);
    bulk.options.emplace_back(
        wire::BindingIdentifier{.id = 2, .priority = 2, .care_of = link_b.care_of});
    const Actions actions = hear(noon + 1s, bulk, link_a);
    EXPECT_EQ(status_in(actions), mcoa_bulk_registration_prohibited);
    EXPECT_THAT(identifiers_in(actions),
                ElementsAre(wire::BindingIdentifier{.id = 1, .priority = 1},
                            wire::BindingIdentifier{.id = 2, .priority = 2}));
    EXPECT_THAT(others(), IsEmpty());
    EXPECT_EQ(in_use().sequence, SequenceNumber(1));
}

TEST_F(BindingIdentifiers, AreNotForTheHomeLinkAtTheSameTime) {  // §5.6.3: status 169
    (void)begin();
    wire::BindingUpdate asked = identified(2, link_b, 1);
    std::get<wire::BindingIdentifier>(asked.options.at(0)).simultaneous_home_and_foreign = true;
    EXPECT_EQ(status_in(hear(noon + 1s, asked, link_b)),
              mcoa_simultaneous_home_and_foreign_prohibited);
    EXPECT_EQ(in_use().binding_id, 1);
}

TEST_F(BindingIdentifiers, NeedACareOfAddressTheFirstTime) {  // §6.2: status 167
    (void)begin();
    const Actions actions = hear(noon + 1s, identified(2, link_b, 2, false), link_b);
    EXPECT_EQ(status_in(actions), mcoa_unknown_care_of_address);
    EXPECT_EQ(identifier_in(actions).status, 0) << "that of the acknowledgement counts";
    EXPECT_THAT(others(), IsEmpty());
}

TEST_F(BindingIdentifiers, RefreshWhatIsKnownWithoutACareOfAddress) {  // §6.2
    (void)begin();
    (void)say(noon + 1s, link_b, 2);
    EXPECT_EQ(status_in(hear(noon + 10s, identified(3, link_b, 2, false), link_b)), accepted);
    EXPECT_EQ(other(link_b).place.care_of, link_b.care_of);
    EXPECT_EQ(other(link_b).expires, noon + 610s);
    EXPECT_EQ(status_in(hear(noon + 20s, identified(4, link_a, 1, false), link_b)), accepted)
        << "whatever address it comes from";
    EXPECT_EQ(in_use(noon + 20s).care_of, link_a.care_of);
    EXPECT_EQ(in_use(noon + 20s).path, path_of(link_a));
}

TEST_F(BindingIdentifiers, AreFiveAtMost) {
    (void)begin();
    for (std::uint16_t id = 2; id <= 5; ++id) {
        wire::Ipv6Address address = test::ip("2001:db8:d::");
        address.octets.back() = static_cast<std::uint8_t>(id);
        EXPECT_EQ(status_in(say(noon + 1s, {.id = id, .care_of = {address}}, 2)), accepted) << id;
    }
    const Link sixth{.id = 6, .care_of = {test::ip("2001:db8:d::6")}};
    EXPECT_EQ(status_in(say(noon + 1s, sixth, 1)), insufficient_resources);
    EXPECT_EQ(in_use().binding_id, 1);
    EXPECT_EQ(others().size(), OtherBindings::max);
    const Link fifth{.id = 5, .care_of = {test::ip("2001:db8:d::55")}};
    EXPECT_EQ(status_in(say(noon + 1s, fifth, 1)), accepted) << "one of them is no sixth";
    EXPECT_EQ(others().size(), OtherBindings::max);
}

TEST_F(BindingIdentifiers, LeaveTheIpv4HomeAddressToWhoAsksForIt) {  // §8.2: it has the same set
    HomeAgentSettings settings = settings_of(Protection::sealed);
    settings.mobile_nodes.at(0).ipv4_home = wire::Ipv4Address{{10, 19, 0, 2}};
    AskedHomeAgent home_agent(settings);
    wire::BindingUpdate asked = overwriting(identified(1, link_a, 1));
    asked.options.emplace_back(wire::Ipv4HomeAddress{});
    const Actions first = home_agent.hear_along(noon, asked, at_mobile_node(link_a));
    const auto& options = answer_in(first).options;
    EXPECT_TRUE(std::holds_alternative<wire::Ipv4AddressAcknowledgement>(options.at(0)))
        << "before any Binding Identifier option";
    EXPECT_TRUE(std::holds_alternative<wire::BindingIdentifier>(options.at(1)));
    const auto session = home_agent.complete(first);
    const Actions second = home_agent.hear_in_session_along(noon + 1s, identified(2, link_b, 2),
                                                            session, at_mobile_node(link_b));
    EXPECT_TRUE(test::all<mobility::CarryIpv4>(second).empty());
    EXPECT_TRUE(home_agent.binding(noon + 1s)->ipv4);
}

}  // namespace
}  // namespace godwit::server

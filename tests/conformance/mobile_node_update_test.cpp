// What a mobile node's binding update to its home agent looks like: RFC 6275 §6.1, §6.3, §11.7.1.

#include "tests/conformance/mobile_node_laboratory.hpp"

namespace godwit::conformance::mobile_node {
namespace {

Sent first_update() {
    LaboratoryNode node;
    node.attach(at(care_of_a));
    return node.update();
}
Sent update_from_home() {
    LaboratoryNode node;
    node.register_at();
    node.attach(at_home);
    return node.update();
}

RULE(rfc6275_6_1_1, HasNothingBehindTheMobilityHeader, "Payload Proto is 59") {
    EXPECT_EQ(first_update().octet(0), no_next_header);
}
RULE(rfc6275_6_1_1, CountsItsLengthInEightOctetsLessTheFirst,
     "Header Len counts units of 8 octets and leaves the first out; the header has no fraction") {
    const Sent update = first_update();
    EXPECT_EQ(update.header().size(), 8 * (1U + update.octet(1)));
}
RULE(rfc6275_6_1_1, LeavesTheReservedOctetZero, "Reserved is zero when it is sent") {
    EXPECT_EQ(first_update().octet(3), 0);
}
RULE(rfc6275_6_1_1, SumsOverTheHomeAddress,
     "the checksum covers the home address of the option in place of the packet's source") {
    const Sent update = first_update();
    EXPECT_TRUE(update.has_right_checksum());
    EXPECT_NE(sum(update.source(), update.destination(), update.header()), 0xffff);
}
RULE(rfc6275_6_1_7, LeavesReservedFlagsZero,
     "flags that no RFC of a mobile node gives a meaning are zero") {
    constexpr unsigned known = flag::a | flag::h | flag::l | flag::k | flag::r | flag::f | flag::o;
    EXPECT_EQ(first_update().flags() & ~known, 0U);
}
RULE(rfc6275_6_1_7, CountsLifetimesInFourSeconds, "600 s are 150 units of Lifetime") {
    EXPECT_EQ(first_update().lifetime(), 150U);
}
RULE(rfc6275_6_1_7, AsksForNoMoreThanTheFieldHolds, "the longest Lifetime is 65535 units") {
    auto settings = settings_of();
    settings.registration.lifetime = wire::max_lifetime;
    LaboratoryNode node(settings);
    node.attach(at(care_of_a));
    EXPECT_EQ(node.update().lifetime(), 65535U);
}
RULE(rfc6275_6_3, HasOneHomeAddressOptionInItsPlace,
     "the Home Address option has type 201 and length 16, and begins at 8n+6") {
    const Sent update = first_update();
    ASSERT_TRUE(update.home_address_option());
    EXPECT_EQ(update.home_address_option_offset() % 8, 6U);
    EXPECT_EQ(update.octets().at(6), destination_options);
    EXPECT_EQ(update.octets().at(ipv6_header + 1), 2) << "24 octets";
    EXPECT_EQ(update.octets().at(ipv6_header + update.home_address_option_offset() + 1), 16);
}
RULE(rfc6275_6_2_5, AlignsTheAlternateCareOfAddress,
     "the Alternate Care-of Address option has 16 octets and begins at 8n+6") {
    const auto option = first_update().option(option::alternate_care_of);
    ASSERT_TRUE(option);
    EXPECT_EQ(option->offset % 8, 6U);
    EXPECT_EQ(option->body.size(), 16U);
}

RULE(rfc6275_11_7_1, IsAHomeRegistration, "H is set") {
    EXPECT_TRUE(first_update().flags() & flag::h);
}
RULE(rfc6275_11_7_1, AsksForAnAcknowledgement, "A is set") {
    EXPECT_TRUE(first_update().flags() & flag::a);
}
RULE(rfc6275_11_7_1, HasNoKeyManagementToMove,
     "K is clear where no key management protocol follows the care-of address") {
    EXPECT_FALSE(first_update().flags() & flag::k);
}
RULE(rfc6275_11_7_1, DefendsNoLinkLocalAddress,
     "L is clear where the home address is not made of the link-local address's identifier") {
    EXPECT_FALSE(first_update().flags() & flag::l);
}
RULE(rfc6275_11_7_1, NamesTheHomeAddressInItsOption, "the Home Address option is there, away") {
    EXPECT_EQ(first_update().home_address_option(), home);
}
RULE(rfc6275_11_7_1, LeavesFromTheCareOfAddress, "the packet's source is the care-of address") {
    EXPECT_EQ(first_update().source(), care_of_a.address);
}
RULE(rfc6275_11_7_1, GoesToTheHomeAgent, "the packet's destination is the home agent") {
    EXPECT_EQ(first_update().destination(), home_agent);
}
RULE(rfc6275_11_7_1, NamesTheCareOfAddressInTheMessageToo,
     "every home registration has an Alternate Care-of Address option, which is authenticated") {
    const auto option = first_update().option(option::alternate_care_of);
    ASSERT_TRUE(option);
    EXPECT_EQ(option->address(), care_of_a.address);
}
RULE(rfc6275_11_7_1, AsksForSomeLifetime, "Lifetime is not zero in a registration") {
    EXPECT_GT(first_update().lifetime(), 0U);
}
RULE(rfc6275_11_7_1, SaysTheSameInEachRegistration,
     "a refresh and a move have what a first registration has") {
    LaboratoryNode node;
    node.register_at();
    node.run_until(noon + 480s);
    const Sent refresh = node.update();
    node.be_answered();
    node.attach(at(care_of_b));
    for (const Sent& update : {refresh, node.update()}) {
        EXPECT_EQ(update.flags(), flag::a | flag::h);
        EXPECT_EQ(update.home_address_option(), home);
        EXPECT_EQ(update.option(option::alternate_care_of)->address(), update.source());
        EXPECT_TRUE(update.has_right_checksum());
    }
}
RULE(rfc6275_11_7_1, BeginsWhereItsConfigurationSays,
     "without a number that is known to be right it begins at any; the next follows") {
    EXPECT_EQ(first_update().sequence(), 101);
}
RULE(rfc6275_11_7_1, RegistersEachNewPrimaryCareOfAddress,
     "a new primary care-of address is registered") {
    LaboratoryNode node;
    node.register_at();
    node.attach(at(care_of_b));
    EXPECT_EQ(node.update().source(), care_of_b.address);
    EXPECT_EQ(node.update().sequence(), 102);
}
RULE(rfc6275_11_7_1, TreatsABindingThatExpiredAsNew,
     "with no binding left, the home address is registered as if for the first time") {
    LaboratoryNode node;
    node.register_at();
    node.attach(nothing);
    node.run_until(noon + 700s);
    node.attach(at(care_of_b));
    node.run_for(2s);
    EXPECT_THAT(node.pauses(), testing::ElementsAre(700s, 1500ms)) << "time for the agent's DAD";
}

// Refreshing

struct Granted {
    const char* name;
    const char* rule;
    std::chrono::seconds lifetime;
};
constexpr auto grants = std::to_array<Granted>({
    {"RefreshesALifetimeOf4sInTime", "4 s are refreshed well before their end", 4s},
    {"RefreshesALifetimeOf20sInTime", "20 s are refreshed well before their end", 20s},
    {"RefreshesALifetimeOf60sInTime", "60 s are refreshed well before their end", 60s},
    {"RefreshesALifetimeOf420sInTime", "420 s are refreshed well before their end", 420s},
    {"RefreshesALifetimeOf600sInTime", "600 s are refreshed well before their end", 600s},
});
RULE_TABLE(rfc6275_11_7_1, grants) {
    LaboratoryNode node;
    node.register_at(care_of_a, {.lifetime = static_cast<unsigned>(row.lifetime.count() / 4)});
    const std::chrono::nanoseconds lifetime = row.lifetime;
    node.run_until(noon + lifetime / 2 - 1ns);
    EXPECT_EQ(node.update_count(), 1U);
    node.run_until(noon + lifetime / 5 * 4);
    EXPECT_GE(node.update_count(), 2U);
    node.run_until(noon + lifetime - 1ns);
    EXPECT_GE(node.update_count(), row.lifetime >= 32s ? 5U : 2U) << "room for lost ones";
}

RULE(rfc6275_11_7_1, RefreshesForAsLongAsItIsAnswered, "each refresh that is granted has its own") {
    LaboratoryNode node;
    node.register_at();
    for (int refresh = 1; refresh <= 5; ++refresh) {
        node.run_until(noon + refresh * 480s);
        node.be_answered();
        EXPECT_EQ(node.binding()->expires, noon + refresh * 480s + 600s);
    }
    EXPECT_EQ(node.update_count(), 6U);
}

RULE(rfc6275_11_4_1, GoesOnWithTheHomeAgentThatItIsRegisteredWith,
     "whoever is registered tries any new registration with that home agent first, answered or "
     "not") {
    LaboratoryNode node;
    node.register_at();
    node.attach(at(care_of_b));
    node.run_for(5min);
    EXPECT_GT(node.update_count(), 5U);
    for (const Sent& update : node.updates()) {
        EXPECT_EQ(update.destination(), home_agent);
    }
}

// On the home link

RULE(rfc6275_11_5_5, GivesTheBindingUp, "at home it sends A and H with a Lifetime of zero") {
    EXPECT_EQ(update_from_home().flags(), flag::a | flag::h);
    EXPECT_EQ(update_from_home().lifetime(), 0U);
}
RULE(rfc6275_11_5_5, SendsFromItsHomeAddress, "at home the update's source is the home address") {
    EXPECT_EQ(update_from_home().source(), home);
    EXPECT_EQ(update_from_home().destination(), home_agent);
}
RULE(rfc6275_11_5_5, NamesItsHomeAddressAsCareOfAddress,
     "at home the care-of address of the update is the home address") {
    EXPECT_EQ(update_from_home().option(option::alternate_care_of)->address(), home);
}
RULE(rfc6275_11_5_5, HasNoHomeAddressOptionThere, "what leaves from the home address needs none") {
    EXPECT_FALSE(update_from_home().home_address_option());
    EXPECT_TRUE(update_from_home().has_right_checksum());
}
RULE(rfc6275_11_5_5, LeavesByTheHomeLink, "the update leaves by the interface that is at home") {
    LaboratoryNode node;
    node.register_at();
    auto home_by_wire = at_home;
    home_by_wire.home->interface = {7};
    node.attach(home_by_wire);
    EXPECT_EQ(node.update().path.interface.value, 7U);
}

}  // namespace
}  // namespace godwit::conformance::mobile_node

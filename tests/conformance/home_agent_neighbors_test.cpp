// RFC 6275 §10.4.1, §10.3.1, RFC 4861 §7.2, RFC 4862 §5.4: what a home agent says on its home link.

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>

#include "server/core/home_link_defence.hpp"
#include "shared/wire/icmpv6.hpp"
#include "tests/conformance/octets.hpp"
#include "tests/conformance/rule.hpp"

namespace godwit::conformance {
namespace {

using namespace std::chrono_literals;
using mobility::NeighborPacket;
using test::noon;

constexpr wire::LinkLayerAddress own{2, 0, 0, 0, 0, 1};
constexpr wire::LinkLayerAddress neighbour{2, 0, 0, 0, 0, 2};
const Ipv6Address own_address = ip("fe80::1");
const Ipv6Address neighbours_address = ip("fe80::2");
const Ipv6Address group = ip("ff02::1:ff00:9");  // of the home address
const Ipv6Address all_nodes = ip("ff02::1");

// A home agent on its home link, and what it sends there as Neighbor Advertisements.
class Link {
  public:
    Link() {
        (void)defence.on_place(noon, {.link_layer = own, .link_local = own_address, .global = {}});
    }
    std::vector<NeighborPacket> bind() { return defence.bind(noon, test::home).send; }
    // Has bound it long ago.
    void settle() {
        (void)bind();
        (void)wait();
    }
    // What it sends until nothing is due any more.
    std::vector<NeighborPacket> wait() {
        std::vector<NeighborPacket> sent;
        for (auto due = defence.next_deadline(); due; due = defence.next_deadline()) {
            const auto more = defence.on_deadline(*due).send;
            sent.insert(sent.end(), more.begin(), more.end());
        }
        return sent;
    }
    std::vector<NeighborPacket> solicit(const Ipv6Address& source, const Ipv6Address& destination,
                                        const Ipv6Address& target = test::home.address) {
        return defence
            .on_packet(noon + 1min,
                       {.link_layer = neighbour,
                        .source = source,
                        .destination = destination,
                        .message = wire::NeighborSolicitation{.target = target, .options = {}}})
            .send;
    }
    server::HomeLinkDefence defence{server::DefenceSettings{}};
};

const wire::NeighborAdvertisement& said(const std::vector<NeighborPacket>& packets) {
    return std::get<wire::NeighborAdvertisement>(packets.at(0).message);
}

bool announces(const NeighborPacket& packet) {
    return std::holds_alternative<wire::NeighborAdvertisement>(packet.message);
}

RULE(rfc6275_10_4_1, AnnouncesANewBinding,
     "when a binding begins a Neighbor Advertisement for the home address goes to all nodes") {
    const auto sent = Link().bind();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].destination, all_nodes);
    EXPECT_EQ(said(sent).target, test::home.address);
}

RULE(rfc6275_10_4_1, AnnouncesItsOwnLinkLayerAddress,
     "the advertisement has a Target Link-Layer Address option with the home agent's address") {
    EXPECT_EQ(said(Link().bind()).options.target_link_layer, own);
}

RULE(rfc6275_10_4_1, AnnouncesWithoutR, "R of the advertisement is zero") {
    EXPECT_FALSE(said(Link().bind()).router);
}

RULE(rfc6275_10_4_1, AnnouncesWithoutS,
     "S of the advertisement is not set: nobody has solicited it") {
    EXPECT_FALSE(said(Link().bind()).solicited);
}

RULE(rfc6275_10_4_1, AnnouncesWithO, "O of the advertisement is set, so that it overrides") {
    EXPECT_TRUE(said(Link().bind()).overrides);
}

RULE(rfc6275_10_4_1, AnnouncesFromItsOwnAddress,
     "the advertisement comes from an address of the home agent's on the home link") {
    EXPECT_EQ(Link().bind().at(0).source, own_address);
}

RULE(rfc6275_10_4_1, AnnouncesInOctetsThatAHostBelieves,
     "the advertisement is one that RFC 4861 §7.1.2 lets a host believe") {
    const auto sent = Link().bind().at(0);
    const wire::PseudoHeader addresses{sent.source, sent.destination};
    const Bytes icmp =
        wire::serialize_icmpv6(std::get<wire::NeighborAdvertisement>(sent.message), addresses);
    EXPECT_EQ(test::hex(BytesView(icmp).first(2)), "8800");
    EXPECT_EQ(test::hex(BytesView(icmp).subspan(4, 4)), "20000000") << "O alone";
    EXPECT_EQ(sum_of(sent.source, sent.destination, icmp, 58), 0);
}

RULE(rfc6275_10_4_1, AnnouncesThreeTimes,
     "the advertisement is sent MAX_NEIGHBOR_ADVERTISEMENT, 3, times, and no more") {
    Link link;
    std::size_t count = link.bind().size();
    for (auto due = link.defence.next_deadline(); due; due = link.defence.next_deadline()) {
        count += link.defence.on_deadline(*due).send.size();
    }
    EXPECT_EQ(count, 3U);
}

RULE(rfc6275_10_4_1, AnswersAMulticastSolicitation,
     "a solicitation of the home address to its solicited-node group is answered") {
    Link link;
    link.settle();
    const auto sent = link.solicit(neighbours_address, group);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].destination, neighbours_address);
    EXPECT_EQ(sent[0].link_layer, neighbour);
    EXPECT_EQ(said(sent).options.target_link_layer, own);
}

RULE(rfc6275_10_4_1, AnswersAUnicastSolicitation,
     "a solicitation to the home address itself, as Neighbor Unreachability Detection sends it, is "
     "answered") {
    Link link;
    link.settle();
    const auto sent = link.solicit(neighbours_address, test::home.address);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(said(sent).target, test::home.address);
}

RULE(rfc6275_10_4_1, AnswersWithoutR, "R of an answer is zero") {
    Link link;
    link.settle();
    EXPECT_FALSE(said(link.solicit(neighbours_address, group)).router);
}

RULE(rfc4861_7_2_4, AnswersWithS, "S of an answer to a known source is set") {
    Link link;
    link.settle();
    EXPECT_TRUE(said(link.solicit(neighbours_address, group)).solicited);
}

RULE(rfc4861_7_2_4, AnswersWithoutO, "O of an answer on behalf of another node is not set") {
    Link link;
    link.settle();
    EXPECT_FALSE(said(link.solicit(neighbours_address, group)).overrides);
}

RULE(rfc4861_7_2_4, AnswersTheUnspecifiedAddressToAllNodes,
     "an answer to who has no address yet goes to all nodes, without S") {
    Link link;
    link.settle();
    const auto sent = link.solicit({}, group);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].destination, all_nodes);
    EXPECT_FALSE(said(sent).solicited);
}

RULE(rfc4862_5_4_4, KeepsOthersFromTheAddress,
     "duplicate address detection of another node for a bound home address is answered") {
    Link link;
    link.settle();
    EXPECT_EQ(said(link.solicit({}, group)).target, test::home.address);
}

RULE(rfc6275_10_4_1, SaysNothingOfOtherAddresses,
     "a solicitation of any other address is not answered") {
    Link link;
    link.settle();
    EXPECT_TRUE(
        link.solicit(neighbours_address, ip("ff02::1:ff00:77"), ip("2001:db8:f::77")).empty());
}

RULE(rfc6275_10_4_1, SaysNothingWithoutABinding,
     "a solicitation of a home address that is not bound is not answered") {
    Link link;
    EXPECT_TRUE(link.solicit(neighbours_address, group).empty());
}

RULE(rfc6275_10_3_2, SaysNothingOnceABindingHasEnded,
     "interception stops with the binding: solicitations are not answered any more") {
    Link link;
    (void)link.defence.allocate(noon, test::home);
    link.settle();
    (void)link.defence.release(test::home);
    EXPECT_TRUE(link.solicit(neighbours_address, group).empty());
    EXPECT_TRUE(link.solicit({}, group).empty());
}

RULE(rfc6275_11_5_5, LetsWhoComesHomeDetectDuplicates,
     "who comes home after its binding has ended performs duplicate address detection: the home "
     "agent does not claim the address") {
    Link link;
    (void)link.defence.allocate(noon, test::home);
    for (auto due = link.defence.next_deadline(); due; due = link.defence.next_deadline()) {
        (void)link.defence.on_deadline(*due);
    }
    EXPECT_TRUE(link.solicit({}, group).empty());
}

RULE(rfc6275_10_3_1, AsksAgainOnceAnotherHasLookedForDuplicates,
     "an address without a binding that another node may have taken is looked for once more") {
    Link link;
    (void)link.defence.allocate(noon, test::home);
    link.settle();
    (void)link.defence.release(test::home);
    EXPECT_EQ(link.defence.judge(noon + 1min, test::home).claim, server::AddressClaim::free);
    (void)link.solicit({}, group);
    EXPECT_EQ(link.defence.judge(noon + 1min, test::home).claim, server::AddressClaim::undecided);
}

RULE(rfc6275_10_3_2, AnnouncesNothingOnceABindingHasEnded,
     "what is left of the announcements is not sent when the binding has ended") {
    Link link;
    (void)link.bind();
    (void)link.defence.release(test::home);
    EXPECT_TRUE(link.defence.on_deadline(noon + 1h).send.empty());
}

RULE(rfc6275_10_3_2, AnnouncesNothingOfABindingThatHasEndedWhenTheLinkComesBack,
     "what is left of the announcements of an address that stays allocated is never sent") {
    Link link;
    (void)link.defence.allocate(noon, test::home);
    (void)link.wait();
    (void)link.bind();
    (void)link.defence.release(test::home);
    link.defence.on_link_back(noon + 1h);
    const auto sent = link.wait();
    EXPECT_FALSE(sent.empty()) << "the address is looked for once more";
    EXPECT_TRUE(std::ranges::none_of(sent, announces));
}

RULE(rfc4861_7_2_1, IsInTheSolicitedNodeGroup,
     "while it answers for a home address the home agent is in its solicited-node group") {
    Link link;
    EXPECT_THAT(link.defence.bind(noon, test::home).join, testing::ElementsAre(group));
    EXPECT_THAT(link.defence.release(test::home).leave, testing::ElementsAre(group));
}

RULE(rfc6275_10_3_1, AsksForTheAddressFirst,
     "before the first binding duplicate address detection is performed for the home address") {
    Link link;
    const auto judgement = link.defence.judge(noon, test::home);
    EXPECT_EQ(judgement.claim, server::AddressClaim::undecided);
    ASSERT_EQ(judgement.actions.send.size(), 1U);
    const NeighborPacket& probe = judgement.actions.send[0];
    EXPECT_EQ(probe.source, Ipv6Address{});
    EXPECT_EQ(probe.destination, group);
    EXPECT_EQ(std::get<wire::NeighborSolicitation>(probe.message).target, test::home.address);
    EXPECT_EQ(std::get<wire::NeighborSolicitation>(probe.message).options.source_link_layer,
              std::nullopt);
}

RULE(rfc4862_5_4, ASilentLinkMeansThatItIsFree,
     "an address for which nobody speaks up within RetransTimer, 1 s, is free") {
    Link link;
    (void)link.defence.judge(noon, test::home);
    (void)link.defence.on_deadline(noon + 1s - 1ns);
    EXPECT_EQ(link.defence.judge(noon + 1s - 1ns, test::home).claim,
              server::AddressClaim::undecided);
    (void)link.defence.on_deadline(noon + 1s);
    EXPECT_EQ(link.defence.judge(noon + 1s, test::home).claim, server::AddressClaim::free);
}

RULE(rfc4862_5_4_4, AnAdvertisementMeansThatItIsTaken,
     "an advertisement of the address during detection means that it is taken") {
    Link link;
    (void)link.defence.judge(noon, test::home);
    (void)link.defence.on_packet(noon + 10ms, {.link_layer = neighbour,
                                               .source = test::home.address,
                                               .destination = all_nodes,
                                               .message = wire::NeighborAdvertisement{
                                                   .target = test::home.address, .options = {}}});
    EXPECT_EQ(link.defence.judge(noon + 1s, test::home).claim, server::AddressClaim::taken);
}

RULE(rfc4862_5_4_3, AnotherWhoAsksMeansThatItIsTaken,
     "the detection of another node for the same address means that neither may have it") {
    Link link;
    (void)link.defence.judge(noon, test::home);
    (void)link.defence.on_packet(noon + 10ms, {.link_layer = neighbour,
                                               .source = {},
                                               .destination = group,
                                               .message = wire::NeighborSolicitation{
                                                   .target = test::home.address, .options = {}}});
    EXPECT_EQ(link.defence.judge(noon + 1s, test::home).claim, server::AddressClaim::taken);
}

// RFC 4861 §7.1.1, §7.1.2: which of them are believed at all.

struct Believed {
    const char* name;
    const char* rule;
    std::uint8_t hop_limit;
    const char* source;
    const char* destination;
    const char* icmp;  // the checksum is made right
    bool is_valid;
};
constexpr auto solicitations = std::to_array<Believed>({
    {"ASolicitationIsValid", "a solicitation with hop limit 255 is valid", 255, "fe80::2",
     "ff02::1:ff00:9", "87000000 00000000 20010db8000f00000000000000000009", true},
    {"ASolicitationWasNotForwarded", "a solicitation with hop limit 254 is discarded", 254,
     "fe80::2", "ff02::1:ff00:9", "87000000 00000000 20010db8000f00000000000000000009", false},
    {"ASolicitationHasCode0", "a solicitation of another code is discarded", 255, "fe80::2",
     "ff02::1:ff00:9", "87010000 00000000 20010db8000f00000000000000000009", false},
    {"ASolicitationIs24OctetsLong", "a solicitation of less than 24 octets is discarded", 255,
     "fe80::2", "ff02::1:ff00:9", "87000000 00000000 20010db8000f0000", false},
    {"ASolicitationHasNoMulticastTarget", "a solicitation of a multicast target is discarded", 255,
     "fe80::2", "ff02::1:ff00:9", "87000000 00000000 ff020000000000000000000000000009", false},
    {"ASolicitationHasNoOptionOfLength0", "a solicitation with an option of length 0 is discarded",
     255, "fe80::2", "ff02::1:ff00:9",
     "87000000 00000000 20010db8000f00000000000000000009 0100020000000002", false},
    {"ADetectionGoesToTheGroup", "a solicitation from :: to a unicast address is discarded", 255,
     "::", "2001:db8:f::9", "87000000 00000000 20010db8000f00000000000000000009", false},
    {"ADetectionGoesToNoOtherGroup", "a solicitation from :: to all nodes is discarded", 255,
     "::", "ff02::1", "87000000 00000000 20010db8000f00000000000000000009", false},
    {"ADetectionIsValid", "a solicitation from :: to the solicited-node group is valid", 255,
     "::", "ff02::1:ff00:9", "87000000 00000000 20010db8000f00000000000000000009", true},
    {"ADetectionNamesNoLinkLayerAddress",
     "a solicitation from :: with a source link-layer address is discarded", 255,
     "::", "ff02::1:ff00:9", "87000000 00000000 20010db8000f00000000000000000009 0101020000000002",
     false},
    {"AnAdvertisementToAllHasNoS", "a multicast advertisement with S set is discarded", 255,
     "fe80::2", "ff02::1", "88000000 40000000 20010db8000f00000000000000000009", false},
    {"AnAdvertisementWasNotForwarded", "an advertisement with hop limit 254 is discarded", 254,
     "fe80::2", "ff02::1", "88000000 20000000 20010db8000f00000000000000000009", false},
    {"AnAdvertisementHasNoMulticastTarget", "an advertisement of a multicast target is discarded",
     255, "fe80::2", "ff02::1", "88000000 20000000 ff020000000000000000000000000009", false},
});
RULE_TABLE(rfc4861_7_1, solicitations) {
    Bytes icmp = octets(row.icmp);
    const Ipv6Address source = ip(row.source);
    const Ipv6Address destination = ip(row.destination);
    const std::uint16_t sum = sum_of(source, destination, icmp, 58);
    icmp[2] = static_cast<std::uint8_t>(sum >> 8U);
    icmp[3] = static_cast<std::uint8_t>(sum);
    const wire::Ipv6Header header{.payload_length = static_cast<std::uint16_t>(icmp.size()),
                                  .next_header = wire::NextHeader::icmpv6,
                                  .hop_limit = row.hop_limit,
                                  .source = source,
                                  .destination = destination};
    EXPECT_EQ(wire::parse_icmpv6(header, icmp).has_value(), row.is_valid);
}

}  // namespace
}  // namespace godwit::conformance

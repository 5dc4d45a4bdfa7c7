#include "shared/datapath/flow_rules.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "shared/mobility/flow_selector.hpp"
#include "shared/wire/fragment_header.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

using test::correspondent;
using test::home;
using test::ip;
using wire::NextHeader;

constexpr auto downlink = FlowDirection::to_home_address;
constexpr auto uplink = FlowDirection::from_home_address;
constexpr std::uint8_t expedited = 46U << 2U;  // RFC 3246, as a traffic class

FlowRule rule(std::string_view text, std::uint16_t path = 1) {
    const auto flow = mobility::FlowSelector::parse(text).value();
    return {.selectors = mobility::traffic_selectors(flow, true), .binding_ids = {path}};
}

// The beginning of a TCP segment or a UDP datagram, or of anything else.
wire::Bytes from_to(std::uint16_t source_port, std::uint16_t destination_port) {
    wire::Bytes upper;
    wire::Writer out(upper);
    out.integer(source_port);
    out.integer(destination_port);
    out.zeros(16);
    return upper;
}

struct Ends {
    wire::Ipv6Address source = correspondent;
    wire::Ipv6Address destination = home.address;
};
const Ends backwards{.source = home.address, .destination = correspondent};

wire::Bytes ipv6(NextHeader content, wire::BytesView payload, const Ends& ends = {},
                 std::uint8_t traffic_class = 0) {
    wire::Bytes packet = test::inner_packet(ends.source, ends.destination, wire::Ipv6Header::size);
    wire::Ipv6Header header = wire::Ipv6Header::parse(packet).value();
    header.traffic_class = traffic_class;
    header.flow_label = 0x12345;
    header.payload_length = static_cast<std::uint16_t>(payload.size());
    header.next_header = content;
    header.write(std::span(packet).first<wire::Ipv6Header::size>());
    packet.insert(packet.end(), payload.begin(), payload.end());
    return packet;
}

wire::Bytes ipv4(NextHeader protocol, wire::BytesView payload, std::uint16_t fragment_offset = 0) {
    wire::Bytes packet = test::ipv4_packet("192.0.2.1", "10.19.0.2", wire::Ipv4Header::size);
    wire::Ipv4Header header = wire::Ipv4Header::parse(packet).value();
    header.type_of_service = expedited;
    header.total_length = static_cast<std::uint16_t>(wire::Ipv4Header::size + payload.size());
    header.fragment_offset = fragment_offset;
    header.protocol = protocol;
    header.write(std::span(packet).first<wire::Ipv4Header::size>());
    packet.insert(packet.end(), payload.begin(), payload.end());
    return packet;
}

wire::Bytes fragment(NextHeader of, std::uint16_t offset, wire::BytesView piece) {
    wire::Bytes payload;
    wire::Writer out(payload);
    wire::FragmentHeader{.next_header = of, .offset = offset, .more_fragments = true}.serialize(
        out);
    out.bytes(piece);
    return ipv6(NextHeader::fragment, payload);
}

// The path of the rule that means the packet; 0: none.
std::uint16_t path_of(const FlowRules& rules, wire::Bytes packet) {
    const FlowRule* match = rules.match(InnerPacket::parse(packet).value());
    return match == nullptr ? std::uint16_t{0} : match->binding_ids.front();
}

bool means(std::string_view text, const wire::Bytes& packet, FlowDirection direction = downlink) {
    return path_of({direction, {rule(text)}}, packet) != 0;
}

TEST(FlowRules, MeanNothingWithoutRules) {
    EXPECT_TRUE(FlowRules().empty());
    EXPECT_EQ(path_of({}, ipv6(NextHeader::udp, from_to(1, 2))), 0);
}

TEST(FlowRules, MeanThePortOfEitherEndInBothDirections) {
    for (const auto direction : {downlink, uplink}) {
        EXPECT_TRUE(means("udp port 5060", ipv6(NextHeader::udp, from_to(5060, 9)), direction));
        EXPECT_TRUE(means("udp port 5060", ipv6(NextHeader::udp, from_to(9, 5060)), direction));
        EXPECT_FALSE(means("udp port 5060", ipv6(NextHeader::udp, from_to(5061, 9)), direction));
        EXPECT_FALSE(means("udp port 5060", ipv6(NextHeader::tcp, from_to(5060, 9)), direction));
        EXPECT_TRUE(means("port 5060", ipv6(NextHeader::tcp, from_to(5060, 9)), direction));
    }
}

TEST(FlowRules, MeanTheWholeOfARangeOfPorts) {
    for (const auto& [port, expected] : {std::pair{9999, false}, std::pair{10000, true},
                                         std::pair{20000, true}, std::pair{20001, false}}) {
        const auto number = static_cast<std::uint16_t>(port);
        EXPECT_EQ(means("udp ports 10000-20000", ipv6(NextHeader::udp, from_to(number, 9))),
                  expected)
            << port;
    }
}

TEST(FlowRules, MeanTheCorrespondentWhicheverWayThePacketGoes) {
    const auto down = ipv6(NextHeader::tcp, from_to(22, 9));
    const auto up = ipv6(NextHeader::tcp, from_to(9, 22), backwards);
    EXPECT_TRUE(means("to 2001:db8:c::/48", down, downlink));
    EXPECT_TRUE(means("to 2001:db8:c::/48", up, uplink));
    EXPECT_FALSE(means("to 2001:db8:c::/48", up, downlink));
    EXPECT_FALSE(means("to 2001:db8:f::/48", down, downlink));
    EXPECT_FALSE(means("to 2001:db8:c::2", down, downlink));
    EXPECT_FALSE(means("to 192.0.2.0/24", down, downlink));
}

// A selector as a mobile node of another make may send it.
TEST(FlowRules, TurnEverySelectorRoundForTheUplink) {
    wire::TrafficSelector selector;
    selector.source_port = wire::Range<std::uint16_t>::only(22);
    selector.destination = wire::Range<wire::Ipv6Address>::only(home.address);
    const auto path = [&](FlowDirection direction, const wire::Bytes& packet) {
        return path_of({direction, {FlowRule{.selectors = {selector}, .binding_ids = {1}}}},
                       packet);
    };
    EXPECT_EQ(path(downlink, ipv6(NextHeader::tcp, from_to(22, 9))), 1);
    EXPECT_EQ(path(downlink, ipv6(NextHeader::tcp, from_to(9, 22))), 0);
    EXPECT_EQ(path(uplink, ipv6(NextHeader::tcp, from_to(9, 22), backwards)), 1);
    EXPECT_EQ(path(uplink, ipv6(NextHeader::tcp, from_to(22, 9), backwards)), 0);
}

TEST(FlowRules, MeanPacketsOfBothFamilies) {
    EXPECT_TRUE(means("udp port 53", ipv4(NextHeader::udp, from_to(53, 9))));
    EXPECT_FALSE(means("udp port 53", ipv4(NextHeader::tcp, from_to(53, 9))));
    EXPECT_TRUE(means("icmp", ipv4(NextHeader::icmp, from_to(0, 0))));
    EXPECT_TRUE(means("icmp", ipv6(NextHeader::icmpv6, from_to(0, 0))));
    EXPECT_FALSE(means("icmp", ipv6(NextHeader::icmp, from_to(0, 0))));
    EXPECT_FALSE(means("icmp", ipv4(NextHeader::icmpv6, from_to(0, 0))));
    EXPECT_TRUE(means("to 192.0.2.0/24", ipv4(NextHeader::none, {})));
    EXPECT_FALSE(means("to 198.51.100.0/24", ipv4(NextHeader::none, {})));
    EXPECT_TRUE(means("any", ipv4(NextHeader::none, {})));
    EXPECT_TRUE(means("any", ipv6(NextHeader::none, {})));
}

TEST(FlowRules, MeanTheDscpWhateverEcnSays) {  // RFC 6088 §3.1
    for (unsigned ecn = 0; ecn < 4; ++ecn) {
        const auto traffic_class = static_cast<std::uint8_t>(expedited | ecn);
        EXPECT_TRUE(means("dscp 46", ipv6(NextHeader::none, {}, {}, traffic_class)));
        EXPECT_FALSE(means("dscp 45", ipv6(NextHeader::none, {}, {}, traffic_class)));
    }
    EXPECT_TRUE(means("dscp 46", ipv4(NextHeader::none, {})));
    EXPECT_FALSE(means("dscp 0", ipv4(NextHeader::none, {})));
}

TEST(FlowRules, MeanFlowLabelsAndSpis) {
    wire::TrafficSelector labelled;
    labelled.flow_label = wire::Range<std::uint32_t>::only(0x12345);
    wire::TrafficSelector sealed;
    sealed.spi = {0x0016'0000, 0x0016'ffff};
    const FlowRules rules(downlink, {FlowRule{.selectors = {sealed}, .binding_ids = {1}},
                                     FlowRule{.selectors = {labelled}, .binding_ids = {2}}});
    EXPECT_EQ(path_of(rules, ipv6(NextHeader::esp, from_to(22, 9))), 1);
    EXPECT_EQ(path_of(rules, ipv6(NextHeader::esp, from_to(23, 9))), 2);
    EXPECT_EQ(path_of(rules, ipv6(NextHeader::tcp, from_to(22, 9))), 2);
    EXPECT_EQ(path_of(rules, ipv4(NextHeader::esp, from_to(22, 9))), 0);  // IPv6 selectors
}

TEST(FlowRules, AreLookedAtInTheirOrder) {  // RFC 6089 §4.3
    const FlowRules rules(downlink, {rule("udp port 53", 1), rule("udp", 2), rule("any", 3)});
    EXPECT_EQ(path_of(rules, ipv6(NextHeader::udp, from_to(9, 53))), 1);
    EXPECT_EQ(path_of(rules, ipv6(NextHeader::udp, from_to(9, 54))), 2);
    EXPECT_EQ(path_of(rules, ipv6(NextHeader::tcp, from_to(9, 53))), 3);
}

TEST(FlowRules, WithoutAPathArePassedOver) {  // RFC 6089 §4.3: inactive
    FlowRule inactive = rule("udp port 53");
    inactive.binding_ids.clear();
    EXPECT_EQ(
        path_of({downlink, {inactive, rule("udp", 2)}}, ipv6(NextHeader::udp, from_to(9, 53))), 2);
    EXPECT_TRUE(FlowRules(downlink, {inactive}).empty());
}

TEST(FlowRules, LookBehindExtensionHeaders) {
    wire::Bytes behind_options = {static_cast<std::uint8_t>(NextHeader::udp), 0, 1, 4, 0, 0, 0, 0};
    const wire::Bytes datagram = from_to(9, 53);
    behind_options.insert(behind_options.end(), datagram.begin(), datagram.end());
    EXPECT_TRUE(means("udp port 53", ipv6(NextHeader::destination_options, behind_options)));
    EXPECT_TRUE(means("udp port 53", ipv6(NextHeader::hop_by_hop, behind_options)));
}

TEST(FlowRules, WithPortsMeanTheFirstFragmentOnly) {  // RFC 6089 §5.3.6
    const wire::Bytes piece = from_to(9, 53);
    EXPECT_TRUE(means("udp port 53", fragment(NextHeader::udp, 0, piece)));
    EXPECT_FALSE(means("udp port 53", fragment(NextHeader::udp, 1232, piece)));
    EXPECT_TRUE(means("udp", fragment(NextHeader::udp, 1232, piece)));
    EXPECT_TRUE(means("udp port 53", ipv4(NextHeader::udp, piece, 0)));
    EXPECT_FALSE(means("udp port 53", ipv4(NextHeader::udp, piece, 1480)));
    EXPECT_TRUE(means("udp", ipv4(NextHeader::udp, piece, 1480)));
}

TEST(FlowRules, MeanNoPortThatIsNotThere) {
    const wire::Bytes datagram = from_to(0, 53);
    for (std::size_t size = 0; size < 4; ++size) {
        const auto cut = wire::BytesView(datagram).first(size);
        EXPECT_FALSE(means("udp ports 1-65535", ipv6(NextHeader::udp, cut))) << size;
        EXPECT_TRUE(means("udp", ipv6(NextHeader::udp, cut))) << size;
    }
    EXPECT_FALSE(means("port 53", ipv6(NextHeader::esp, datagram)));
}

TEST(FlowRules, MeanByAddressAloneWhatHasSenselessExtensionHeaders) {
    wire::Bytes overrunning = from_to(0, 0);
    overrunning[0] = static_cast<std::uint8_t>(NextHeader::udp);
    overrunning[1] = 200;  // units of 8 octets
    const auto packet = ipv6(NextHeader::destination_options, overrunning);
    EXPECT_FALSE(means("udp", packet));
    EXPECT_TRUE(means("to 2001:db8:c::/48", packet));
}

TEST(FlowRules, NeverMeanMobileIpv6Signalling) {  // RFC 6089 §4.3
    EXPECT_FALSE(means("any", test::message_packet(test::home_agent.address, home.address)));
    EXPECT_FALSE(
        means("any", test::message_packet(home.address, test::home_agent.address), uplink));
}

}  // namespace
}  // namespace godwit::datapath

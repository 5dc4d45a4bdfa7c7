// What RFC 6089 and RFC 6088 say beyond what holds for every option.

#include <gtest/gtest.h>

#include <string>

#include "shared/wire/mobility_options.hpp"
#include "tests/support/addresses.hpp"
#include "tests/wire/hex.hpp"
#include "tests/wire/samples.hpp"

namespace godwit::wire {
namespace {

using test::hex;
using test::ip;
using test::octets;

constexpr std::uint16_t number = 7;

// A Flow Identification option with these sub-options.
FlowIdentification flow_with(const std::string& sub_options) {
    Bytes body = octets("0007 0008 00 00");
    const Bytes more = octets(sub_options);
    body.insert(body.end(), more.begin(), more.end());
    return FlowIdentification::parse(body).value();
}

bool is_malformed(const std::string& sub_options) {
    const FlowIdentification option = flow_with(sub_options);
    EXPECT_EQ(option.id, number);
    const bool malformed = option.malformed == octets(sub_options);
    EXPECT_EQ(malformed, !option.malformed.empty());
    EXPECT_TRUE(!malformed || (option.binding_ids.empty() && option.selector.index() == 0));
    return malformed;
}

TrafficSelector selector_with(const std::string& content) {
    return std::get<TrafficSelector>(flow_with(content).selector);
}

TEST(BindingIdentifier, HasNoPriorityInRfc5648) {  // RFC 6089 §5.2.1
    const auto options = parse_options(octets("2304 0007 04 80 2304 0008 00 7f"));
    ASSERT_TRUE(options);
    const auto& old = std::get<BindingIdentifier>(options->front());
    EXPECT_EQ(old.priority, 0);
    EXPECT_TRUE(old.simultaneous_home_and_foreign);
    const auto& lowest = std::get<BindingIdentifier>(options->back());
    EXPECT_EQ(lowest.priority, 127);
    EXPECT_FALSE(lowest.simultaneous_home_and_foreign);
}

TEST(FlowSummary, HasWholeFlowIdentifiersAndAtLeastOne) {
    EXPECT_EQ(FlowSummary::parse(octets("0001 ffff")), (FlowSummary{{1, 0xffff}}));
    EXPECT_EQ(FlowSummary::parse({}), std::unexpected(ParseError::bad_option));
    EXPECT_EQ(FlowSummary::parse(octets("0001 ff")), std::unexpected(ParseError::bad_option));
}

TEST(FlowSummary, HasRoomFor127) {  // RFC 6089 §5.2.3
    const FlowSummary full{std::vector<std::uint16_t>(FlowSummary::max_ids, number)};
    Bytes message(12);
    append_options(message, {full});
    EXPECT_EQ(parse_options(BytesView(message).subspan(12)), MobilityOptions{full});
}

TEST(FlowIdentification, SkipsPaddingAndUnknownSubOptions) {  // RFC 6089 §4.2.1
    const FlowIdentification option =
        flow_with("00 0100 0102ffff fa03010203 0204 0001 0003 ff00 00 0306 0200 0000 0000");
    EXPECT_TRUE(option.malformed.empty());
    EXPECT_EQ(option.binding_ids, (std::vector<std::uint16_t>{1, 3}));
    EXPECT_EQ(std::get<TrafficSelector>(option.selector), TrafficSelector{});
}

TEST(FlowIdentification, MayHaveNeitherSelectorNorBinding) {  // RFC 6089 §5.2.2.2
    const FlowIdentification option = flow_with("");
    EXPECT_EQ(option.priority, number + 1);
    EXPECT_EQ(option.selector.index(), 0U);
    EXPECT_TRUE(option.binding_ids.empty());
    EXPECT_TRUE(option.malformed.empty());
}

TEST(FlowIdentification, IsMalformedAsAWholeWhereASubOptionIs) {
    EXPECT_TRUE(is_malformed("02"));                             // no length
    EXPECT_TRUE(is_malformed("0204 0001 00"));                   // overruns
    EXPECT_TRUE(is_malformed("fa01"));                           // one that is not known, too
    EXPECT_TRUE(is_malformed("0200"));                           // §4.2.1.3: at least one BID
    EXPECT_TRUE(is_malformed("0203 0001 00"));                   // half a BID
    EXPECT_TRUE(is_malformed("0202 0001 0202 0002"));            // at most once
    EXPECT_TRUE(is_malformed("0306 0200 0000 0000 0302 c800"));  // §4.2.1.4: at most once
    EXPECT_TRUE(is_malformed("0300"));
    EXPECT_TRUE(is_malformed("0301 02"));
    EXPECT_TRUE(is_malformed("0202 0001 0302 0200"));  // no flags
    EXPECT_TRUE(is_malformed("0305 0200 0000 00"));    // not all of them
}

TEST(FlowIdentification, IsMalformedWithoutTheMessageAroundIt) {  // RFC 6089 §4.2, Status
    const auto options = parse_options(octets("2d08 0001 0002 0000 0200 2304 0007 0001"));
    ASSERT_TRUE(options);
    ASSERT_EQ(options->size(), 2U);
    EXPECT_EQ(std::get<FlowIdentification>(options->front()).malformed, octets("0200"));
    Bytes message(12);
    append_options(message, *options);
    EXPECT_EQ(parse_options(BytesView(message).subspan(12)), options);
}

TEST(FlowIdentification, KeepsASelectorOfAnotherFormat) {  // for status 133
    const FlowIdentification option = flow_with("0305 c8 ff 010203 0302 0000");
    EXPECT_FALSE(option.malformed.empty());  // the second selector
    EXPECT_EQ(std::get<UnknownTrafficSelector>(flow_with("0305 c8 ff 010203").selector),
              (UnknownTrafficSelector{.format = 200, .data = octets("010203")}));
    EXPECT_EQ(std::get<UnknownTrafficSelector>(flow_with("0302 0000").selector),
              (UnknownTrafficSelector{.format = 0, .data = {}}));
}

TEST(FlowIdentification, FitsAgainHoweverFullItCame) {
    // A selector of odd length and a binding reference, without the padding between them.
    Bytes option = octets("2dff 0001 0002 0000 03f3 c800");
    option.resize(option.size() + 0xf3 - 2, 0x5a);
    for (const std::uint8_t octet : octets("0202 0001")) {
        option.push_back(octet);
    }
    ASSERT_EQ(option.size(), 257U);
    const auto options = parse_options(option);
    ASSERT_TRUE(options);
    ASSERT_TRUE(std::get<FlowIdentification>(options->front()).malformed.empty());
    Bytes message(12);
    append_options(message, *options);
    EXPECT_EQ(parse_options(BytesView(message).subspan(12)), options);
}

// Where the selector's first address stands in the message.
std::size_t offset_of_address(const MobilityOptions& options, const std::string& address) {
    Bytes message(12);
    append_options(message, options);
    return hex(message).find(address) / 2;
}

TEST(TrafficSelector, HasItsAddressesOnNaturalBoundaries) {  // RFC 6088 §3.1, §3.2
    for (std::size_t before = 2; before < 18; ++before) {
        TrafficSelector selector;
        selector.source = Range<Ipv6Address>::only(ip("2001:db8:c::1"));
        FlowIdentification option;
        option.selector = selector;
        const ExperimentalOption filler{Bytes(before - 2, 0xee)};
        EXPECT_EQ(offset_of_address({filler, option}, "20010db8000c") % 8, 0U) << before;
        selector.is_ipv4 = true;
        selector.source = Range<Ipv6Address>::only(ip("::ffff:192.0.2.1"));
        option.selector = selector;
        EXPECT_EQ(offset_of_address({filler, option}, "c0000201") % 4, 0U) << before;
    }
}

TEST(TrafficSelector, MeansEveryPacketOfItsFamilyWithoutFields) {
    EXPECT_EQ(selector_with("0306 0100 0000 0000"), (TrafficSelector{.is_ipv4 = true}));
    EXPECT_EQ(selector_with("0306 0200 0000 0000"), TrafficSelector{});
}

TEST(TrafficSelector, HasTheFieldsOfIpv4InTheOrderOfTheirFlags) {
    const TrafficSelector selector = selector_with(
        "032a 01 00 fffc 0000 c0000201 c0000202 0a090005 0a090006 00000001 00000002"
        "0001 0002 0003 0004 04 0b 06 11");
    EXPECT_EQ(selector.source, (Range{ip("::ffff:192.0.2.1"), ip("::ffff:192.0.2.2")}));
    EXPECT_EQ(selector.destination, (Range{ip("::ffff:10.9.0.5"), ip("::ffff:10.9.0.6")}));
    EXPECT_EQ(selector.spi, (Range<std::uint32_t>{1, 2}));
    EXPECT_EQ(selector.flow_label, std::nullopt);
    EXPECT_EQ(selector.source_port, (Range<std::uint16_t>{1, 2}));
    EXPECT_EQ(selector.destination_port, (Range<std::uint16_t>{3, 4}));
    EXPECT_EQ(selector.dscp, (Range<std::uint8_t>{1, 2}));
    EXPECT_EQ(selector.protocol, (Range{NextHeader::tcp, NextHeader::udp}));
}

TEST(TrafficSelector, IgnoresReservedBits) {
    // The reserved octet, the flags behind N, and the octets behind the flags.
    EXPECT_EQ(selector_with("0306 01 ff 0003 ffff"), (TrafficSelector{.is_ipv4 = true}));
    EXPECT_EQ(selector_with("0306 02 ff 0000 ffff"), TrafficSelector{});
    // The two last bits of DS, which are ECN's, and the first eight of a flow label.
    EXPECT_EQ(selector_with("0307 01 00 0020 0000 bb").dscp, Range<std::uint8_t>::only(46));
    EXPECT_EQ(selector_with("0308 01 00 0030 0000 b8 bb").dscp, Range<std::uint8_t>::only(46));
    EXPECT_EQ(selector_with("030a 02 00 0200 0000 ff012345").flow_label,
              Range<std::uint32_t>::only(0x12345));
}

TEST(TrafficSelector, RefusesAnEndWithoutItsStartOrBeforeIt) {
    EXPECT_TRUE(is_malformed("0308 01 00 0100 0000 0001"));
    EXPECT_TRUE(is_malformed("0307 02 00 0001 0000 06"));
    EXPECT_TRUE(is_malformed("030a 01 00 0300 0000 0002 0001"));
    EXPECT_FALSE(is_malformed("030a 01 00 0300 0000 0002 0002"));
    EXPECT_TRUE(is_malformed("030e 01 00 c000 0000 c0000202 c0000201"));
}

TEST(TrafficSelector, IsAsLongAsItsFlagsSay) {
    const std::string whole =
        "c208 0000 c0000200 c00002ff 0016 06";  // as in the sample of the options
    const Bytes body = octets(whole);
    ASSERT_TRUE(TrafficSelector::parse(TrafficSelector::ipv4_format, body));
    for (std::size_t size = 0; size < body.size(); ++size) {
        EXPECT_EQ(TrafficSelector::parse(TrafficSelector::ipv4_format, BytesView(body).first(size)),
                  std::unexpected(ParseError::bad_option))
            << size;
    }
    EXPECT_EQ(TrafficSelector::parse(TrafficSelector::ipv4_format, octets(whole + "00")),
              std::unexpected(ParseError::bad_option));
}

TEST(TrafficSelector, LeavesOutAnEndThatIsTheStart) {
    Bytes written;
    Writer out(written);
    TrafficSelector::parse(TrafficSelector::ipv4_format, octets("0300 0000 0002 0002"))
        ->serialize(out);
    EXPECT_EQ(hex(written), "020000000002");
}

}  // namespace
}  // namespace godwit::wire

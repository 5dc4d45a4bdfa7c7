#include "shared/mobility/flow_selector.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/addresses.hpp"

namespace godwit::mobility {
namespace {

using test::ip;
using wire::NextHeader;
using Ports = wire::Range<std::uint16_t>;

FlowSelector flow(std::string_view text) {
    return FlowSelector::parse(text).value();
}

std::string fault(std::string_view text) {
    const auto parsed = FlowSelector::parse(text);
    return parsed ? "none" : parsed.error();
}

TEST(FlowSelector, NamesAProtocolAndAPort) {
    EXPECT_EQ(flow("udp port 5060"),
              (FlowSelector{.protocol = FlowProtocol::udp, .ports = Ports{5060, 5060}}));
    EXPECT_EQ(flow("udp ports 10000-20000"),
              (FlowSelector{.protocol = FlowProtocol::udp, .ports = Ports{10000, 20000}}));
    EXPECT_EQ(flow("udp port 1-65535").ports, (Ports{1, 65535}));
    EXPECT_EQ(flow("icmp"), (FlowSelector{.protocol = FlowProtocol::icmp}));
    EXPECT_EQ(flow("port 53").protocol, std::nullopt);
    EXPECT_EQ(flow("any"), FlowSelector{});
}

TEST(FlowSelector, NamesTheCorrespondent) {
    EXPECT_EQ(flow("tcp port 22 to 2001:db8::/32").remote, wire::Prefix::parse("2001:db8::/32"));
    EXPECT_EQ(flow("to 2001:db8::1").remote, wire::Prefix::host(ip("2001:db8::1")));
    EXPECT_EQ(flow("to 192.0.2.0/24").remote, wire::Prefix::parse_ipv4("192.0.2.0/24"));
    EXPECT_EQ(flow("to 192.0.2.1").remote, wire::Prefix::parse_ipv4("192.0.2.1/32"));
}

TEST(FlowSelector, TakesItsWordsInAnyOrder) {
    EXPECT_EQ(flow("  dscp 46  to 2001:db8::/32 port 5060 udp "),
              flow("udp port 5060 to 2001:db8::/32 dscp 46"));
    EXPECT_EQ(flow("dscp 0").dscp, 0);
    EXPECT_EQ(flow("dscp 63").dscp, 63);
}

TEST(FlowSelector, WritesWhatItReads) {
    for (const auto* text :
         {"any", "tcp", "udp port 5060", "any ports 10000-20000", "icmp to 192.0.2.0/24",
          "tcp port 22 to 2001:db8::/32 dscp 46", "any dscp 0", "any to ::/0"}) {
        EXPECT_EQ(flow(text).text(), text);
        EXPECT_EQ(flow(flow(text).text()), flow(text));
    }
}

TEST(FlowSelector, SaysWhichWordItDoesNotUnderstand) {
    EXPECT_EQ(fault("udp prot 5060"), "\"prot\" is not understood");
    EXPECT_EQ(fault("UDP"), "\"UDP\" is not understood");
    EXPECT_EQ(fault("udp 5060"), "\"5060\" is not understood");
    EXPECT_EQ(fault("tcp udp"), "\"udp\" is a second protocol");
    EXPECT_EQ(fault("any icmp"), "\"icmp\" is a second protocol");
    EXPECT_EQ(fault("port 1 ports 2-3"), "\"ports\" is there twice");
    EXPECT_EQ(fault("udp port"), "nothing stands behind \"port\"");
    EXPECT_EQ(fault("icmp port 8"), "\"icmp\" has no ports");
    EXPECT_EQ(fault(""), "names no flow");
    EXPECT_EQ(fault("  "), "names no flow");
}

TEST(FlowSelector, RefusesNumbersAndAddressesThatCannotBe) {
    for (const auto* word : {"0", "65536", "-1", "+1", "5060x", "20-10", "0-10", "1-", "-", "sip",
                             "1-2-3", "1-65536"}) {
        EXPECT_EQ(fault("udp port " + std::string(word)),
                  '"' + std::string(word) + "\" is no port or range of ports");
    }
    for (const auto* word : {"64", "256", "-1", "ef"}) {
        EXPECT_EQ(fault("dscp " + std::string(word)),
                  '"' + std::string(word) + "\" is no DSCP from 0 to 63");
    }
    for (const auto* word : {"2001:db8::1/32", "192.0.2.1/24", "example.org",
                             "::ffff:192.0.2.0/120", "2001:db8::/129", "/0"}) {
        EXPECT_EQ(fault("to " + std::string(word)),
                  '"' + std::string(word) + "\" is no address or prefix");
    }
}

TEST(TrafficSelectors, HaveAPortAtTheSourceInOneAndAtTheDestinationInTheOther) {
    const auto selectors = traffic_selectors(flow("udp port 5060"), false);
    ASSERT_EQ(selectors.size(), 2U);
    for (const wire::TrafficSelector& selector : selectors) {
        EXPECT_FALSE(selector.is_ipv4);
        EXPECT_EQ(selector.protocol, wire::Range<NextHeader>::only(NextHeader::udp));
        EXPECT_EQ(selector.destination, std::nullopt);  // the home address goes without saying
    }
    EXPECT_EQ(selectors[0].source_port, (Ports{5060, 5060}));
    EXPECT_EQ(selectors[0].destination_port, std::nullopt);
    EXPECT_EQ(selectors[1].source_port, std::nullopt);
    EXPECT_EQ(selectors[1].destination_port, (Ports{5060, 5060}));
}

TEST(TrafficSelectors, AreOfEachFamilyThatTheFlowMayBeOf) {
    const auto of_both = traffic_selectors(flow("icmp dscp 46"), true);
    ASSERT_EQ(of_both.size(), 2U);
    EXPECT_FALSE(of_both[0].is_ipv4);
    EXPECT_EQ(of_both[0].protocol, wire::Range<NextHeader>::only(NextHeader::icmpv6));
    EXPECT_TRUE(of_both[1].is_ipv4);
    EXPECT_EQ(of_both[1].protocol, wire::Range<NextHeader>::only(NextHeader::icmp));
    EXPECT_EQ(of_both[1].dscp, wire::Range<std::uint8_t>::only(46));
    EXPECT_EQ(traffic_selectors(flow("icmp"), false).size(), 1U);
    EXPECT_EQ(traffic_selectors(flow("tcp port 22"), true).size(), 4U);
}

TEST(TrafficSelectors, HaveTheCorrespondentAsTheSource) {  // RFC 6088 §3.1
    const auto ipv6 = traffic_selectors(flow("tcp to 2001:db8::/33"), true);
    ASSERT_EQ(ipv6.size(), 1U);
    EXPECT_EQ(ipv6[0].source,
              (wire::Range{ip("2001:db8::"), ip("2001:db8:7fff:ffff:ffff:ffff:ffff:ffff")}));
    const auto ipv4 = traffic_selectors(flow("tcp to 192.0.2.0/24"), true);
    ASSERT_EQ(ipv4.size(), 1U);
    EXPECT_TRUE(ipv4[0].is_ipv4);
    EXPECT_EQ(ipv4[0].source, (wire::Range{ip("::ffff:192.0.2.0"), ip("::ffff:192.0.2.255")}));
    EXPECT_TRUE(traffic_selectors(flow("to 192.0.2.1"), false).empty());
}

TEST(TrafficSelectors, SurviveTheWire) {
    for (const auto* text : {"any", "udp ports 10000-20000 to 2001:db8::/32 dscp 46",
                             "tcp port 22 to 192.0.2.0/24", "icmp"}) {
        for (const wire::TrafficSelector& selector : traffic_selectors(flow(text), true)) {
            wire::Bytes written;
            wire::Writer out(written);
            selector.serialize(out);
            EXPECT_EQ(wire::TrafficSelector::parse(selector.format(), written), selector) << text;
        }
    }
}

}  // namespace
}  // namespace godwit::mobility

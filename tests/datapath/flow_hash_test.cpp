#include "shared/datapath/flow_hash.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/datapath/segments.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

using test::Segment;

constexpr std::uint64_t seed = 8290;
const FlowHash at_mobile_node(LookUpBy::inner_source, seed);
const FlowHash at_home_agent(LookUpBy::inner_destination, seed);

std::uint32_t flow_of(const Segment& segment) {
    return at_mobile_node.of(packet(segment)).flow;
}

TEST(FlowHash, IsTheSameForAllPacketsOfAConnection) {
    for (Segment segment : test::every_kind()) {
        const auto flow = flow_of(segment);
        segment.sequence += 5'000;
        segment.flags |= test::field::tcp::psh;
        segment.payload.resize(1'000);
        segment.identification += 1;
        segment.type_of_service = 3;
        segment.flow_label = 5;
        EXPECT_EQ(flow_of(segment), flow);
    }
}

TEST(FlowHash, TellsFlowsApart) {
    std::set<std::uint32_t> flows;
    for (Segment segment : test::every_kind()) {
        flows.insert(flow_of(segment));
        ++segment.source_port;
        flows.insert(flow_of(segment));
    }
    EXPECT_EQ(flows.size(), 8U) << "by version, protocol and port";
    const auto one = test::inner_packet(test::home.address, test::correspondent);
    const auto back = test::inner_packet(test::correspondent, test::home.address);
    EXPECT_NE(at_mobile_node.of(one).flow, at_mobile_node.of(back).flow) << "by addresses";
}

TEST(FlowHash, LooksForPortsBehindExtensionHeaders) {
    Segment segment{.extension_headers = {6, 0, 1, 4, 0, 0, 0, 0}, .first_extension = 60};
    EXPECT_EQ(flow_of(segment), flow_of({}));
    ++segment.source_port;
    EXPECT_NE(flow_of(segment), flow_of({}));
}

TEST(FlowHash, IsTheSameForAllFragmentsOfAPacket) {
    constexpr std::uint16_t more_fragments = 0x2000;
    const Segment first{.is_ipv4 = true, .fragment = more_fragments};
    const Segment last{.is_ipv4 = true, .source_port = 7, .fragment = 100};
    EXPECT_EQ(flow_of(first), flow_of(last));
    EXPECT_NE(flow_of(first), flow_of({.is_ipv4 = true}));
    const wire::Bytes first_header{6, 0, 0, 1, 0, 0, 0, 1};
    const wire::Bytes last_header{6, 0, 4, 0, 0, 0, 0, 1};
    EXPECT_EQ(flow_of({.extension_headers = first_header, .first_extension = 44}),
              flow_of({.source_port = 7, .extension_headers = last_header, .first_extension = 44}));
}

TEST(FlowHash, TakesAnythingForAPacketOfSomeFlow) {
    const wire::Bytes whole = packet(Segment{.is_ipv4 = true, .ipv4_options = {1, 1, 1, 1}});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        static_cast<void>(at_home_agent.of(wire::BytesView(whole).first(size)));
    }
    wire::Bytes too_long_header = whole;
    too_long_header[0] = 0x4f;
    too_long_header.resize(24);
    static_cast<void>(at_home_agent.of(too_long_header));
    EXPECT_EQ(at_home_agent.of({}), FlowIdentity{});
    EXPECT_EQ(at_home_agent.of(wire::Bytes(100, 0x55)), FlowIdentity{});
}

TEST(FlowHash, KnowsAtAHomeAgentWhoseTheFlowIs) {
    const auto host_of = [](const FlowHash& hash, const wire::Ipv6Address& source,
                            const wire::Ipv6Address& destination) {
        return hash.of(test::inner_packet(source, destination)).host;
    };
    const auto& mine = test::home.address;
    const auto& others = test::home_agent.address;
    const auto host = host_of(at_home_agent, test::correspondent, mine);
    EXPECT_EQ(host_of(at_home_agent, others, mine), host);
    EXPECT_NE(host_of(at_home_agent, test::correspondent, others), host);
    EXPECT_EQ(host_of(at_mobile_node, mine, test::correspondent),
              host_of(at_mobile_node, mine, others));
}

TEST(FlowHash, IsAnotherWithEachSeed) {
    const auto octets = packet(Segment{});
    EXPECT_NE(FlowHash(LookUpBy::inner_source, 1).of(octets).flow,
              FlowHash(LookUpBy::inner_source, 2).of(octets).flow);
}

}  // namespace
}  // namespace godwit::datapath

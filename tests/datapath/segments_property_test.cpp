// Dividing and merging are each other's opposite, whatever flows there are: seeded, so that the
// same ones come again.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "tests/datapath/segments.hpp"

namespace godwit::datapath {
namespace {

namespace field = test::field;
using test::Segment;

using Packets = std::vector<wire::Bytes>;
constexpr Offloads both{.tcp = true, .udp = true};

class Flows {
  public:
    explicit Flows(unsigned seed) : random_(seed) {}

    std::size_t up_to(std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most)(random_);
    }
    Segment any() {
        Segment segment{.is_ipv4 = up_to(1) == 0, .is_tcp = up_to(2) != 0};
        segment.payload = test::payload_of(1 + up_to(1'500), static_cast<unsigned>(up_to(255)));
        segment.source_port = static_cast<std::uint16_t>(up_to(3));
        segment.sequence = static_cast<std::uint32_t>(up_to(0xffff'ffff));
        segment.identification = static_cast<std::uint16_t>(up_to(0xffff));
        segment.fragment = up_to(1) == 0 ? field::ipv4::dont_fragment_bit : std::uint16_t{0};
        segment.tcp_options.resize(4 * up_to(10), 1);
        return segment;
    }
    // A few packets, most of which follow the one before; some of them of anything else.
    Packets burst() {
        Packets packets;
        std::vector<Segment> flows;
        for (std::size_t flow = 0; flow <= up_to(5); ++flow) {
            flows.push_back(any());
        }
        for (std::size_t count = 0; count < 40; ++count) {
            Segment& flow = flows[up_to(flows.size() - 1)];
            packets.push_back(packet(flow));
            flow.sequence += static_cast<std::uint32_t>(flow.payload.size());
            ++flow.identification;
            disturb(flow);
            if (up_to(30) == 0) {
                packets.back()[up_to(packets.back().size() - 1)] ^= 0x40;
            }
        }
        return packets;
    }

  private:
    void disturb(Segment& flow) {
        flow.flags = up_to(8) == 0 ? field::tcp::ack | field::tcp::psh : field::tcp::ack;
        switch (up_to(40)) {
            case 0:
                flow.payload.resize(1 + up_to(flow.payload.size()));
                break;
            case 1:
                flow.flags = static_cast<std::uint8_t>(up_to(255));
                break;
            case 2:
                ++flow.sequence;
                break;
            case 3:
                ++flow.identification;
                break;
            case 4:
                ++flow.acknowledgment;
                break;
            default:
                break;
        }
    }

    std::mt19937 random_;
};

Packets divided(const wire::VirtioNetHeader& header, wire::Bytes octets) {
    const auto segmentation = Segmentation::of(header, octets);
    EXPECT_TRUE(segmentation);
    return segmentation ? test::all_of(*segmentation) : Packets{};
}

TEST(DividingAndMerging, GivesTheSamePacketThatWasDivided) {
    Flows flows(6275);
    for (int round = 0; round < 300; ++round) {
        Segment segment = flows.any();
        const std::size_t segment_size = segment.payload.size();
        const std::size_t most = segment.is_tcp ? 30 : 40;
        segment.payload = test::payload_of(segment_size * (2 + flows.up_to(most)) +
                                           flows.up_to(segment_size - 1));
        if (segment.payload.size() + segment.headers() > Coalescer::max_size) {
            segment.payload.resize(Coalescer::max_size - segment.headers());
        }
        if (flows.up_to(1) == 0) {
            segment.flags |= field::tcp::psh;
        }
        const auto header = test::virtio_header(segment, static_cast<std::uint16_t>(segment_size));
        Packets packets = divided(header, unfinished(segment));
        Coalescer coalescer(both);
        for (wire::Bytes& each : packets) {
            coalescer.add(each);
        }
        ASSERT_EQ(coalescer.writes().size(), 1U) << round;
        EXPECT_EQ(coalescer.writes()[0].header, header);
        EXPECT_EQ(test::joined(coalescer.writes()[0]), unfinished(segment));
    }
}

// Addresses, ports, protocol, version; what is too short for them is a flow of its own.
wire::Bytes flow_of(const wire::Bytes& packet) {
    if (packet.size() < 44) {
        return packet;
    }
    const bool is_ipv4 = packet[0] >> 4U == 4;
    const long transport = is_ipv4 ? 20 : 40;
    wire::Bytes flow(packet.begin() + (is_ipv4 ? 12 : 8), packet.begin() + transport + 4);
    flow.push_back(packet[is_ipv4 ? field::ipv4::protocol : field::ipv6::next_header]);
    flow.push_back(packet[0] >> 4U);
    return flow;
}

TEST(MergingAndDividing, GivesThePacketsThatWereMergedInTheOrderOfTheirFlows) {
    Flows flows(2473);
    std::size_t merged = 0;
    for (int round = 0; round < 300; ++round) {
        Packets packets = flows.burst();
        std::map<wire::Bytes, Packets> before;
        for (const wire::Bytes& each : packets) {
            before[flow_of(each)].push_back(each);
        }
        Coalescer coalescer(both);
        for (wire::Bytes& each : packets) {
            coalescer.add(each);
        }
        std::map<wire::Bytes, Packets> afterwards;
        for (const auto& write : coalescer.writes()) {
            merged += write.packets - 1;
            const Packets again = divided(write.header, test::joined(write));
            EXPECT_EQ(again.size(), write.packets);
            for (const wire::Bytes& each : again) {
                afterwards[flow_of(each)].push_back(each);
            }
        }
        ASSERT_EQ(afterwards, before) << round;
    }
    EXPECT_GT(merged, 300U * 40 / 4);  // or nothing has been shown
}

}  // namespace
}  // namespace godwit::datapath

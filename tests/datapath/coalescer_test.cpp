#include "shared/datapath/coalescer.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/datapath/segments.hpp"

namespace godwit::datapath {
namespace {

namespace field = test::field;
using test::every_kind;
using test::payload_of;
using test::Segment;

constexpr Offloads both{.tcp = true, .udp = true};
using Counts = std::vector<std::size_t>;

// Packets at addresses that stay, and what the device would be given of them.
class Batch {
  public:
    explicit Batch(Offloads offloads = both) : coalescer_(offloads) {}
    Batch& add(wire::Bytes octets) {
        packets_.push_back(std::move(octets));
        coalescer_.add(packets_.back());
        return *this;
    }
    Batch& add(const Segment& segment) { return add(packet(segment)); }
    std::span<const Coalescer::Write> writes() { return coalescer_.writes(); }
    Counts counts() {
        Counts counts;
        for (const auto& write : writes()) {
            EXPECT_EQ(write.pieces.size(), write.packets);
            counts.push_back(write.packets);
        }
        return counts;
    }
    void clear() {
        coalescer_.clear();
        packets_.clear();
    }

  private:
    std::deque<wire::Bytes> packets_;
    Coalescer coalescer_;
};

// The one behind it in its flow.
Segment after(Segment segment) {
    segment.sequence += static_cast<std::uint32_t>(segment.payload.size());
    ++segment.identification;
    return segment;
}

Segment with_payload(Segment segment, std::size_t size) {
    segment.payload = payload_of(size);
    return segment;
}

// How many writes two packets make, of which the second is as it should be but for one thing.
std::size_t writes_of(const Segment& first, const Segment& second) {
    return Batch().add(first).add(second).writes().size();
}

TEST(Coalescer, WritesOnePacketAsItIs) {
    for (const Segment& segment : every_kind()) {
        Batch batch;
        batch.add(segment);
        ASSERT_EQ(batch.counts(), Counts{1});
        EXPECT_EQ(batch.writes()[0].header, wire::VirtioNetHeader{});
        EXPECT_EQ(test::joined(batch.writes()[0]), packet(segment));
    }
}

TEST(Coalescer, MergesWhatFollowsEachOther) {
    for (const Segment& first : every_kind()) {
        const Segment second = after(first);
        const Segment third = with_payload(after(second), 60);
        Batch batch;
        batch.add(first).add(second).add(third);
        ASSERT_EQ(batch.counts(), Counts{3});
        Segment whole = first;
        for (const auto* part : {&second, &third}) {
            whole.payload.insert(whole.payload.end(), part->payload.begin(), part->payload.end());
        }
        EXPECT_EQ(batch.writes()[0].header, test::virtio_header(first, 100));
        EXPECT_EQ(test::joined(batch.writes()[0]), test::unfinished(whole));
    }
}

TEST(Coalescer, LeavesPayloadsWhereTheyLie) {
    wire::Bytes first = packet(Segment{});
    wire::Bytes second = packet(after(Segment{}));
    Coalescer coalescer(both);
    coalescer.add(first);
    coalescer.add(second);
    const auto writes = coalescer.writes();
    ASSERT_EQ(writes.size(), 1U);
    EXPECT_EQ(writes[0].pieces[0].data(), first.data());
    EXPECT_EQ(writes[0].pieces[1].data(), second.data() + Segment{}.headers());
}

TEST(Coalescer, SaysTheSameHoweverOftenItIsAsked) {
    Batch batch;
    batch.add(Segment{}).add(after(Segment{}));
    const auto before = test::joined(batch.writes()[0]);
    EXPECT_EQ(test::joined(batch.writes()[0]), before);
    EXPECT_EQ(batch.writes().size(), 1U);
}

TEST(Coalescer, BeginsAnewOnceCleared) {
    Batch batch;
    batch.add(Segment{});
    EXPECT_EQ(batch.counts(), Counts{1});
    const auto* where = batch.writes().data();
    batch.clear();
    EXPECT_TRUE(batch.writes().empty());
    batch.add(after(Segment{}));
    EXPECT_EQ(batch.counts(), Counts{1});
    EXPECT_EQ(batch.writes().data(), where);  // what was allocated has been kept
}

TEST(Coalescer, MergesOnlyWhatTheDeviceTakes) {
    const Segment tcp;
    const Segment udp{.is_tcp = false};
    for (const bool takes : {true, false}) {
        Batch batch({.tcp = takes, .udp = !takes});
        batch.add(tcp).add(after(tcp)).add(udp).add(after(udp));
        EXPECT_EQ(batch.counts(), takes ? (Counts{2, 1, 1}) : (Counts{1, 1, 2}));
    }
}

TEST(Coalescer, MergesFlowsThatInterleave) {
    std::vector<Segment> flows = every_kind();
    while (flows.size() < Coalescer::max_open_flows) {
        Segment another = flows[flows.size() - 4];
        another.source_port = static_cast<std::uint16_t>(another.source_port + 1);
        flows.push_back(another);
    }
    Batch batch;
    for (int round = 0; round < 5; ++round) {
        for (Segment& flow : flows) {
            batch.add(flow);
            flow = after(flow);
        }
    }
    EXPECT_EQ(batch.counts(), Counts(Coalescer::max_open_flows, 5));
}

TEST(Coalescer, GivesTheOldestFlowUpForOneTooMany) {
    Batch batch;
    std::vector<Segment> flows(Coalescer::max_open_flows + 1);
    std::uint16_t port = 2000;
    for (Segment& flow : flows) {
        flow.source_port = port++;
        batch.add(flow);
    }
    batch.add(after(flows.back())).add(after(flows.front()));
    Counts expected(flows.size() - 1, 1);
    expected.insert(expected.end(), {2, 1});
    EXPECT_EQ(batch.counts(), expected);
}

TEST(Coalescer, EndsAWriteWithAShorterPacket) {
    for (const Segment& first : every_kind()) {
        const Segment shorter = with_payload(after(first), 99);
        Batch batch;
        batch.add(first).add(shorter).add(after(shorter)).add(after(after(shorter)));
        EXPECT_EQ(batch.counts(), (Counts{2, 2}));
        EXPECT_EQ(writes_of(first, with_payload(after(first), 101)), 2U);  // nor with a longer one
    }
}

TEST(Coalescer, EndsAWriteWithAPush) {
    Segment pushed = after(Segment{});
    pushed.flags |= field::tcp::psh;
    Segment behind = after(pushed);
    behind.flags = field::tcp::ack;
    Batch batch;
    batch.add(Segment{}).add(pushed).add(behind).add(after(behind));
    ASSERT_EQ(batch.counts(), (Counts{2, 2}));
    const unsigned flags = test::joined(batch.writes()[0])[40 + field::tcp::flags];
    EXPECT_EQ(flags, field::tcp::ack | field::tcp::psh);
    EXPECT_EQ(writes_of(pushed, behind), 2U);  // nor is anything merged with one that begins so
}

TEST(Coalescer, IsWithinTheLengthOfAnIpPacket) {
    for (Segment segment : every_kind()) {
        segment = with_payload(segment, 1400);
        Batch batch;
        for (int packets = 0; packets < 60; ++packets) {
            batch.add(segment);
            segment = after(segment);
        }
        const std::size_t most = (Coalescer::max_size - segment.headers()) / 1400;
        EXPECT_EQ(batch.counts(), (Counts{most, 60 - most}));
        EXPECT_LE(test::joined(batch.writes()[0]).size(), Coalescer::max_size);
    }
}

TEST(Coalescer, KeepsWithinTheKernelsNumbersOfPieces) {
    for (Segment segment : every_kind()) {
        const std::size_t most =
            segment.is_tcp ? Coalescer::max_tcp_segments : Coalescer::max_udp_segments;
        segment = with_payload(segment, 1);
        Batch batch;
        for (std::size_t packets = 0; packets < most + 2; ++packets) {
            batch.add(segment);
            segment = after(segment);
        }
        EXPECT_EQ(batch.counts(), (Counts{most, 2}));
    }
}

TEST(Coalescer, MergesOnlyTheSameHeaders) {
    const std::vector<std::pair<std::string, std::function<void(Segment&)>>> differences{
        {"source port", [](Segment& it) { ++it.source_port; }},
        {"acknowledgment", [](Segment& it) { ++it.acknowledgment; }},
        {"window", [](Segment& it) { ++it.window; }},  // as Linux compares them
        {"urgent pointer", [](Segment& it) { ++it.urgent_pointer; }},
        {"option", [](Segment& it) { ++it.tcp_options.back(); }},
        {"number of options", [](Segment& it) { it.tcp_options.resize(16, 1); }},
        {"no options", [](Segment& it) { it.tcp_options.clear(); }},
        {"type of service", [](Segment& it) { it.type_of_service = 1; }},
        {"hop limit", [](Segment& it) { --it.hop_limit; }},
        {"flow label", [](Segment& it) { it.flow_label = 1; }},
        {"gap", [](Segment& it) { ++it.sequence; }},
        {"overlap", [](Segment& it) { --it.sequence; }},
        {"once more", [](Segment& it) { it.sequence = Segment{}.sequence; }},
        {"no payload", [](Segment& it) { it.payload.clear(); }},
    };
    EXPECT_EQ(writes_of({}, after(Segment{})), 1U);
    for (const auto& [what, change] : differences) {
        Segment second = after(Segment{});
        change(second);
        EXPECT_EQ(writes_of({}, second), 2U) << what;
    }
}

TEST(Coalescer, MergesNoFlagsButAck) {
    for (unsigned flags = 0; flags < 256; ++flags) {
        Segment second = after(Segment{});
        second.flags = static_cast<std::uint8_t>(flags);
        const bool is_merged = (flags & ~unsigned{field::tcp::psh}) == field::tcp::ack;
        EXPECT_EQ(writes_of({}, second), is_merged ? 1U : 2U) << flags;
        Segment first;
        first.flags = second.flags;
        EXPECT_EQ(writes_of(first, after(Segment{})), flags == field::tcp::ack ? 1U : 2U) << flags;
    }
}

TEST(Coalescer, LetsNoPacketOfAFlowOvertakeAnother) {
    for (const std::uint8_t flag : {field::tcp::syn, field::tcp::rst, field::tcp::fin}) {
        const Segment first;
        Segment other = after(first);
        other.flags |= flag;
        Batch batch;
        batch.add(first).add(other).add(after(first)).add(after(after(first)));
        EXPECT_EQ(batch.counts(), (Counts{1, 1, 2}));
    }
    const Segment first;
    const Segment second = after(first);
    Batch out_of_order;
    out_of_order.add(first).add(after(second)).add(second);
    EXPECT_EQ(out_of_order.counts(), (Counts{1, 1, 1}));
}

TEST(Coalescer, LetsNothingOvertakeFragmentsBetweenTheSameAddresses) {
    const Segment udp{.is_ipv4 = true, .is_tcp = false};
    Segment fragment = after(udp);
    fragment.fragment = 0x0001;
    Batch batch;
    batch.add(udp).add(fragment).add(after(udp)).add(after(after(udp)));
    EXPECT_EQ(batch.counts(), (Counts{1, 1, 2}));
}

TEST(Coalescer, MergesNeitherOptionsNorExtensionHeadersNorFragments) {
    const std::vector<Segment> plain{
        {.is_ipv4 = true, .ipv4_options = {1, 1, 1, 0}},
        {.is_ipv4 = true, .fragment = 0x2000},
        {.is_ipv4 = true, .fragment = 0x8000},
        {.extension_headers = {6, 0, 1, 4, 0, 0, 0, 0}, .first_extension = 60},
        {.extension_headers = {6, 0, 0, 1, 0, 0, 0, 1}, .first_extension = 44},
    };
    for (const Segment& segment : plain) {
        EXPECT_EQ(writes_of(segment, after(segment)), 2U);
    }
}

TEST(Coalescer, MergesIdentificationsThatGoUp) {
    for (const std::uint16_t fragment : {std::uint16_t{0}, field::ipv4::dont_fragment_bit}) {
        Segment first{.is_ipv4 = true, .fragment = fragment};
        first.identification = 0xffff;
        EXPECT_EQ(writes_of(first, after(first)), 1U);
        Segment jump = after(first);
        ++jump.identification;
        EXPECT_EQ(writes_of(first, jump), 2U);
        Segment other_bit = after(first);
        other_bit.fragment ^= field::ipv4::dont_fragment_bit;
        EXPECT_EQ(writes_of(first, other_bit), 2U);
    }
}

TEST(Coalescer, MergesOneIdentificationOnlyWhereItMeansNothing) {  // RFC 6864 §4.1
    Segment first{.is_ipv4 = true};
    Segment second = after(first);
    Segment third = after(second);
    second.identification = first.identification;
    third.identification = first.identification;
    EXPECT_EQ(Batch().add(first).add(second).add(third).counts(), Counts{3});
    ++third.identification;
    EXPECT_EQ(Batch().add(first).add(second).add(third).counts(), (Counts{2, 1}));
    first.fragment = 0;
    second.fragment = 0;
    EXPECT_EQ(writes_of(first, second), 2U);
}

TEST(Coalescer, LeavesWhatIsCorruptCorruptAndAlone) {
    for (const Segment& segment : every_kind()) {
        for (std::size_t at = 0; at < packet(segment).size(); ++at) {
            wire::Bytes corrupt = packet(after(segment));
            corrupt[at] ^= 0x10;
            const wire::Bytes before = corrupt;
            Batch second;
            second.add(segment).add(corrupt);
            ASSERT_EQ(second.counts(), (Counts{1, 1})) << at;
            EXPECT_EQ(test::joined(second.writes()[1]), before);
            Batch first;
            first.add(corrupt).add(after(after(segment)));
            ASSERT_EQ(first.counts(), (Counts{1, 1})) << at;
            EXPECT_EQ(test::joined(first.writes()[0]), before);
        }
    }
}

TEST(Coalescer, MergesNoUdpWithoutAChecksum) {
    const Segment segment{.is_ipv4 = true, .is_tcp = false};
    wire::Bytes without = packet(after(segment));
    field::put_word(without, 20 + field::udp::checksum, 0);
    EXPECT_EQ(Batch().add(segment).add(without).counts(), (Counts{1, 1}));
    EXPECT_EQ(Batch().add(without).add(after(after(segment))).counts(), (Counts{1, 1}));
}

TEST(Coalescer, TakesOctetsOfEveryLength) {
    for (const Segment& segment : every_kind()) {
        const wire::Bytes whole = packet(after(segment));
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const wire::Bytes cut{whole.begin(), whole.begin() + static_cast<long>(size)};
            Batch batch;
            batch.add(segment).add(cut);
            ASSERT_EQ(batch.counts(), (Counts{1, 1})) << size;
            EXPECT_EQ(test::joined(batch.writes()[1]), cut);
        }
        wire::Bytes padded = whole;
        padded.push_back(0);
        EXPECT_EQ(Batch().add(segment).add(padded).counts(), (Counts{1, 1}));
    }
}

}  // namespace
}  // namespace godwit::datapath

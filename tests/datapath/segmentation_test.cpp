#include "shared/datapath/segmentation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include "tests/datapath/segments.hpp"

namespace godwit::datapath {
namespace {

namespace field = test::field;
using test::all_of;
using test::every_kind;
using test::payload_of;
using test::Segment;
using test::unfinished;
using test::virtio_header;
using Packets = std::vector<wire::Bytes>;
using Words = std::initializer_list<std::uint16_t>;
using Kind = wire::VirtioNetHeader::Segmentation;

// Whole segments of these octets of payload, as Segment describes the first of them.
Packets expected(Segment segment, std::size_t segment_size) {
    const wire::Bytes whole = segment.payload;
    const auto flags = segment.flags;
    Packets segments;
    for (std::size_t at = 0; at < whole.size(); at += segment_size) {
        const std::size_t end = std::min(at + segment_size, whole.size());
        segment.payload.assign(whole.begin() + static_cast<long>(at),
                               whole.begin() + static_cast<long>(end));
        segment.flags = flags;
        if (end < whole.size()) {
            segment.flags &= static_cast<std::uint8_t>(~(field::tcp::psh | field::tcp::fin));
        }
        if (at > 0) {
            segment.flags &= static_cast<std::uint8_t>(~field::tcp::cwr);
        }
        segments.push_back(packet(segment));
        segment.sequence += static_cast<std::uint32_t>(segment_size);
        ++segment.identification;
    }
    return segments;
}

Packets divided(const wire::VirtioNetHeader& header, wire::Bytes packet) {
    const auto segmentation = Segmentation::of(header, packet);
    EXPECT_TRUE(segmentation) << name(segmentation.error());
    return segmentation ? all_of(*segmentation) : Packets{};
}

Packets divided(const Segment& segment, std::uint16_t segment_size) {
    return divided(virtio_header(segment, segment_size), unfinished(segment));
}

void expect_malformed(const wire::VirtioNetHeader& header, wire::Bytes packet) {
    EXPECT_EQ(Segmentation::of(header, packet).error(), DropReason::malformed);
}

TEST(Segmentation, LeavesAPacketThatIsReadyAlone) {
    for (const Segment& segment : every_kind()) {
        const wire::Bytes before = packet(segment);
        wire::Bytes octets = before;
        const auto segmentation = Segmentation::of({}, octets);
        ASSERT_TRUE(segmentation);
        EXPECT_TRUE(segmentation->is_whole());
        EXPECT_EQ(all_of(*segmentation), Packets{before});
        EXPECT_EQ(octets, before);
    }
}

TEST(Segmentation, CompletesTheChecksumOfOnePacketWhereItLies) {
    for (const Segment& segment : every_kind()) {
        wire::Bytes octets = unfinished(segment);
        wire::VirtioNetHeader header = virtio_header(segment, 0);
        header.segmentation = Kind::none;
        ASSERT_TRUE(Segmentation::of(header, octets)->is_whole());
        EXPECT_EQ(octets, packet(segment));
    }
}

TEST(Segmentation, LeavesPaddingOutOfTheChecksum) {
    wire::Bytes octets = unfinished(Segment{});
    const std::size_t size = octets.size();
    octets.insert(octets.end(), 8, 0xee);
    wire::VirtioNetHeader header = virtio_header({}, 0);
    header.segmentation = Kind::none;
    ASSERT_TRUE(Segmentation::of(header, octets));
    EXPECT_TRUE(std::ranges::equal(wire::BytesView(octets).first(size), packet(Segment{})));
}

TEST(Segmentation, WritesNoChecksumOfZeroIntoUdp) {  // RFC 768: it would mean that there is none
    Segment segment{.is_ipv4 = true, .is_tcp = false, .payload = {0, 0, 0, 0}};
    const wire::Bytes without = packet(segment);
    segment.payload = {without[26], without[27], 0, 0};  // the sum is all ones now
    const wire::Bytes octets = packet(segment);
    ASSERT_EQ(field::word_at(octets, 26), 0xffff);
    wire::VirtioNetHeader header = virtio_header(segment, 0);
    header.segmentation = Kind::none;
    EXPECT_EQ(divided(header, unfinished(segment)), Packets{octets});
    segment.payload.insert(segment.payload.end(), {1, 2});
    EXPECT_EQ(divided(segment, 4), expected(segment, 4));
    EXPECT_EQ(divided(segment, 4).front(), octets);
}

TEST(Segmentation, DividesIntoPacketsThatAreRightByThemselves) {
    for (Segment segment : every_kind()) {
        segment.payload = payload_of(3'000);
        segment.flags = field::tcp::ack | field::tcp::psh | field::tcp::fin | field::tcp::cwr;
        for (const std::uint16_t size : Words{1, 7, 1000, 1348, 2'999}) {
            EXPECT_EQ(divided(segment, size), expected(segment, size)) << size;
        }
    }
}

TEST(Segmentation, IsOnePacketIfThePayloadIsNoLongerThanASegment) {
    for (const Segment& segment : every_kind()) {
        for (const std::uint16_t size : Words{100, 101, 65'535}) {
            EXPECT_EQ(divided(segment, size), Packets{packet(segment)});
        }
        EXPECT_EQ(divided(segment, 99).size(), 2U);
    }
}

TEST(Segmentation, TakesTheLongestPacketsThereAre) {
    for (Segment segment : every_kind()) {
        const std::size_t longest = segment.is_ipv4 ? 65'535 : 65'535 + 40;
        segment.payload = payload_of(longest - segment.headers());
        EXPECT_EQ(divided(segment, 1348), expected(segment, 1348));
    }
}

TEST(Segmentation, CountsSequenceNumbersAndIdentificationsRoundTheirEnd) {
    const Segment segment{.is_ipv4 = true,
                          .payload = payload_of(1000),
                          .sequence = 0xffff'ff00,
                          .identification = 0xfffe};
    EXPECT_EQ(divided(segment, 200), expected(segment, 200));
}

TEST(Segmentation, MovesTheUrgentPointerAlong) {
    const Segment segment{.payload = payload_of(300),
                          .flags = field::tcp::ack | field::tcp::urg,
                          .urgent_pointer = 150};
    std::vector<std::pair<bool, unsigned>> urgent;
    for (const wire::Bytes& each : divided(segment, 100)) {
        urgent.emplace_back((each[40 + field::tcp::flags] & field::tcp::urg) != 0,
                            field::word_at(each, 40 + field::tcp::urgent_pointer));
    }
    EXPECT_EQ(urgent,
              (std::vector<std::pair<bool, unsigned>>{{true, 150}, {true, 50}, {false, 0}}));
}

TEST(Segmentation, BelievesNoHeaderLength) {  // that of forwarded packets is wrong
    for (Segment segment : every_kind()) {
        segment.payload = payload_of(3000);
        wire::VirtioNetHeader header = virtio_header(segment, 1000);
        for (const std::uint16_t length : Words{0, 1, 20, 3000, 65'535}) {
            header.header_length = length;
            EXPECT_EQ(divided(header, unfinished(segment)), expected(segment, 1000)) << length;
        }
    }
}

TEST(Segmentation, NeedsNoSumInTheFieldWhereTheAddressesAreKnown) {
    const Segment segment{.payload = payload_of(300)};
    wire::VirtioNetHeader header = virtio_header(segment, 100);
    header.needs_checksum = false;
    EXPECT_EQ(divided(header, unfinished(segment)), expected(segment, 100));
}

TEST(Segmentation, RepeatsIpv4Options) {
    for (const bool is_tcp : {true, false}) {
        const Segment segment{.is_ipv4 = true,
                              .is_tcp = is_tcp,
                              .payload = payload_of(300),
                              .ipv4_options = {7, 7, 4, 0, 0, 0, 0, 0}};
        EXPECT_EQ(divided(segment, 128), expected(segment, 128));
    }
}

TEST(Segmentation, RepeatsExtensionHeaders) {
    const Segment segment{.payload = payload_of(300),
                          .extension_headers = {60, 0, 1, 4, 0, 0, 0, 0, 6, 0, 1, 4, 0, 0, 0, 0},
                          .first_extension = 0};
    EXPECT_EQ(divided(segment, 128), expected(segment, 128));
}

TEST(Segmentation, KeepsTheAddressesThatTheSumInTheFieldIsOf) {  // RFC 8200 §8.1
    wire::Bytes routing{6, 2, 2, 1, 0, 0, 0, 0};
    routing.resize(24, 0x33);
    const Segment segment{
        .payload = payload_of(300), .extension_headers = routing, .first_extension = 43};
    wire::Bytes octets = unfinished(segment);
    const std::size_t at = segment.transport() + field::tcp::checksum;
    constexpr unsigned more = 0x0123;
    field::put_word(octets, at, field::word_at(octets, at) + more);  // as if of another address
    const auto segments = divided(virtio_header(segment, 128), octets);
    ASSERT_EQ(segments.size(), 3U);
    for (std::size_t index = 0; index < 3; ++index) {
        wire::InternetSum sum;
        sum.add_number(field::word_at(segments[index], at));
        sum.add_number(more);
        EXPECT_EQ(sum.folded(), field::word_at(expected(segment, 128)[index], at));
    }
    wire::VirtioNetHeader header = virtio_header(segment, 128);
    header.needs_checksum = false;
    expect_malformed(header, octets);
}

TEST(SegmentationOfForgedHeaders, RefusesAChecksumThatIsNotInThePacket) {
    const Segment segment;
    const wire::Bytes octets = unfinished(segment);
    wire::VirtioNetHeader header{.needs_checksum = true};
    for (const std::uint16_t start : Words{0, 39, 159, 160, 171, 172, 65'535}) {
        for (const std::uint16_t offset : Words{0, 16, 17, 65'534, 65'535}) {
            header.checksum_start = start;
            header.checksum_offset = offset;
            if (start >= 40 && offset % 2 == 0 && start + offset + 2U <= octets.size()) {
                continue;
            }
            expect_malformed(header, octets);
        }
    }
}

TEST(SegmentationOfForgedHeaders, RefusesASegmentSizeOfZero) {
    for (const Segment& segment : every_kind()) {
        expect_malformed(virtio_header(segment, 0), unfinished(segment));
    }
}

TEST(SegmentationOfForgedHeaders, RefusesAnotherTransportThanThePacketHas) {
    const auto all = every_kind();
    for (const Segment& claimed : all) {
        for (const Segment& segment : all) {
            const bool is_same = claimed.is_tcp == segment.is_tcp &&
                                 (claimed.is_ipv4 == segment.is_ipv4 || !claimed.is_tcp);
            wire::VirtioNetHeader header = virtio_header(segment, 10);
            header.segmentation = virtio_header(claimed, 10).segmentation;
            if (!is_same) {
                expect_malformed(header, unfinished(segment));
            }
        }
    }
}

TEST(SegmentationOfForgedHeaders, RefusesAChecksumThatIsNotTheTransportHeaders) {
    for (const Segment& segment : every_kind()) {
        for (const int by : {-20, -1, 1, 4}) {
            wire::VirtioNetHeader header = virtio_header(segment, 10);
            header.checksum_start = static_cast<std::uint16_t>(header.checksum_start + by);
            expect_malformed(header, unfinished(segment));
            header = virtio_header(segment, 10);
            header.checksum_offset = static_cast<std::uint16_t>(header.checksum_offset + by);
            expect_malformed(header, unfinished(segment));
        }
    }
}

TEST(SegmentationOfForgedPackets, RefusesEveryTruncation) {
    for (Segment segment : every_kind()) {
        segment.payload = payload_of(30);
        const wire::Bytes octets = unfinished(segment);
        for (std::size_t size = 0; size < octets.size(); ++size) {
            expect_malformed(virtio_header(segment, 10),
                             {octets.begin(), octets.begin() + static_cast<long>(size)});
        }
    }
}

TEST(SegmentationOfForgedPackets, RefusesWhatIsNotIp) {
    wire::Bytes octets = unfinished({});
    octets[0] = 0x50;
    EXPECT_EQ(Segmentation::of(virtio_header({}, 10), octets).error(), DropReason::not_ip);
}

TEST(SegmentationOfForgedPackets, RefusesFragments) {
    for (const std::uint16_t fragment : Words{0x2000, 0x0001, 0x1fff}) {
        const Segment segment{.is_ipv4 = true, .fragment = fragment};
        expect_malformed(virtio_header(segment, 10), unfinished(segment));
    }
    const Segment first{.extension_headers = {6, 0, 0, 1, 0, 0, 0, 1}, .first_extension = 44};
    expect_malformed(virtio_header(first, 10), unfinished(first));
}

TEST(SegmentationOfForgedPackets, RefusesJumbograms) {  // RFC 2675: a length of 0
    for (const Segment& segment : every_kind()) {
        wire::Bytes octets = unfinished(segment);
        field::put_word(octets, segment.is_ipv4 ? 2 : 4, 0);
        expect_malformed(virtio_header(segment, 10), octets);
    }
}

TEST(SegmentationOfForgedPackets, RefusesLengthsThatContradictEachOther) {
    const Segment tcp;
    for (const unsigned data_offset : {0U, 4U, 15U}) {
        wire::Bytes octets = unfinished({.payload = payload_of(20)});
        octets[tcp.transport() + field::tcp::data_offset] =
            static_cast<std::uint8_t>(data_offset << 4U);
        expect_malformed(virtio_header(tcp, 10), octets);
    }
    const Segment udp{.is_tcp = false};
    for (const std::size_t length : {0U, 7U, 107U, 109U}) {
        wire::Bytes octets = unfinished(udp);
        field::put_word(octets, udp.transport() + field::udp::length, length);
        expect_malformed(virtio_header(udp, 10), octets);
    }
    wire::Bytes short_header = unfinished({.is_ipv4 = true});
    short_header[0] = 0x44;
    expect_malformed(virtio_header({.is_ipv4 = true}, 10), short_header);
}

TEST(SegmentationOfForgedPackets, RepeatsNeitherSynNorRst) {
    for (const std::uint8_t flag : {field::tcp::syn, field::tcp::rst}) {
        const Segment segment{.flags = flag};
        expect_malformed(virtio_header(segment, 10), unfinished(segment));
        EXPECT_EQ(divided(segment, 100).size(), 1U);
    }
}

}  // namespace
}  // namespace godwit::datapath

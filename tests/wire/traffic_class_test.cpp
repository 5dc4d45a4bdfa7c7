#include "shared/wire/traffic_class.hpp"

#include <gtest/gtest.h>

#include <array>

#include "shared/wire/checksum.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::wire {
namespace {

constexpr std::array every_ecn{Ecn::not_ect, Ecn::ect_0, Ecn::ect_1, Ecn::ce};
constexpr std::uint8_t expedited = 0xb8;  // DSCP 46

std::uint8_t with(Ecn ecn, std::uint8_t dscp = expedited) {
    return static_cast<std::uint8_t>(dscp | static_cast<unsigned>(ecn));
}

Bytes ipv6(std::uint8_t traffic_class) {
    Bytes packet(48, 0x5a);
    Ipv6Header{.traffic_class = traffic_class,
               .flow_label = 0xfedcb,
               .payload_length = 8,
               .source = test::ip("2001:db8::1"),
               .destination = test::ip("2001:db8::2")}
        .write(std::span(packet).first<Ipv6Header::size>());
    return packet;
}

// With every identification the checksum is another one.
Bytes ipv4(std::uint8_t traffic_class, std::uint16_t identification = 1) {
    Bytes packet(28, 0x5a);
    Ipv4Header{.type_of_service = traffic_class,
               .total_length = 28,
               .identification = identification,
               .source = {{192, 0, 2, 1}},
               .destination = {{192, 0, 2, 2}}}
        .write(std::span(packet).first<Ipv4Header::size>());
    return packet;
}

TEST(TrafficClass, IsReadFromEitherHeader) {
    for (unsigned value = 0; value < 256; ++value) {
        const auto traffic_class = static_cast<std::uint8_t>(value);
        EXPECT_EQ(traffic_class_of(ipv6(traffic_class)), traffic_class);
        EXPECT_EQ(traffic_class_of(ipv4(traffic_class)), traffic_class);
    }
}

TEST(TrafficClass, IsOfAWholeHeaderOnly) {
    EXPECT_EQ(traffic_class_of({}), std::nullopt);
    EXPECT_EQ(traffic_class_of(BytesView(ipv6(0)).first(39)), std::nullopt);
    EXPECT_EQ(traffic_class_of(BytesView(ipv4(0)).first(19)), std::nullopt);
    EXPECT_EQ(traffic_class_of(Bytes(60, 0x55)), std::nullopt) << "neither version";
}

TEST(Congestion, MarksWhatUnderstandsItAndNothingElse) {  // RFC 3168 §5
    for (const Ecn ecn : every_ecn) {
        Bytes packet = ipv6(with(ecn));
        const bool understands = ecn != Ecn::not_ect;
        EXPECT_EQ(mark_congestion(packet), understands);
        EXPECT_EQ(packet, ipv6(with(understands ? Ecn::ce : ecn)));
    }
}

TEST(Congestion, KeepsTheChecksumOfIpv4Right) {  // RFC 1624
    for (unsigned identification = 0; identification < 65'536; identification += 7) {
        const auto number = static_cast<std::uint16_t>(identification);
        for (const Ecn ecn : {Ecn::ect_0, Ecn::ect_1, Ecn::ce}) {
            Bytes packet = ipv4(with(ecn), number);
            ASSERT_TRUE(mark_congestion(packet));
            ASSERT_EQ(packet, ipv4(with(Ecn::ce), number));
        }
    }
    Bytes deaf = ipv4(with(Ecn::not_ect));
    EXPECT_FALSE(mark_congestion(deaf));
    EXPECT_EQ(deaf, ipv4(with(Ecn::not_ect)));
}

TEST(OuterTrafficClass, HasTheInnerEcnWhateverItIs) {  // RFC 6040 §4.1
    for (const Ecn ecn : every_ecn) {
        EXPECT_EQ(outer_traffic_class(with(ecn), OuterDscp::zero), with(ecn, 0));
        EXPECT_EQ(outer_traffic_class(with(ecn), OuterDscp::copied), with(ecn));
    }
}

// RFC 6040 §4.2, Figure 4, row by row; the columns in the order of every_ecn.
struct Row {
    Ecn inner;
    std::array<std::optional<Ecn>, 4> by_outer;
};
constexpr std::optional<Ecn> dropped = std::nullopt;
constexpr std::array figure_4{
    Row{Ecn::not_ect, {Ecn::not_ect, Ecn::not_ect, Ecn::not_ect, dropped}},
    Row{Ecn::ect_0, {Ecn::ect_0, Ecn::ect_0, Ecn::ect_1, Ecn::ce}},
    Row{Ecn::ect_1, {Ecn::ect_1, Ecn::ect_1, Ecn::ect_1, Ecn::ce}},
    Row{Ecn::ce, {Ecn::ce, Ecn::ce, Ecn::ce, Ecn::ce}},
};

TEST(DecapsulatedEcn, IsWhatTheFigureSaysOfAll16) {
    for (const Row& row : figure_4) {
        for (std::size_t outer = 0; outer < every_ecn.size(); ++outer) {
            EXPECT_EQ(decapsulated(row.inner, every_ecn.at(outer)), row.by_outer.at(outer))
                << static_cast<int>(row.inner) << ' ' << static_cast<int>(every_ecn.at(outer));
        }
    }
}

TEST(DecapsulatedEcn, IsPutIntoEitherHeaderWhoseDscpAndChecksumStayRight) {
    for (const Row& row : figure_4) {
        for (std::size_t outer = 0; outer < every_ecn.size(); ++outer) {
            const auto wanted = row.by_outer.at(outer);
            for (const auto& packet_of : {ipv6, +[](std::uint8_t value) { return ipv4(value); }}) {
                Bytes packet = packet_of(with(row.inner));
                EXPECT_EQ(decapsulate_ecn(packet, every_ecn.at(outer)), wanted.has_value());
                EXPECT_EQ(packet, packet_of(with(wanted.value_or(row.inner))));
            }
        }
    }
}

TEST(DecapsulatedEcn, DropsNothingForWhatIsNoPacket) {
    Bytes octets(19, 0x40);
    EXPECT_TRUE(decapsulate_ecn(octets, Ecn::ce));
    EXPECT_TRUE(decapsulate_ecn({}, Ecn::ce));
    EXPECT_EQ(octets, Bytes(19, 0x40));
}

TEST(Congestion, LeavesAloneWhatIsNoPacket) {
    for (std::size_t size = 0; size < Ipv4Header::size; ++size) {
        for (const unsigned version : {4U, 5U, 6U}) {
            Bytes octets(size, static_cast<std::uint8_t>(version << 4U | 0xfU));
            const Bytes before = octets;
            EXPECT_FALSE(mark_congestion(octets)) << version << ' ' << size;
            EXPECT_EQ(octets, before);
        }
    }
}

}  // namespace
}  // namespace godwit::wire

// The mobility options: which octets each has, which lengths, and where it is put. RFC 6275 §6.2.4
// to §6.2.7, RFC 3963 §4.3, RFC 4283, 4285, 5094, 5096, 5555, 5648, 5847, 6089.

#include <algorithm>
#include <string>

#include "shared/wire/mobility_options.hpp"
#include "tests/conformance/octets.hpp"
#include "tests/conformance/rule.hpp"

namespace godwit::conformance {
namespace {

using wire::MobilityOption;
using wire::MobilityOptions;

struct Known {
    std::string name;
    std::string rule;
    std::string length_rule;
    std::string alignment_rule;
    const char* octets;
    MobilityOption option;
    std::vector<std::size_t> lengths;  // of the body, octets; none: any
    std::size_t multiple = 1;          // of its type octet's place in the header
    std::size_t offset = 0;
};

const wire::Ipv4Address ipv4 = wire::Ipv4Address::parse("192.0.2.7").value();
const Ipv6Address address = ip("2001:db8:a::2");

std::vector<std::size_t> even(std::size_t least) {
    std::vector<std::size_t> lengths;
    for (std::size_t length = least; length < 256; length += 2) {
        lengths.push_back(length);
    }
    return lengths;
}
std::vector<std::size_t> at_least(std::size_t least) {
    std::vector<std::size_t> lengths;
    for (std::size_t length = least; length < 256; ++length) {
        lengths.push_back(length);
    }
    return lengths;
}

const std::array known_options{
    Known{"RefreshAdvice",
          "type 2: an interval in units of 4 s",
          "has length 2",
          "at 2n",
          "0202 000c",
          wire::BindingRefreshAdvice{wire::Lifetime(12)},
          {2},
          2,
          0},
    Known{"AlternateCareOfAddress",
          "type 3: an address",
          "has length 16",
          "at 8n+6",
          "0310 20010db8000a00000000000000000002",
          wire::AlternateCareOfAddress{{address}},
          {16},
          8,
          6},
    Known{"NonceIndices",
          "type 4: home and care-of nonce index",
          "has length 4",
          "at 2n",
          "0404 0001 0002",
          wire::NonceIndices{.home = 1, .care_of = 2},
          {4},
          2,
          0},
    Known{"AuthorizationData",
          "type 5: 96 bits of authenticator",
          "has length 12",
          "at 8n+2, so that it ends the header",
          "050c 0102030405060708090a0b0c",
          wire::BindingAuthorizationData{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}},
          {12},
          8,
          2},
    Known{"MobileNetworkPrefix",
          "type 6: prefix length and prefix (RFC 3963 §4.3)",
          "has length 18",
          "at 8n+4",
          "0612 0040 20010db8000a00000000000000000000",
          wire::MobileNetworkPrefix{{ip("2001:db8:a::"), 64}},
          {18},
          8,
          4},
    Known{"MobileNodeIdentifier", "type 8: subtype and identifier (RFC 4283 §3)",
          "has length 1 or more", "anywhere", "0804 01 614062",
          wire::MobileNodeIdentifier{.identifier = "a@b"}, at_least(1)},
    Known{"Authentication", "type 9: subtype, SPI and authenticator (RFC 4285 §5)",
          "has length 5 or more", "at 4n+1", "0909 01 80000001 01020304",
          wire::AuthenticationOption{.spi = 0x80000001, .authenticator = {1, 2, 3, 4}}, at_least(5),
          4, 1},
    Known{"ReplayTimestamp",
          "type 10: a timestamp of 64 bits (RFC 4285 §6)",
          "has length 8",
          "at 8n+2",
          "0a08 0102030405060708",
          wire::ReplayTimestamp{0x0102030405060708},
          {8},
          8,
          2},
    Known{"Experimental", "type 18: any octets (RFC 5096 §3.2)", "has any length", "anywhere",
          "1203 010203", wire::ExperimentalOption{{1, 2, 3}}, at_least(0)},
    Known{"VendorSpecific", "type 19: vendor, subtype and data (RFC 5094 §3)",
          "has length 5 or more", "at 4n+2", "1307 00012345 07 0102",
          wire::VendorSpecificOption{.vendor = 0x12345, .subtype = 7, .data = {1, 2}}, at_least(5),
          4, 2},
    Known{"RestartCounter",
          "type 28: a counter of 32 bits (RFC 5847 §3.4)",
          "has length 4",
          "at 4n+2",
          "1c04 00000007",
          wire::RestartCounter{7},
          {4},
          4,
          2},
    Known{"Ipv4HomeAddress",
          "type 29: 6 bits of prefix length, P and address (RFC 5555 §3.1.1)",
          "has length 6",
          "at 4n",
          "1d06 8200 c0000207",
          wire::Ipv4HomeAddress{.request_prefix = true, .home = ipv4},
          {6},
          4,
          0},
    Known{"Ipv4AddressAcknowledgement",
          "type 30: status, 6 bits of prefix length and address (RFC 5555 §3.2.1)",
          "has length 6",
          "at 4n",
          "1e06 8280 c0000207",
          wire::Ipv4AddressAcknowledgement{.status = 130, .home = ipv4},
          {6},
          4,
          0},
    Known{"NatDetection",
          "type 31: F and a refresh time in seconds (RFC 5555 §3.2.2)",
          "has length 6",
          "at 4n",
          "1f06 8000 00000019",
          wire::NatDetection{.udp_encapsulation_required = true,
                             .refresh = std::chrono::duration<std::uint32_t>(25)},
          {6},
          4,
          0},
    Known{"Ipv4CareOfAddress",
          "type 32: an address behind 2 reserved octets (RFC 5555 §3.1.2)",
          "has length 6",
          "at 4n",
          "2006 0000 c0000207",
          wire::Ipv4CareOfAddress{ipv4},
          {6},
          4,
          0},
    Known{
        "BindingIdentifier",
        "type 35: BID, status, H and priority (RFC 5648 §4.1, RFC 6089 §4.1)",
        "has length 4, 8 or 20",
        "at 2n without a care-of address",
        "2304 1234 00 85",
        wire::BindingIdentifier{.id = 0x1234, .simultaneous_home_and_foreign = true, .priority = 5},
        {4, 8, 20},
        2,
        0},
    Known{"BindingIdentifierWithAnAddress",
          "type 35 may end in a care-of address",
          "of 20 octets ends in an IPv6 care-of address",
          "at 8n+2 with a care-of address",
          "2314 0001 00 00 20010db8000a00000000000000000002",
          wire::BindingIdentifier{.id = 1, .care_of = wire::CareOfAddress{address}},
          {4, 8, 20},
          8,
          2},
    Known{"BindingIdentifierWithAnIpv4Address",
          "type 35 may end in an IPv4 care-of address",
          "of 8 octets ends in an IPv4 care-of address",
          "at 8n+2 with an IPv4 care-of address",
          "2308 0001 00 00 c0000207",
          wire::BindingIdentifier{.id = 1, .care_of = ipv4},
          {4, 8, 20},
          8,
          2},
    Known{"FlowSummary", "type 44: a list of FIDs (RFC 6089 §4.2.2)", "has an even length, not 0",
          "at 2n", "2c04 0001 0002", wire::FlowSummary{{1, 2}}, even(2), 2, 0},
    Known{"FlowIdentification", "type 45: FID, FID-PRI and status (RFC 6089 §4.2)",
          "has length 6 or more", "at 2n", "2d06 0001 0002 00 00",
          wire::FlowIdentification{.id = 1, .priority = 2}, at_least(6), 2, 0},
};

// Three tables of the same options.
struct Demand {
    std::string name;
    std::string rule;
    const Known* option = nullptr;
};
template <class Rule>
std::vector<Demand> demands(const std::string& suffix, Rule rule) {
    std::vector<Demand> rows;
    for (const Known& known : known_options) {
        rows.push_back({known.name + suffix, rule(known), &known});
    }
    return rows;
}

const auto octets_of_options =
    demands("HasItsOctets", [](const Known& known) { return known.rule; });
RULE_TABLE(rfc6275_6_2, octets_of_options) {
    const Bytes bytes = octets(row.option->octets);
    EXPECT_EQ(wire::parse_options(bytes), MobilityOptions{row.option->option});
    Bytes message(16 + row.option->offset);
    wire::append_options(message, {row.option->option});
    EXPECT_TRUE(std::ranges::search(message, bytes)) << test::hex(message);
}

const auto lengths_of_options = demands("HasItsLength", [](const Known& known) {
    return "type " + std::to_string(octets(known.octets)[0]) + " " + known.length_rule;
});
RULE_TABLE(rfc6275_6_2, lengths_of_options) {
    const std::uint8_t type = octets(row.option->octets)[0];
    for (std::size_t length = 0; length < 256; ++length) {
        const bool is_right = std::ranges::count(row.option->lengths, length) == 1;
        EXPECT_EQ(wire::parse_options(option(type, Bytes(length))).has_value(), is_right) << length;
    }
}

const auto places_of_options = demands("IsAligned", [](const Known& known) {
    return "type " + std::to_string(octets(known.octets)[0]) + " stands " + known.alignment_rule;
});
RULE_TABLE(rfc6275_6_2, places_of_options) {
    const Bytes bytes = octets(row.option->octets);
    for (std::size_t before = 12; before < 20; ++before) {
        Bytes message(before, 0xee);  // which is in no option
        wire::append_options(message, {row.option->option});
        EXPECT_EQ(message.size() % 8, 0U) << before;
        const auto found = std::ranges::search(message, bytes);
        const auto place = static_cast<std::size_t>(found.begin() - message.begin());
        EXPECT_EQ(place % row.option->multiple, row.option->offset) << before;
    }
}

// Reserved bits in options.

struct Reserved {
    const char* name;
    const char* rule;
    const char* with_zeros;
    const char* with_ones;
};
constexpr auto reserved_in_options = std::to_array<Reserved>({
    {"ReservedOfAMobileNetworkPrefixIsIgnored", "the reserved octet of type 6 is ignored",
     "0612 0040 20010db8000a00000000000000000000", "0612 ff40 20010db8000a00000000000000000000"},
    {"ReservedOfAnIpv4HomeAddressIsIgnored", "the 9 reserved bits of type 29 are ignored",
     "1d06 8000 c0000207", "1d06 81ff c0000207"},
    {"ReservedOfAnIpv4AcknowledgementIsIgnored", "the 2 reserved bits of type 30 are ignored",
     "1e06 0080 c0000207", "1e06 0083 c0000207"},
    {"ReservedOfANatDetectionIsIgnored", "the 15 reserved bits of type 31 are ignored",
     "1f06 8000 00000019", "1f06 ffff 00000019"},
    {"ReservedOfAnIpv4CareOfAddressIsIgnored", "the 2 reserved octets of type 32 are ignored",
     "2006 0000 c0000207", "2006 ffff c0000207"},
    {"ReservedOfAFlowIdentificationIsIgnored", "the reserved octet of type 45 is ignored",
     "2d06 0001 0002 00 00", "2d06 0001 0002 ff 00"},
});
RULE_TABLE(rfc6275_6_2, reserved_in_options) {
    const auto zeros = wire::parse_options(octets(row.with_zeros));
    ASSERT_TRUE(zeros);
    EXPECT_EQ(wire::parse_options(octets(row.with_ones)), zeros);
}

RULE(rfc3963_4_3, APrefixHasAtMost128Bits, "a prefix length beyond 128 is no prefix") {
    const char* rest = "20010db8000a00000000000000000000";
    EXPECT_TRUE(wire::parse_options(joined({octets("0612 0080"), octets(rest)})));
    EXPECT_FALSE(wire::parse_options(joined({octets("0612 0081"), octets(rest)})));
}

}  // namespace
}  // namespace godwit::conformance

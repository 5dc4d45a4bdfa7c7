// The values of Status: RFC 6275 §6.1.8, §6.1.9 and those that other RFCs have added; lifetimes.

#include <chrono>

#include "shared/wire/flow_binding_status.hpp"
#include "shared/wire/ipv4_home_address_status.hpp"
#include "shared/wire/mobility_header.hpp"
#include "tests/conformance/octets.hpp"
#include "tests/conformance/rule.hpp"

namespace godwit::conformance {
namespace {

using namespace std::chrono_literals;

// The acknowledgement with this status, read from its octets.
wire::BindingAcknowledgement acknowledgement(std::uint8_t status) {
    const MobilityHeader header{.type = 6,
                                .data = joined({Bytes{status}, octets("00 0001 0096 01020000")})};
    const Ipv6Address from = ip("2001:db8:f::1");
    const Ipv6Address to = ip("2001:db8:f::9");
    const auto message = wire::parse_mobility_header(header.between(from, to), {from, to});
    return std::get<wire::BindingAcknowledgement>(message.value());
}

struct Status {
    std::string name;
    std::string rule;
    std::uint8_t value;
    const char* meaning;
};
Status status(std::uint8_t value, const char* meaning, const char* rfc) {
    return {"Status" + std::to_string(value),
            "status " + std::to_string(value) + " is " + meaning + " (" + rfc + ")", value,
            meaning};
}

const std::array statuses{
    status(0, "accepted", "RFC 6275"),
    status(1, "accepted-prefix-discovery-necessary", "RFC 6275"),
    status(4, "mcoa-not-complete", "RFC 5648"),
    status(5, "mcoa-return-home-without-ndp", "RFC 5648"),
    status(128, "reason-unspecified", "RFC 6275"),
    status(129, "administratively-prohibited", "RFC 6275"),
    status(130, "insufficient-resources", "RFC 6275"),
    status(131, "home-registration-not-supported", "RFC 6275"),
    status(132, "not-home-subnet", "RFC 6275"),
    status(133, "not-home-agent-for-this-mobile-node", "RFC 6275"),
    status(134, "duplicate-address-detection-failed", "RFC 6275"),
    status(135, "sequence-number-out-of-window", "RFC 6275"),
    status(136, "expired-home-nonce-index", "RFC 6275"),
    status(137, "expired-care-of-nonce-index", "RFC 6275"),
    status(138, "expired-nonces", "RFC 6275"),
    status(139, "registration-type-change-disallowed", "RFC 6275"),
    status(140, "mobile-router-operation-not-permitted", "RFC 3963"),
    status(141, "invalid-prefix", "RFC 3963"),
    status(142, "not-authorized-for-prefix", "RFC 3963"),
    status(143, "forwarding-setup-failed", "RFC 3963"),
    status(144, "identity-mismatch-or-cannot-force-udp", "RFC 4285, RFC 5555"),
    status(145, "message-identifier-required", "RFC 4285"),
    status(146, "authentication-failed", "RFC 4285"),
    status(164, "mcoa-malformed", "RFC 5648"),
    status(165, "mcoa-non-mcoa-binding-exists", "RFC 5648"),
    status(166, "mcoa-prohibited", "RFC 5648"),
    status(167, "mcoa-unknown-care-of-address", "RFC 5648"),
    status(168, "mcoa-bulk-registration-prohibited", "RFC 5648"),
    status(169, "mcoa-simultaneous-home-and-foreign-prohibited", "RFC 5648"),
    status(174, "invalid-care-of-address", "RFC 6275"),
};
RULE_TABLE(rfc6275_6_1_8, statuses) {
    const wire::BindingAcknowledgement read = acknowledgement(row.value);
    EXPECT_EQ(name(read.status), row.meaning);
    EXPECT_EQ(wire::is_accepted(read.status), row.value < 128);
}

RULE(rfc6275_6_1_8, Below128IsAccepted, "every status below 128 means accepted, known or not") {
    for (unsigned value = 0; value < 256; ++value) {
        const auto read = acknowledgement(static_cast<std::uint8_t>(value));
        EXPECT_EQ(wire::is_accepted(read.status), value < 128) << value;
    }
}

RULE(rfc6275_6_1_8, UnknownStatusesKeepTheirNumber, "a status without a name keeps its number") {
    EXPECT_EQ(name(acknowledgement(77).status), "status-77");
    EXPECT_EQ(name(acknowledgement(200).status), "status-200");
}

RULE(rfc6275_6_1_9, ErrorsAreNumbered,
     "a Binding Error of status 1 means an unknown binding, of 2 an unknown type") {
    EXPECT_EQ(static_cast<int>(wire::BindingErrorStatus::unknown_binding), 1);
    EXPECT_EQ(static_cast<int>(wire::BindingErrorStatus::unrecognized_message_type), 2);
}

struct Ipv4Status {
    std::string name;
    std::string rule;
    wire::Ipv4HomeAddressStatus status;
    std::uint8_t value;
};
const std::array ipv4_statuses{
    Ipv4Status{"Ipv4Status0", "0: success", wire::Ipv4HomeAddressStatus::success, 0},
    Ipv4Status{"Ipv4Status129", "129: administratively prohibited",
               wire::Ipv4HomeAddressStatus::administratively_prohibited, 129},
    Ipv4Status{"Ipv4Status130", "130: not the address of this mobile node",
               wire::Ipv4HomeAddressStatus::incorrect_address, 130},
    Ipv4Status{"Ipv4Status131", "131: no address at all",
               wire::Ipv4HomeAddressStatus::invalid_address, 131},
    Ipv4Status{"Ipv4Status132", "132: none to give",
               wire::Ipv4HomeAddressStatus::dynamic_address_not_available, 132},
    Ipv4Status{"Ipv4Status133", "133: no such prefix for this mobile node",
               wire::Ipv4HomeAddressStatus::prefix_unauthorized, 133},
};
RULE_TABLE(rfc5555_3_2_1, ipv4_statuses) {
    EXPECT_EQ(static_cast<int>(row.status), row.value);
    EXPECT_EQ(wire::is_accepted(row.status), row.value < 128);
}

struct Seconds {
    const char* name;
    const char* rule;
    std::uint16_t units;
    std::chrono::seconds seconds;
};
constexpr auto lifetimes = std::to_array<Seconds>({
    {"LifetimeZeroIsNoTime", "Lifetime 0 is no time at all", 0, 0s},
    {"LifetimeCountsFourSeconds", "one unit of Lifetime is four seconds", 1, 4s},
    {"LifetimeOf65535IsThreeDays", "the longest Lifetime, 65535, is 262140 seconds", 65535,
     262140s},
});
RULE_TABLE(rfc6275_6_1_7, lifetimes) {
    const MobilityHeader header = Update{.lifetime = row.units}.header();
    const Ipv6Address from = ip("2001:db8:f::9");
    const Ipv6Address to = ip("2001:db8:f::1");
    const auto message = wire::parse_mobility_header(header.between(from, to), {from, to});
    EXPECT_EQ(std::get<wire::BindingUpdate>(message.value()).lifetime, row.seconds);
}

}  // namespace
}  // namespace godwit::conformance

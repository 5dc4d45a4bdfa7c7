// Packets built by hand from RFC 6275, RFC 5555 and RFC 2473, compared octet for octet in both
// directions. Home agent 2001:db8:f::1, home address 2001:db8:f::9, care-of address 2001:db8:1::1.

#include <gtest/gtest.h>

#include <chrono>

#include "shared/wire/mobility_header.hpp"
#include "shared/wire/native_signalling.hpp"
#include "tests/support/addresses.hpp"
#include "tests/wire/hex.hpp"

namespace godwit::wire {
namespace {

using test::hex;
using test::home;
using test::home_agent;
using test::octets;

const CareOfAddress care_of{test::ip("2001:db8:1::1")};

SignallingPacket between(const Ipv6Address& source, const Ipv6Address& destination) {
    SignallingPacket packet;
    packet.source = source;
    packet.destination = destination;
    return packet;
}

// The packet and its message are what the octets say, and the octets are what they say.
void expect_same(SignallingPacket packet, const MobilityMessage& message, const Bytes& golden) {
    packet.mobility_header = serialize_mobility_header(message, packet.pseudo_header());
    EXPECT_EQ(hex(packet.serialize()), hex(golden));
    const auto parsed = SignallingPacket::parse(golden);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(*parsed, packet);
    EXPECT_EQ(parse_mobility_header(parsed->mobility_header, parsed->pseudo_header()), message);
}

BindingUpdate home_registration(std::uint16_t sequence, Lifetime lifetime) {
    BindingUpdate update;
    update.sequence = SequenceNumber(sequence);
    update.acknowledge = true;
    update.home_registration = true;
    update.lifetime = lifetime;
    return update;
}

TEST(GoldenPacket, BindingUpdateFromAForeignLink) {
    SignallingPacket packet = between(care_of.address, home_agent.address);
    packet.home_address_option = home;
    BindingUpdate update = home_registration(16, Lifetime(15));
    update.link_local_compatibility = true;
    update.options = {AlternateCareOfAddress{care_of}};
    expect_same(packet, update, octets(R"(
        6000000000383c40 20010db8000100000000000000000001 20010db8000f00000000000000000001
        8702 01020000 c910 20010db8000f00000000000000000009
        3b030500 51d0 0010 e000 000f 0100 0310 20010db8000100000000000000000001)"));
}

TEST(GoldenPacket, BindingAcknowledgementToAForeignLink) {
    SignallingPacket packet = between(home_agent.address, care_of.address);
    packet.routing_header = home;
    BindingAcknowledgement acknowledgement;
    acknowledgement.sequence = SequenceNumber(16);
    acknowledgement.lifetime = Lifetime(15);
    acknowledgement.options = {BindingRefreshAdvice{Lifetime(12)}};
    expect_same(packet, acknowledgement, octets(R"(
        6000000000282b40 20010db8000f00000000000000000001 20010db8000100000000000000000001
        87020201 00000000 20010db8000f00000000000000000009
        3b010600 60a0 0000 0010 000f 0202 000c)"));
}

TEST(GoldenPacket, BindingErrorForAnUnknownBinding) {
    BindingError error;
    error.status = BindingErrorStatus::unknown_binding;
    error.home = home;
    expect_same(between(home_agent.address, care_of.address), error, octets(R"(
        6000000000188740 20010db8000f00000000000000000001 20010db8000100000000000000000001
        3b020700 3309 0100 20010db8000f00000000000000000009)"));
}

TEST(GoldenPacket, BindingUpdateInsideUdpFromBehindANat) {
    BindingUpdate update = home_registration(17, Lifetime(15));
    update.options = {Ipv4HomeAddress{}, Ipv4CareOfAddress{{{192, 0, 2, 7}}}};
    expect_same(between(home.address, home_agent.address), update, octets(R"(
        6000000000208740 20010db8000f00000000000000000009 20010db8000f00000000000000000001
        3b030500 2384 0011 c000 000f 1d06 8000 00000000 2006 0000 c0000207 01020000)"));
}

TEST(GoldenPacket, BindingAcknowledgementInsideUdpToBehindANat) {
    BindingAcknowledgement acknowledgement;
    acknowledgement.sequence = SequenceNumber(17);
    acknowledgement.lifetime = Lifetime(15);
    acknowledgement.options = {Ipv4AddressAcknowledgement{.home = {{10, 9, 0, 5}}},
                               NatDetection{.refresh = std::chrono::seconds(25)}};
    expect_same(between(home_agent.address, home.address), acknowledgement, octets(R"(
        6000000000208740 20010db8000f00000000000000000001 20010db8000f00000000000000000009
        3b030600 19e6 0000 0011 000f 1e06 0080 0a090005 1f06 0000 00000019 01020000)"));
}

TEST(GoldenPacket, DeregistrationOnTheHomeLink) {
    BindingUpdate update = home_registration(18, Lifetime(0));
    update.link_local_compatibility = true;
    expect_same(between(home.address, home_agent.address), update, octets(R"(
        6000000000108740 20010db8000f00000000000000000009 20010db8000f00000000000000000001
        3b010500 82b8 0012 e000 0000 01020000)"));
}

}  // namespace
}  // namespace godwit::wire

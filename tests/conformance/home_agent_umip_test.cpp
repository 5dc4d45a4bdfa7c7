// Defects of other home agents, UMIP's above all: each is a case here that would have found it.

#include <algorithm>

#include "server/core/home_link_defence.hpp"
#include "shared/wire/mobility_header.hpp"
#include "tests/conformance/home_agent_bench.hpp"

namespace godwit::conformance {
namespace {

wire::NeighborAdvertisement announcement() {
    server::HomeLinkDefence defence{server::DefenceSettings{}};
    (void)defence.on_place(
        test::noon, {.link_layer = {2, 0, 0, 0, 0, 1}, .link_local = ip("fe80::1"), .global = {}});
    const auto sent = defence.bind(test::noon, test::home).send;
    return std::get<wire::NeighborAdvertisement>(sent.at(0).message);
}

RULE(umip, AnnouncesWithoutRouterFlag,
     "proxy_nd_start sends R = 1 by C's precedence of | and ?: R is 0") {
    EXPECT_FALSE(announcement().router);
}

RULE(umip, AnnouncesWithOverrideFlag, "proxy_nd_start sends O = 0 by the same mistake: O is 1") {
    EXPECT_TRUE(announcement().overrides);
}

RULE(umip, WritesRefreshAdviceInUnitsAndNetworkOrder,
     "Binding Refresh Advice in seconds and in the host's order of octets: it is in units of 4 s, "
     "in the network's") {
    Bytes message(12);
    wire::append_options(
        message, {wire::BindingRefreshAdvice{std::chrono::duration_cast<wire::Lifetime>(1200s)}});
    EXPECT_EQ(test::hex(BytesView(message).subspan(12)), "0202012c");
}

RULE(umip, HasOneEntryHoweverManyUpdatesCome,
     "a thread and a leak for each update: hundreds of updates leave in all tables what two do") {
    HomeAgentBench bench;
    std::size_t of_two = 0;
    for (std::uint16_t sequence = 1; sequence <= 300; ++sequence) {
        const Ipv6Address& from = sequence % 2 == 0 ? care_of_a : care_of_b;
        ASSERT_EQ(bench.answer({.sequence = sequence}, from).status(), 0);
        of_two = sequence == 2 ? bench.core.entries() : of_two;
    }
    EXPECT_GT(of_two, 0U);
    EXPECT_EQ(bench.core.entries(), of_two);
    EXPECT_EQ(bench.tunnel(), care_of_a);
}

RULE(umip, HasNoEntryOfStrangers, "whoever asks: refused updates leave no entry") {
    HomeAgentBench bench;
    std::size_t of_one = 0;
    for (int host = 0x100; host < 0x500; ++host) {
        std::array<char, 32> text{};
        (void)std::snprintf(text.data(), text.size(), "2001:db8:f::%x",
                            static_cast<unsigned>(host));
        (void)bench.hear({}, care_of_a, ip(text.data()));
        of_one = host == 0x100 ? bench.core.entries() : of_one;
    }
    EXPECT_EQ(bench.core.bindings().size(), 0U);
    EXPECT_EQ(bench.core.entries(), of_one) << "in all tables";
}

struct Refusal {
    const char* name;
    const char* rule;
    Update update;
    int status;
};
const std::array refusals{
    Refusal{"KeepsTheBindingAfterStatus135",
            "a refused re-registration deletes the binding: status 135 leaves it",
            {.sequence = 10},
            135},
    Refusal{"KeepsTheBindingAfterStatus139",
            "status 139 leaves it",
            {.sequence = 11, .flags = acknowledge},
            139},
    Refusal{"KeepsTheBindingAfterStatus144",
            "status 144 leaves it",
            {.sequence = 11, .flags = acknowledge | home_registration | force_udp},
            144},
    Refusal{"KeepsTheBindingAfterStatus164",
            "status 164 leaves it",
            {.sequence = 11, .options = option(35, octets("0000 0000"))},
            164},
    Refusal{"KeepsTheBindingAfterStatus165",
            "status 165 leaves it",
            {.sequence = 11,
             .options = option(35, octets("0001 0000 20010db8000b00000000000000000002"))},
            165},
    Refusal{"KeepsTheBindingAfterStatus174",
            "status 174 leaves it",
            {.sequence = 11, .options = alternate_care_of(ip("2001:db8:f::77"))},
            174},
};
RULE_TABLE(umip, refusals) {
    BoundHomeAgent bench(10);
    EXPECT_EQ(bench.answer(row.update, care_of_b).status(), row.status);
    EXPECT_EQ(bench.tunnel(), care_of_a);
    bench.wait(600s - 1ns);
    EXPECT_EQ(bench.tunnel(), care_of_a) << "for all of its lifetime";
}

RULE(umip, KeepsADeletedEntryForAWhile,
     "a deleted entry is forgotten at once (KAME's and INET's too): a late older update is refused "
     "with 135") {
    BoundHomeAgent bench(20);
    (void)bench.answer({.sequence = 22, .lifetime = 0}, home);
    EXPECT_EQ(bench.answer({.sequence = 21}).status(), 135);
    EXPECT_EQ(bench.tunnel(), std::nullopt);
}

RULE(umip, KnowsStatus174,
     "status 174 is not known: a care-of address that would loop is refused with it") {
    HomeAgentBench bench;
    EXPECT_EQ(bench.answer({.options = alternate_care_of(other_home)}).status(), 174);
}

RULE(umip, PadsMessagesThatHaveOptions,
     "only messages without options are padded: any number of options leaves 8n octets") {
    for (std::size_t length = 0; length < 20; ++length) {
        wire::BindingAcknowledgement answer{.options = {wire::ExperimentalOption{Bytes(length)}}};
        const Bytes header = wire::serialize_mobility_header(answer, {home_agent, home});
        EXPECT_EQ(header.size(), 8U * (header[1] + 1U)) << length;
        EXPECT_TRUE(wire::parse_mobility_header(header, {home_agent, home})) << length;
    }
}

// Of an update with a Home Address option: what else is wrong is looked at only then.
Bytes with_right_checksum(Bytes packet) {
    constexpr std::size_t destination = 24;
    constexpr std::size_t home_in_option = 48;
    constexpr std::size_t header = 64;
    constexpr std::size_t checksum = header + 4;
    packet[checksum] = packet[checksum + 1] = 0;
    const auto sum = two(sum_of(address_at(packet, home_in_option), address_at(packet, destination),
                                BytesView(packet).subspan(header)));
    std::ranges::copy(sum, packet.begin() + checksum);
    return packet;
}

RULE(umip, OneBadMobileNodeHarmsNoOther,
     "a bad message of one mobile node ends the home agent for all (2hanson/dsmip): the others' "
     "bindings stay") {
    BoundHomeAgent bench(10);
    const Bytes good =
        HomeAgentBench::written({.options = alternate_care_of(care_of_b)}, care_of_b, other_home);
    ASSERT_EQ(with_right_checksum(good), good);
    std::size_t answered = 0;
    for (std::size_t octet = 6; octet < good.size(); ++octet) {
        for (const int change : {0x01, 0x80, 0xff}) {
            Bytes bad = good;
            bad[octet] ^= static_cast<std::uint8_t>(change);
            answered += bench.hear_packet(with_right_checksum(bad)).size();
        }
        (void)bench.hear_packet(BytesView(good).first(octet));
    }
    EXPECT_GT(answered, 0U) << "what is wrong with some of them only the core knows";
    EXPECT_EQ(bench.tunnel(), care_of_a);
    EXPECT_EQ(bench.answer({.sequence = 11}).status(), 0);
}

}  // namespace
}  // namespace godwit::conformance

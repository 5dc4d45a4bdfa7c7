// What takes the place of IPsec: RFC 6275 §5.1, §15.3, RFC 4285 §5, and what reaches beyond them.
// Here everybody has keys.

#include "shared/security/handshake_option.hpp"
#include "tests/conformance/keyed_home_agent.hpp"
#include "tests/conformance/rule.hpp"

namespace godwit::conformance {
namespace {

using mobility::InSession;
using mobility::StartHandshake;

const Ipv6Address care_of_a = test::care_of_a.address;
const Ipv6Address care_of_b = test::care_of_b.address;
constexpr std::size_t home_of_option = 40 + 8;  // octets, in a packet with a Home Address option
constexpr std::size_t header_at = 40 + 24;      // octets, of the Mobility Header in such a packet

// Two mobile nodes at home agents that know them; the first has registered at care_of_a.
struct Scene {
    Scene() : session(laptop.join(home_agent, 100)) {}
    KeyedHomeAgent home_agent;
    KeyedMobileNode laptop{1};
    KeyedMobileNode phone{3};
    mobility::SessionId session;
};

// With the checksum made right again, so that only the proof is wrong.
Bytes with_checksum(Bytes packet) {
    const Ipv6Address source = address_at(packet, home_of_option);
    Bytes header(packet.begin() + header_at, packet.end());
    header[4] = header[5] = 0;
    const std::uint16_t sum = sum_of(source, test::home_agent.address, header);
    packet[header_at + 4] = static_cast<std::uint8_t>(sum >> 8U);
    packet[header_at + 5] = static_cast<std::uint8_t>(sum);
    return packet;
}
// Where its parts lie, from the beginning of the Mobility Header.
security::HandshakeOption handshake_in(const Bytes& packet) {
    return security::find_handshake_option(BytesView(packet).subspan(header_at),
                                           security::HandshakeOptionKind::initiation)
        .value();
}
// With mac1 made right again as well, as anybody can who knows the home agent's public key.
Bytes with_mac1(Bytes packet, const security::HandshakeOption& handshake) {
    security::Mac1Key(security::key_pair(2).public_key())
        .write(std::span(packet).subspan(header_at), handshake);
    return with_checksum(std::move(packet));
}
// At most the hint that its time has been used, which nobody has to believe.
void expect_no_more_than_a_hint(Scene& scene, const std::vector<Bytes>& answers) {
    for (const Bytes& answer : answers) {
        EXPECT_EQ(Answer::parse(answer).status(), 129);
        EXPECT_FALSE(scene.laptop.open(answer));
    }
}
int status_of(const std::vector<Bytes>& answers) {
    return Answer::parse(answers.at(0)).status();
}

RULE(rfc6275_5_1, AKeyBindsItsOwnHomeAddress, "who holds the key of a home address binds it") {
    Scene scene;
    EXPECT_EQ(scene.home_agent.bound(), care_of_a);
}

RULE(rfc6275_5_1, AKeyBindsNoOtherHomeAddress,
     "no key binds the home address of another, by handshake") {
    Scene scene;
    EXPECT_TRUE(
        scene.home_agent.hear(scene.laptop.update(101, StartHandshake{}, second_home)).empty());
    EXPECT_EQ(scene.home_agent.bound(second_home), std::nullopt);
}

RULE(rfc6275_5_1, ASessionBindsNoOtherHomeAddress, "no session binds the home address of another") {
    Scene scene;
    EXPECT_TRUE(
        scene.home_agent.hear(scene.laptop.update(101, InSession{scene.session}, second_home))
            .empty());
    EXPECT_EQ(scene.home_agent.bound(second_home), std::nullopt);
}

RULE(rfc6275_5_1, AKeyMovesNoOtherBinding, "no key moves the binding of another home address") {
    Scene scene;
    EXPECT_TRUE(
        scene.home_agent.hear(scene.phone.update(101, StartHandshake{}, first_home, care_of_b))
            .empty());
    EXPECT_EQ(scene.home_agent.bound(), care_of_a);
}

RULE(rfc6275_5_1, AKeyEndsNoOtherBinding, "no key deregisters another home address") {
    Scene scene;
    EXPECT_TRUE(
        scene.home_agent.hear(scene.phone.update(101, StartHandshake{}, first_home, care_of_a, 0))
            .empty());
    EXPECT_EQ(scene.home_agent.bound(), care_of_a);
}

RULE(rfc6275_5_1, BareUpdatesAreNotTaken, "an update without any proof is discarded") {
    Scene scene;
    const Bytes bare = packet(
        care_of_b, test::home_agent.address, {home_address_option(first_home.address)},
        Update{.sequence = 101}.header().between(first_home.address, test::home_agent.address));
    EXPECT_TRUE(scene.home_agent.hear(bare).empty());
    EXPECT_EQ(scene.home_agent.bound(), care_of_a);
}

RULE(rfc6275_5_1, EveryBitOfAnUpdateIsProtected, "a change of any bit of an update makes it void") {
    Scene scene;
    const Bytes update = scene.laptop.update(101, InSession{scene.session}, first_home, care_of_b);
    for (std::size_t bit = 8 * header_at; bit < 8 * update.size(); ++bit) {
        Bytes changed = update;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        (void)scene.home_agent.hear(changed);
        const bool is_checksum = bit / 8 == header_at + 4 || bit / 8 == header_at + 5;
        if (!is_checksum) {
            (void)scene.home_agent.hear(with_checksum(changed));
        }
        ASSERT_EQ(scene.home_agent.bound(), care_of_a) << "octet " << bit / 8;
    }
    EXPECT_EQ(status_of(scene.home_agent.hear(update)), 0);
    EXPECT_EQ(scene.home_agent.bound(), care_of_b);
}

RULE(rfc6275_5_1, EveryBitOfAHandshakeIsProtected,
     "a change of any octet of a handshake makes it void, but for mac2, which only counts under "
     "load") {
    Scene scene;
    const Bytes update = scene.laptop.update(101, StartHandshake{}, first_home, care_of_b);
    const security::HandshakeOption handshake = handshake_in(update);
    const std::size_t mac1 = header_at + handshake.mac1.offset;
    const std::size_t mac2 = mac1 + 16;
    for (std::size_t octet = header_at + 6; octet < update.size(); ++octet) {
        if (octet >= mac2 && octet < mac2 + 16) {
            continue;
        }
        Bytes changed = update;
        changed[octet] ^= 0x10U;
        (void)scene.home_agent.hear(with_checksum(changed));
        if (octet < mac1 || octet >= mac2) {
            (void)scene.home_agent.hear(with_mac1(changed, handshake));
        }
        ASSERT_EQ(scene.home_agent.bound(), care_of_a) << octet;
    }
    EXPECT_EQ(status_of(scene.home_agent.hear(update)), 0);
}

RULE(rfc6275_5_1, TheCareOfAddressIsProtected,
     "an update that names no care-of address is void from any other source") {
    Scene scene;
    Bytes update =
        scene.laptop.update(101, InSession{scene.session}, first_home, care_of_a, 150, false);
    std::ranges::copy(care_of_b.octets, update.begin() + 8);
    EXPECT_TRUE(scene.home_agent.hear(update).empty());
    EXPECT_EQ(scene.home_agent.bound(), care_of_a);
}

RULE(rfc6275_5_1, TheHomeAddressIsProtected,
     "an update is void with another home address in its option") {
    Scene scene;
    (void)scene.phone.join(scene.home_agent, 1, second_home);
    Bytes update = scene.laptop.update(101, InSession{scene.session}, first_home, care_of_b);
    std::ranges::copy(second_home.address.octets, update.begin() + home_of_option);
    EXPECT_TRUE(scene.home_agent.hear(with_checksum(update)).empty());
    EXPECT_EQ(scene.home_agent.bound(second_home), care_of_a);
}

RULE(rfc6275_5_1, AcknowledgementsAreProtected,
     "the mobile node believes no acknowledgement that was changed") {
    Scene scene;
    const auto answers = scene.home_agent.hear(scene.laptop.update(101, InSession{scene.session}));
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_TRUE(scene.laptop.open(answers[0]));
    for (std::size_t octet = header_at + 6; octet < answers[0].size(); ++octet) {
        Bytes changed = answers[0];
        changed[octet] ^= 0x10U;
        Bytes header(changed.begin() + header_at, changed.end());
        header[4] = header[5] = 0;
        const auto sum = sum_of(test::home_agent.address, first_home.address, header);
        changed[header_at + 4] = static_cast<std::uint8_t>(sum >> 8U);
        changed[header_at + 5] = static_cast<std::uint8_t>(sum);
        EXPECT_FALSE(scene.laptop.open(changed)) << octet;
    }
}

RULE(rfc4285_5_1, AcknowledgementsEndInTheAuthenticationOption,
     "the acknowledgement under a session ends in the authentication option, of subtype 1, and no "
     "padding") {
    Scene scene;
    const auto answers = scene.home_agent.hear(scene.laptop.update(101, InSession{scene.session}));
    const Answer answer = Answer::parse(answers.at(0));
    const Option last = answer.options().back();
    EXPECT_EQ(last.type, 9);
    EXPECT_EQ(last.body.at(0), 1);
    EXPECT_EQ(last.offset + 2 + last.body.size(), answer.header.size());
    EXPECT_EQ(last.offset % 4, 1U);
}

// Replays.

RULE(rfc6275_15_3, ARecordedUpdateMovesNothing,
     "an update of a session that comes again moves nothing") {
    Scene scene;
    const Bytes recorded =
        scene.laptop.update(101, InSession{scene.session}, first_home, care_of_b);
    (void)scene.home_agent.hear(recorded);
    (void)scene.home_agent.hear(scene.laptop.update(102, InSession{scene.session}));
    EXPECT_EQ(status_of(scene.home_agent.hear(recorded)), 135);
    EXPECT_EQ(scene.home_agent.bound(), care_of_a);
}

RULE(rfc6275_15_3, ARecordedUpdateMakesNoBindingOnceTheEntryIsGone,
     "an update that comes again when the entry is forgotten makes no binding, though any number "
     "is accepted") {
    Scene scene;
    const Bytes recorded =
        scene.laptop.update(101, InSession{scene.session}, first_home, care_of_b);
    (void)scene.home_agent.hear(recorded);
    (void)scene.home_agent.hear(
        scene.laptop.update(102, InSession{scene.session}, first_home, care_of_b, 0));
    scene.home_agent.wait(std::chrono::hours(1));
    (void)scene.home_agent.hear(recorded);
    EXPECT_EQ(scene.home_agent.bound(), std::nullopt);
}

RULE(rfc6275_15_3, ARecordedUpdateMakesNoBindingOnceItHasExpired,
     "an update that comes again when the lifetime has ended makes no binding") {
    Scene scene;
    const Bytes recorded =
        scene.laptop.update(101, InSession{scene.session}, first_home, care_of_b);
    (void)scene.home_agent.hear(recorded);
    scene.home_agent.wait(std::chrono::hours(1));
    (void)scene.home_agent.hear(recorded);
    EXPECT_EQ(scene.home_agent.bound(), std::nullopt);
}

RULE(rfc6275_15_3, ARecordedHandshakeMakesNoBinding, "a handshake that comes again is discarded") {
    Scene scene;
    const Bytes recorded = scene.laptop.update(101, StartHandshake{}, first_home, care_of_b);
    (void)scene.home_agent.hear(recorded);
    (void)scene.home_agent.hear(scene.laptop.update(102, StartHandshake{}));
    expect_no_more_than_a_hint(scene, scene.home_agent.hear(recorded));
    EXPECT_EQ(scene.home_agent.bound(), care_of_a);
}

RULE(rfc6275_15_3, NothingRecordedMakesABindingAfterARestart,
     "nothing that was recorded makes a binding after the home agent has lost its state") {
    Scene scene;
    std::vector<Bytes> recorded{scene.laptop.update(101, StartHandshake{}, first_home, care_of_b),
                                scene.laptop.update(102, InSession{scene.session})};
    for (const Bytes& packet : recorded) {
        (void)scene.home_agent.hear(packet);
    }
    scene.home_agent.restart();
    for (const Bytes& packet : recorded) {
        (void)scene.home_agent.hear(packet);
    }
    EXPECT_EQ(scene.home_agent.bound(), std::nullopt);
}

RULE(rfc6275_15_3, AHandshakeBindsAfterARestart,
     "after a restart a new handshake makes a binding") {
    Scene scene;
    scene.home_agent.restart();
    (void)scene.laptop.join(scene.home_agent, 5);
    EXPECT_EQ(scene.home_agent.bound(), care_of_a);
}

RULE(rfc6275_15_3, AnOlderHandshakeIsDiscarded,
     "a handshake that was overtaken by a newer one is discarded") {
    Scene scene;
    const Bytes overtaken = scene.laptop.update(101, StartHandshake{}, first_home, care_of_b);
    (void)scene.home_agent.hear(scene.laptop.update(102, StartHandshake{}));
    expect_no_more_than_a_hint(scene, scene.home_agent.hear(overtaken));
    EXPECT_EQ(scene.home_agent.bound(), care_of_a);
}

RULE(rfc6275_15_3, EachDirectionHasAKeyOfItsOwn,
     "what the home agent has sent proves nothing when it comes back to it") {
    Scene scene;
    const auto answers = scene.home_agent.hear(scene.laptop.update(101, InSession{scene.session}));
    const Bytes header(answers.at(0).begin() + header_at, answers.at(0).end());
    MobilityHeader turned{.data = Bytes(header.begin() + 6, header.end())};
    EXPECT_TRUE(scene.home_agent
                    .hear(packet(care_of_a, test::home_agent.address,
                                 {home_address_option(first_home.address)},
                                 turned.between(first_home.address, test::home_agent.address)))
                    .empty());
    EXPECT_EQ(scene.home_agent.bound(), care_of_a);
}

RULE(rfc4285_5_1, AWrongAuthenticatorChangesNothing,
     "an update with a wrong authenticator changes nothing") {
    Scene scene;
    Bytes update = scene.laptop.update(101, InSession{scene.session}, first_home, care_of_b);
    update.back() ^= 1U;
    EXPECT_TRUE(scene.home_agent.hear(with_checksum(update)).empty());
    EXPECT_EQ(scene.home_agent.bound(), care_of_a);
}

RULE(rfc4285_5_3, ALostSessionIsTold,
     "an update under a session that is not known is answered with status 146") {
    Scene scene;
    scene.home_agent.restart();
    const auto answers = scene.home_agent.hear(scene.laptop.update(101, InSession{scene.session}));
    EXPECT_EQ(status_of(answers), 146);
}

RULE(rfc6275_9_2, StrangersHearNothingOfUnknownTypes,
     "outside a laboratory a message of an unknown type is not answered") {
    Scene scene;
    const MobilityHeader header{.type = 99, .data = octets("0000")};
    EXPECT_TRUE(scene.home_agent
                    .hear(packet(care_of_a, test::home_agent.address, {},
                                 header.between(care_of_a, test::home_agent.address)))
                    .empty());
}

RULE(rfc6275_10_3_1, StrangersHearNothingOfSubnets,
     "outside a laboratory a bare update for any home address is not answered") {
    Scene scene;
    for (const char* home : {"2001:db8:e::9", "2001:db8:f::77", "2001:db8:f::9"}) {
        const Bytes bare =
            packet(care_of_b, test::home_agent.address, {home_address_option(ip(home))},
                   Update{.sequence = 101}.header().between(ip(home), test::home_agent.address));
        EXPECT_TRUE(scene.home_agent.hear(bare).empty()) << home;
    }
}

}  // namespace
}  // namespace godwit::conformance

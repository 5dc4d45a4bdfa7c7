// Cookies and the door that wants them (docs/protocol.md, "Under load").

#include "shared/security/cookie.hpp"

#include <set>

#include "tests/security/conversation.hpp"
#include "tests/support/recorder.hpp"

namespace godwit::security {
namespace {

using namespace std::chrono_literals;
using test::noon;

const Mac mac1{1, 2, 3};
const Mac other_mac1{1, 2, 4};

bool is_same(const std::optional<Cookie>& one, const Cookie& other) {
    return one && is_equal(*one, other);
}
const Cookie cookie{9, 8, 7};
const CookieJar::Source source{test::care_of_a.address, 4191};

TEST(CookieReply, IsOpenedByWhoKnowsTheKeyAndTheUpdate) {
    const CookieKey key(key_pair(2).public_key());
    const auto reply = CookieReply::parse(key.seal(cookie, mac1).message());
    ASSERT_TRUE(reply);
    EXPECT_TRUE(is_same(key.open(*reply, mac1), cookie));
    EXPECT_FALSE(key.open(*reply, other_mac1)) << "of another update";
    EXPECT_FALSE(CookieKey(key_pair(3).public_key()).open(*reply, mac1)) << "of another home agent";
}

TEST(CookieReply, IsOpenedOnlyAsItWasSealed) {
    const CookieKey key(key_pair(2).public_key());
    wire::ExperimentalMessage message = key.seal(cookie, mac1).message();
    for (std::uint8_t& octet : message.data) {
        octet ^= 1U;
        const auto reply = CookieReply::parse(message);
        EXPECT_FALSE(reply && key.open(*reply, mac1));
        octet ^= 1U;
    }
    message.data.push_back(0);
    EXPECT_FALSE(CookieReply::parse(message)) << "too long";
    message.data.resize(message.data.size() - 2);
    EXPECT_FALSE(CookieReply::parse(message)) << "too short";
}

TEST(CookieReply, IsWholeOctetGroupsOnTheWire) {  // RFC 6275 §6.1.1: 8 octets each
    const auto message = CookieKey(key_pair(2).public_key()).seal(cookie, mac1).message();
    EXPECT_EQ(wire::serialize_mobility_header(message, {}).size(), 64U);
}

TEST(CookieJar, GivesEachAddressAndPortItsOwn) {
    CookieJar jar;
    const Cookie given = jar.cookie_for(noon, source);
    EXPECT_TRUE(is_same(jar.cookie_for(noon + 119s, source), given));
    EXPECT_FALSE(is_same(jar.cookie_for(noon, {test::care_of_b.address, 4191}), given));
    EXPECT_FALSE(is_same(jar.cookie_for(noon, {test::care_of_a.address, 4192}), given));
    EXPECT_FALSE(is_same(CookieJar().cookie_for(noon, source), given)) << "another home agent's";
}

TEST(CookieJar, KnowsTheCookieOfTheSecretBeforeAndNoOlder) {
    CookieJar jar;
    const Cookie given = jar.cookie_for(noon, source);
    EXPECT_FALSE(jar.cookie_before(noon, source));
    EXPECT_FALSE(is_same(jar.cookie_for(noon + 120s, source), given));
    EXPECT_TRUE(is_same(jar.cookie_before(noon + 120s, source), given));
    EXPECT_TRUE(is_same(jar.cookie_before(noon + 239s, source), given));
    EXPECT_FALSE(is_same(jar.cookie_before(noon + 240s, source), given));
}

TEST(CookieJar, ForgetsBothAfterALongRest) {
    CookieJar jar;
    (void)jar.cookie_for(noon, source);
    EXPECT_FALSE(jar.cookie_before(noon + 240s, source));
}

TEST(CookiesHeld, KeepsOneForEachOfTheLastPaths) {
    CookiesHeld held;
    for (std::uint16_t port = 0; port <= CookiesHeld::max; ++port) {
        held.put({.local_port = port}, cookie);
    }
    EXPECT_EQ(held.find({.local_port = 0}), nullptr);
    ASSERT_NE(held.find({.local_port = 1}), nullptr);
    held.put({.local_port = 1}, Cookie{5});
    EXPECT_TRUE(is_same(*held.find({.local_port = 1}), Cookie{5}));
}

// The home agent of a conversation, with a clock, and so much to do that it wants cookies.
class CookieConversation : public Conversation {
  protected:
    CookieConversation() {
        while (rejection_in(open(start_handshake(next_++))) == "taken") {
        }
    }
    Opened open(wire::Bytes mobility_header, const wire::CareOfAddress& from = test::care_of_a) {
        mobility::Path path = path_of_home_agent();
        path.remote = from.address;
        wire::SignallingPacket packet = to_home_agent(std::move(mobility_header));
        packet.source = from.address;
        return busy_.open(path, packet);
    }
    // As the mobile node reads it from the octets of the native tunnel.
    wire::SignallingPacket sealed(const wire::ExperimentalMessage& reply) {
        auto packet =
            to_mobile_node(busy_.seal(from_home_agent(reply, mobility::Unprotected{})).value());
        test::Recorder::of_this_process().clear(path_of_home_agent(), packet);
        return wire::SignallingPacket::parse(packet.serialize()).value();
    }
    // The cookie that a new update of this number is answered with.
    wire::SignallingPacket ask_for_cookie(std::uint16_t sequence) {
        return sealed(open(start_handshake(sequence)).error().reply.value());
    }

    // Of a mobile node that has never been given one, and whose clock is late: it costs work, and
    // changes nothing.
    wire::Bytes mobile_node_without_cookie(std::uint16_t sequence) {
        return MobileNodeAuthenticator(mobile_node_credentials(), [this] { return time_; })
            .seal(from_mobile_node(update(sequence), mobility::StartHandshake{}))
            .value();
    }

    void make_busy() {
        for (int count = 0; count < HandshakeLoad::from_one_network.burst; ++count) {
            (void)open(mobile_node_without_cookie(next_++));
        }
    }

    mobility::Instant now_ = noon;
    std::uint16_t next_ = 1;
    HomeAgentAuthenticator busy_{home_agent_credentials(), ledger_, nullptr,
                                 [this] { return now_; }};
};

TEST_F(CookieConversation, AnUpdateWithTheCookieIsTaken) {
    const auto reply = ask_for_cookie(100);
    EXPECT_EQ(hint_in(mobile_node_.open(path_of_mobile_node(), reply)),
              mobility::Hint::Kind::cookie_given);
    EXPECT_EQ(rejection_in(open(start_handshake(101))), "taken");
}

TEST_F(CookieConversation, TellsWhichUpdateIsToGoAgain) {
    const auto opened = mobile_node_.open(path_of_mobile_node(), ask_for_cookie(100));
    EXPECT_EQ(std::get<mobility::Hint>(opened->content).sequence, wire::SequenceNumber(100));
}

TEST_F(CookieConversation, SaysNothingToWhoDoesNotKnowThePublicKey) {
    wire::Bytes header = start_handshake(100);
    const auto option = find_handshake_option(header, HandshakeOptionKind::initiation).value();
    header[option.mac1.offset] ^= 1U;
    const auto opened = busy_.open(path_of_home_agent(), with_checksum(to_home_agent(header)));
    EXPECT_EQ(rejection_in(opened), "bad-mac1");
    EXPECT_FALSE(opened.error().reply);
}

// What is beyond mac1 and mac2 is never read: it is no Noise message at all.
TEST_F(CookieConversation, DoesNoPublicKeyWorkWithoutACookie) {
    wire::Bytes header = start_handshake(100);
    const auto option = find_handshake_option(header, HandshakeOptionKind::initiation).value();
    std::ranges::fill(option.noise.in(std::span(header)), std::uint8_t{0});
    Mac1Key(key_pair(2).public_key()).write(header, option);
    const auto packet = with_checksum(to_home_agent(header));
    EXPECT_EQ(rejection_in(busy_.open(path_of_home_agent(), packet)), "handshake-wants-cookie");
    EXPECT_EQ(rejection_in(home_agent_.open(path_of_home_agent(), packet)), "bad-handshake")
        << "where there is no load";
}

// A reply must not be longer than what it answers.
TEST_F(CookieConversation, AnswersNoInitiationWithoutAHandshakeInIt) {
    wire::BindingUpdate bare = update(100);
    bare.options = {blank_handshake_option(HandshakeOptionKind::initiation, 0)};
    wire::Bytes header = wire::serialize_mobility_header(bare, to_home_agent({}).pseudo_header());
    const auto shortest_reply = CookieKey(key_pair(2).public_key()).seal(cookie, mac1).message();
    ASSERT_LT(header.size(), wire::serialize_mobility_header(shortest_reply, {}).size());
    const std::size_t option = wire::BindingUpdate::options_offset + 2;
    Mac1Key(key_pair(2).public_key())
        .write(header, {.kind = HandshakeOptionKind::initiation,
                        .mac1 = {option + 2, mac_length},
                        .mac2 = {option + 2 + mac_length, mac_length},
                        .noise = {option + 2 + 2 * mac_length, 0}});
    const auto opened = busy_.open(path_of_home_agent(), with_checksum(to_home_agent(header)));
    EXPECT_EQ(rejection_in(opened), "malformed");
    EXPECT_FALSE(opened.error().reply);
    EXPECT_GE(start_handshake(100).size(),
              wire::serialize_mobility_header(shortest_reply, {}).size());
}

TEST_F(CookieConversation, ACookieIsOfNoUseFromAnotherAddress) {
    (void)mobile_node_.open(path_of_mobile_node(), ask_for_cookie(100));
    EXPECT_EQ(rejection_in(open(start_handshake(101))), "taken");
    auto elsewhere = test::care_of_a;
    elsewhere.address.octets[15] ^= 1U;  // of the same network, which is under load
    EXPECT_EQ(rejection_in(open(start_handshake(102), elsewhere)), "handshake-wants-cookie");
}

TEST_F(CookieConversation, ACookieServesForFourMinutesAtMost) {
    (void)mobile_node_.open(path_of_mobile_node(), ask_for_cookie(100));
    now_ += 239s;
    make_busy();
    EXPECT_EQ(rejection_in(open(start_handshake(101))), "taken") << "and the secret is another one";
    now_ += 2s;
    make_busy();
    EXPECT_EQ(rejection_in(open(start_handshake(102))), "handshake-wants-cookie");
}

TEST_F(CookieConversation, TheSameReplyCountsOnce) {
    const auto reply = ask_for_cookie(100);
    (void)mobile_node_.open(path_of_mobile_node(), reply);
    EXPECT_EQ(rejection_in(mobile_node_.open(path_of_mobile_node(), reply)), "not-expected");
}

TEST_F(CookieConversation, AReplyToAnUpdateThatTheMobileNodeHasForgottenCountsForNothing) {
    const auto reply = ask_for_cookie(100);
    for (std::size_t count = 0; count < MobileNodeAuthenticator::max_pending; ++count) {
        (void)start_handshake(next_++);
    }
    EXPECT_EQ(rejection_in(mobile_node_.open(path_of_mobile_node(), reply)), "not-expected");
}

TEST_F(CookieConversation, AnswersNobodyWhoCannotBeAnswered) {
    const wire::CareOfAddress nowhere{};
    EXPECT_FALSE(open(start_handshake(100), nowhere).error().reply);
}

TEST_F(CookieConversation, AnswersNoGroup) {  // RFC 6275 §9.3.3
    const wire::CareOfAddress group{test::ip("ff02::1")};
    const auto opened = open(start_handshake(100), group);
    EXPECT_EQ(rejection_in(opened), "malformed");
    EXPECT_FALSE(opened.error().reply);
}

TEST_F(CookieConversation, GivesEvenCookiesOnlySoOften) {
    std::set<std::string> answers;
    for (int count = 0; count < 600; ++count) {
        answers.insert(rejection_in(open(mobile_node_without_cookie(next_++))));
    }
    EXPECT_TRUE(answers.contains("handshake-under-load"));
}

TEST_F(CookieConversation, ANonsenseCookieIsNone) {
    wire::Bytes header = start_handshake(100);
    const auto option = find_handshake_option(header, HandshakeOptionKind::initiation).value();
    write_mac2(Mac{1}, header, option);
    const auto opened = busy_.open(path_of_home_agent(), with_checksum(to_home_agent(header)));
    EXPECT_EQ(rejection_in(opened), "handshake-wants-cookie");
}

TEST_F(CookieConversation, AReplyForAnotherHomeAddressIsNotForThisUpdate) {
    auto reply = ask_for_cookie(100);
    reply.routing_header = wire::HomeAddress{test::ip("2001:db8:f::77")};
    const auto opened = mobile_node_.open(path_of_mobile_node(), with_checksum(reply));
    EXPECT_EQ(rejection_in(opened), "not-expected");
}

TEST_F(CookieConversation, AnyOtherExperimentIsNoReply) {
    wire::ExperimentalMessage other;
    other.data = {0x77, 0, 0, 0, 0, 0};
    EXPECT_EQ(rejection_in(mobile_node_.open(path_of_mobile_node(), sealed(other))),
              "unauthenticated");
}

}  // namespace
}  // namespace godwit::security

// A peer that holds the keys it should, and says under their proof what nobody may.

#include <concepts>

#include "shared/security/handshake_payload.hpp"
#include "shared/security/noise.hpp"
#include "tests/security/conversation.hpp"

namespace godwit::security {
namespace {

const CoveredAddresses covered{.care_of = test::care_of_a, .home = test::home};

class MisbehavingMobileNode : public Conversation {
  protected:
    // A binding update whose handshake says this.
    Opened say(wire::BytesView payload) {
        wire::BindingUpdate said = update(1);
        said.options.emplace_back(blank_handshake_option(
            HandshakeOptionKind::initiation, noise_message_1_overhead + payload.size()));
        wire::Bytes header =
            wire::serialize_mobility_header(said, to_home_agent({}).pseudo_header());
        const auto option = find_handshake_option(header, HandshakeOptionKind::initiation).value();
        EXPECT_TRUE(NoiseInitiator::write(NoisePattern::ik_psk2,
                                          handshake_prologue(covered, header, option), key_pair(1),
                                          KeyPair::generate(), key_pair(2).public_key(), nullptr,
                                          payload, option.noise.in(std::span(header))));
        return finish(header, option);
    }
    // What `change` makes of a handshake's Noise message, under the right mac1 and checksum.
    Opened say_changed(const std::function<void(std::span<std::uint8_t>)>& change) {
        wire::Bytes header = start_handshake(1);
        const auto option = find_handshake_option(header, HandshakeOptionKind::initiation).value();
        change(option.noise.in(std::span(header)));
        return finish(header, option);
    }

    const InitiationPayload payload_{.timestamp = time_, .spi = 0x81020304, .suites = all_suites};

  private:
    Opened finish(wire::Bytes& header, const HandshakeOption& option) {
        Mac1Key(key_pair(2).public_key()).write(header, option);
        return home_agent_.open(path_of_home_agent(), with_checksum(to_home_agent(header)));
    }
};

TEST_F(MisbehavingMobileNode, IsTakenWhileItSaysWhatItMay) {
    EXPECT_NE(message_in(say(payload_.serialize())), nullptr);
}

TEST_F(MisbehavingMobileNode, IsRefusedWithAPayloadThatIsNone) {
    wire::Bytes payload = payload_.serialize();
    payload.insert(payload.end(), {1, 1, 0xaa});
    EXPECT_EQ(rejection_in(say(payload)), "bad-option");
}

TEST_F(MisbehavingMobileNode, IsRefusedWithSuitesThatThereAreNot) {
    InitiationPayload payload = payload_;
    for (const unsigned bits : {0x00U, 0xfcU}) {
        payload.suites = SuiteSet(static_cast<std::uint8_t>(bits));
        EXPECT_EQ(rejection_in(say(payload.serialize())), "no-common-suite") << bits;
    }
}

TEST_F(MisbehavingMobileNode, IsRefusedWithAnEphemeralKeyOfLowOrder) {  // RFC 7748 §6.1
    EXPECT_EQ(rejection_in(say_changed([](std::span<std::uint8_t> noise) {
                  std::ranges::fill(noise.first(32), std::uint8_t{0});
              })),
              "bad-handshake");
}

TEST_F(MisbehavingMobileNode, IsRefusedWithAHandshakeThatEndsTooSoon) {
    for (const std::size_t left : {0U, 31U, 95U, 112U}) {
        wire::BindingUpdate said = update(1);
        said.options.emplace_back(blank_handshake_option(HandshakeOptionKind::initiation, left));
        EXPECT_EQ(rejection_in(open_at_home_agent(
                      wire::serialize_mobility_header(said, to_home_agent({}).pseudo_header()))),
                  "malformed")
            << left;
    }
}

class MisbehavingHomeAgent : public Conversation {
  protected:
    // How the home agent ends the message that carries its handshake.
    enum class Ending : std::uint8_t { proof, wrong_proof, none };

    MobileNodeAuthenticator mobile_node(MobileNodeCredentials credentials) {
        return {std::move(credentials), [this] { return time_; }};
    }
    // The answer to a handshake of the mobile node that says this.
    Opened answer(wire::BytesView payload, Ending ending = Ending::proof) {
        return answer(mobile_node_, payload, ending);
    }
    Opened answer(MobileNodeAuthenticator& node, wire::BytesView payload,
                  Ending ending = Ending::proof) {
        return answer(node, [&](std::uint32_t /*spi*/) { return payload; }, ending);
    }
    // One that takes up the SPI of the mobile node.
    template <class Say>
    Opened answer(MobileNodeAuthenticator& node, const Say& say, Ending ending = Ending::proof)
        requires std::invocable<Say, std::uint32_t>
    {
        const wire::Bytes asked =
            node.seal(from_mobile_node(update(1), mobility::StartHandshake{})).value();
        const auto initiation =
            find_handshake_option(asked, HandshakeOptionKind::initiation).value();
        const wire::BytesView message_1 = initiation.noise.in(wire::BytesView(asked));
        auto noise = NoiseResponder::read_initiator(NoisePattern::ik_psk2,
                                                    handshake_prologue(covered, asked, initiation),
                                                    key_pair(2), message_1)
                         .value();
        const auto heard =
            InitiationPayload::parse(noise.read_payload(key_pair(2), nullptr, message_1).value());

        const auto& payload = say(heard->spi);
        wire::MobilityMessage message = with_response(payload);
        if (ending != Ending::none) {
            EXPECT_TRUE(append_authentication(message, heard->spi));
        }
        wire::Bytes header =
            wire::serialize_mobility_header(message, to_mobile_node({}).pseudo_header());
        const auto option = find_handshake_option(header, HandshakeOptionKind::response).value();
        const auto session =
            noise.write({}, KeyPair::generate(), payload, option.noise.in(std::span(header)));
        Mac1Key(key_pair(1).public_key()).write(header, option);
        if (ending == Ending::proof) {
            keys_ = derive_session_keys(*session->keys, HandshakeRole::responder,
                                        Suite::chacha20_poly1305, own_spi, heard->spi);
            write_authenticator(keys_.signalling->outbound, covered, header);
        }
        return node.open(path_of_mobile_node(), with_checksum(to_mobile_node(header)));
    }
    static wire::Bytes accepting(Suite suite) {
        return ResponsePayload{.spi = own_spi, .suite = suite}.serialize();
    }

    static constexpr std::uint32_t own_spi = 0x81020304;
    SessionKeys keys_;  // of the last handshake

  private:
    static wire::BindingAcknowledgement with_response(wire::BytesView payload) {
        wire::BindingAcknowledgement message = acknowledgement(1);
        message.options.emplace_back(blank_handshake_option(
            HandshakeOptionKind::response, noise_message_2_overhead + payload.size()));
        return message;
    }
};

TEST_F(MisbehavingHomeAgent, IsTakenWhileItSaysWhatItMay) {
    EXPECT_NE(message_in(answer(accepting(Suite::chacha20_poly1305))), nullptr);
}

TEST_F(MisbehavingHomeAgent, IsRefusedWithAPayloadThatIsNone) {
    EXPECT_EQ(rejection_in(answer({})), "truncated");
    wire::Bytes payload = accepting(Suite::chacha20_poly1305);
    payload.front() &= 0x7fU;  // an SPI that would be taken for an inner packet
    EXPECT_EQ(rejection_in(answer(payload)), "bad-option");
}

TEST_F(MisbehavingHomeAgent, IsRefusedWithASuiteThatWasNotOffered) {
    for (const unsigned number : {0U, 3U, 8U, 9U, 32U, 33U, 34U, 255U}) {
        EXPECT_EQ(rejection_in(answer(accepting(static_cast<Suite>(number)))), "no-common-suite")
            << number;
    }
    MobileNodeCredentials credentials = mobile_node_credentials();
    credentials.suites = SuiteSet().with(Suite::chacha20_poly1305);
    auto node = mobile_node(std::move(credentials));
    EXPECT_EQ(rejection_in(answer(node, accepting(Suite::aes_256_gcm))), "no-common-suite");
}

TEST_F(MisbehavingHomeAgent, IsRefusedWithAHandshakeWhoseMessageIsNotProved) {
    const wire::Bytes payload = accepting(Suite::chacha20_poly1305);
    EXPECT_EQ(rejection_in(answer(payload, Ending::wrong_proof)), "bad-authenticator");
    EXPECT_EQ(rejection_in(answer(payload, Ending::none)), "malformed");
}

// Where both ends have the same SPI, nothing but the key tells the directions apart.
TEST_F(MisbehavingHomeAgent, CannotSendTheMobileNodeItsOwnMessagesBack) {
    const Opened opened = answer(mobile_node_, [](std::uint32_t spi) {
        return ResponsePayload{.spi = spi, .suite = Suite::chacha20_poly1305}.serialize();
    });
    ASSERT_NE(message_in(opened), nullptr) << rejection_in(opened);
    const mobility::InSession session{handshake_session(opened)};
    wire::SignallingPacket sent_back{
        .source = test::home_agent.address,
        .destination = test::home.address,
        .mobility_header = mobile_node_.seal(from_mobile_node(wire::Heartbeat{}, session)).value()};
    const auto open = [&] {
        return mobile_node_.open(path_of_mobile_node(), with_checksum(sent_back));
    };
    EXPECT_EQ(rejection_in(open()), "bad-authenticator");
    write_authenticator(keys_.signalling->outbound, {.care_of = {}, .home = test::home},
                        sent_back.mobility_header);
    EXPECT_NE(message_in(open()), nullptr) << "by the key of the other direction";
}

TEST_F(MisbehavingHomeAgent, CannotMakeTheMobileNodeFollowAKeyOfLowOrder) {
    ResponsePayload payload{.spi = own_spi, .suite = Suite::chacha20_poly1305};
    payload.next_home_agent_key = PublicKey{};
    MobileNodeCredentials credentials = mobile_node_credentials();
    credentials.on_next_key = [](const PublicKey&) -> bool {
        ADD_FAILURE() << "put on record";
        return true;
    };
    auto node = mobile_node(std::move(credentials));
    EXPECT_NE(message_in(answer(node, payload.serialize())), nullptr) << "the binding is as good";
    time_ = time_.next();
    const auto next = node.seal(from_mobile_node(update(2), mobility::StartHandshake{}));
    EXPECT_NE(message_in(open_at_home_agent(*next)), nullptr) << "under the key that it has";
}

// What a caller may not ask of an authenticator.
using WrongOrder = Conversation;

TEST_F(WrongOrder, StartsNoHandshakeWithAnythingButABindingUpdate) {
    EXPECT_EQ(
        mobile_node_.seal(from_mobile_node(acknowledgement(1), mobility::StartHandshake{})).error(),
        SealError::wrong_message);
}

TEST_F(WrongOrder, LeavesHandshakeOptionsToTheAuthenticator) {
    wire::BindingUpdate own = update(1);
    own.options.emplace_back(blank_handshake_option(HandshakeOptionKind::initiation, 0));
    EXPECT_EQ(mobile_node_.seal(from_mobile_node(own, mobility::StartHandshake{})).error(),
              SealError::wrong_message);
    const Sessions sessions = shake_hands(2);
    own = update(3);
    own.options.emplace_back(blank_handshake_option(HandshakeOptionKind::mac1_alone, 0));
    EXPECT_EQ(
        mobile_node_.seal(from_mobile_node(own, mobility::InSession{sessions.mobile_node})).error(),
        SealError::wrong_message);
}

TEST_F(WrongOrder, SealsNothingUnderASessionThatThereIsNot) {
    const mobility::InSession unknown{mobility::SessionId{0x80000001}};
    EXPECT_EQ(mobile_node_.seal(from_mobile_node(update(1), unknown)).error(),
              SealError::unknown_session);
    EXPECT_EQ(home_agent_.seal(from_home_agent(acknowledgement(1), unknown)).error(),
              SealError::unknown_session);
}

TEST_F(WrongOrder, LeavesTheResponseToTheAuthenticatorToo) {
    const auto session = handshake_session(open_at_home_agent(start_handshake(1)));
    wire::BindingAcknowledgement own = acknowledgement(1);
    own.options.emplace_back(blank_handshake_option(HandshakeOptionKind::response, 0));
    EXPECT_EQ(home_agent_.seal(from_home_agent(own, mobility::InHandshake{session})).error(),
              SealError::wrong_message);
    EXPECT_TRUE(open_at_mobile_node(answer_handshake(1, session))) << "it can be answered yet";
}

// What the data path asks of a packet in clear before anything else is done with it.
TEST_F(WrongOrder, KnowsAnInitiationByItsOptionAlone) {
    const wire::Bytes initiation = start_handshake(1);
    EXPECT_TRUE(is_initiation(initiation));
    EXPECT_FALSE(is_initiation({}));
    EXPECT_FALSE(is_initiation(wire::BytesView(initiation).first(12)));
    wire::Bytes other = initiation;
    other[2] = wire::BindingAcknowledgement::type;
    EXPECT_FALSE(is_initiation(other));
    const auto bare = wire::serialize_mobility_header(update(1), to_home_agent({}).pseudo_header());
    EXPECT_FALSE(is_initiation(bare));
}

// RFC 6275 §6.1.1: Header Len is one octet. What the other end has said may be too much to repeat.
TEST_F(WrongOrder, SealsNothingLongerThanAMobilityHeader) {
    wire::BindingAcknowledgement longest = acknowledgement(3);
    longest.options.assign(8, wire::ExperimentalOption{wire::Bytes(220)});
    const Sessions sessions = shake_hands(2);
    const auto waiting = handshake_session(open_at_home_agent(start_handshake(3)));
    const std::vector<mobility::Seal> seals{mobility::Unprotected{},
                                            mobility::InSession{sessions.home_agent},
                                            mobility::InHandshake{waiting}};
    for (const mobility::Seal& seal : seals) {
        EXPECT_TRUE(home_agent_.seal(from_home_agent(longest, seal))) << "there is room for this";
    }
    longest.options.resize(10, longest.options.front());
    const auto next = handshake_session(open_at_home_agent(start_handshake(4)));
    EXPECT_EQ(home_agent_.seal(from_home_agent(longest, seals.at(0))).error(), SealError::too_long);
    EXPECT_EQ(home_agent_.seal(from_home_agent(longest, seals.at(1))).error(), SealError::too_long);
    EXPECT_EQ(home_agent_.seal(from_home_agent(longest, mobility::InHandshake{next})).error(),
              SealError::too_long);
}

TEST_F(WrongOrder, TakesNoMac1ThatIsLongerThanOne) {
    wire::BindingUpdate said = update(1);
    said.options.emplace_back(blank_handshake_option(HandshakeOptionKind::mac1_alone, 4));
    const auto header = wire::serialize_mobility_header(said, to_home_agent({}).pseudo_header());
    EXPECT_EQ(find_handshake_option(header, HandshakeOptionKind::mac1_alone).error(),
              RejectionReason::malformed);
}

}  // namespace
}  // namespace godwit::security

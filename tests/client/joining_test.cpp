// Joining by an invite, with the real authenticators at both ends: docs/protocol.md, "Joining".

#include "client/core/joining.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shared/security/home_agent_authenticator.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "tests/security/memory_enrolment.hpp"
#include "tests/security/memory_ledger.hpp"
#include "tests/security/sample_keys.hpp"
#include "tests/support/actions.hpp"
#include "tests/support/addresses.hpp"
#include "tests/support/recorder.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Actions;
using mobility::Instant;
using test::noon;
using wire::BindingStatus;

const security::InviteId invite{{1, 2, 3, 4, 5, 6, 7, 8}};

mobility::Path path_by_port(std::uint16_t port) {
    return {.encapsulation = mobility::Encapsulation::udp,
            .local = test::care_of_a.address,
            .remote = test::ip("2001:db8:5::1"),
            .local_port = 40000,
            .remote_port = port};
}

class JoiningNode : public testing::Test {
  protected:
    JoiningNode() { enrolment_.add(invite, {.secret = security::preshared_key(9), .peer = {0}}); }

    // What the home agent hears of a message.
    mobility::Received carry(const mobility::SendMessage& order) {
        mobility::Path path = order.path;
        std::swap(path.local, path.remote);
        std::swap(path.local_port, path.remote_port);
        wire::SignallingPacket packet{.source = test::home.address,
                                      .destination = test::home_agent.address,
                                      .mobility_header = joiner_.seal(order).value()};
        record(order.path, packet);
        return home_agent_.open(path, packet).value();
    }
    Actions answer(Instant now, const mobility::Received& received,
                   BindingStatus status = BindingStatus::accepted) {
        const auto& message = std::get<0>(received.content);
        const auto& update = std::get<wire::BindingUpdate>(message.message());
        const auto* handshake = std::get_if<mobility::InHandshake>(&message.proof());
        const mobility::Seal seal =
            handshake != nullptr ? mobility::Seal(*handshake)
                                 : mobility::Seal(std::get<mobility::InSession>(message.proof()));
        return hear(now, received.path,
                    wire::BindingAcknowledgement{.status = status,
                                                 .sequence = update.sequence,
                                                 .lifetime = update.lifetime,
                                                 .options = {}},
                    seal);
    }
    Actions hear(Instant now, const mobility::Path& at_home_agent,
                 const wire::BindingAcknowledgement& message, const mobility::Seal& seal) {
        const auto header = home_agent_.seal(
            {.path = at_home_agent, .home = test::home, .message = message, .seal = seal});
        mobility::Path path = at_home_agent;
        std::swap(path.local, path.remote);
        std::swap(path.local_port, path.remote_port);
        const wire::SignallingPacket packet{.source = test::home_agent.address,
                                            .destination = test::home.address,
                                            .mobility_header = header.value()};
        record(at_home_agent, packet);
        return node.on_received(now, joiner_.open(path, packet).value());
    }
    static void record(const mobility::Path& path, wire::SignallingPacket packet) {
        wire::write_checksum(packet.mobility_header, packet.pseudo_header());
        test::Recorder::of_this_process().clear(path, packet);
    }
    static mobility::SendMessage message_in(const Actions& actions) {
        return test::all<mobility::SendMessage>(actions).at(0);
    }

    Joining node{test::home, test::home_agent, wire::SequenceNumber(100)};

  private:
    security::MemoryLedger ledger_;
    security::MemoryEnrolment enrolment_;
    security::HomeAgentAuthenticator home_agent_{
        {.address = test::home_agent, .own = security::key_pair(2)}, ledger_, &enrolment_};
    security::MobileNodeAuthenticator joiner_{{.home_agent_address = test::home_agent,
                                               .own = security::key_pair(1),
                                               .home_agent = security::key_pair(2).public_key(),
                                               .preshared_key = security::preshared_key(9),
                                               .invite = invite},
                                              [] { return security::Tai64n::from({}); }};
};

TEST_F(JoiningNode, RegistersForAShortTimeAndLeavesAtOnce) {
    const auto asked = carry(message_in(node.begin(noon, {path_by_port(4191)})));
    EXPECT_EQ(std::get<wire::BindingUpdate>(std::get<0>(asked.content).message()).lifetime, 40s);
    const Actions joined = answer(noon + 100ms, asked);
    EXPECT_TRUE(node.has_joined());
    EXPECT_FALSE(node.has_left());
    const auto leaving = carry(message_in(joined));
    EXPECT_EQ(std::get<wire::BindingUpdate>(std::get<0>(leaving.content).message()).lifetime, 0s);
    EXPECT_TRUE(std::holds_alternative<mobility::InSession>(std::get<0>(leaving.content).proof()));
    (void)answer(noon + 200ms, leaving);
    EXPECT_TRUE(node.has_left());
    EXPECT_EQ(node.next_deadline(), std::nullopt);
}

TEST_F(JoiningNode, TriesAllPathsALittleApartAndAgain) {
    std::vector<std::uint16_t> ports;
    Actions actions = node.begin(noon, {path_by_port(4191), path_by_port(443)});
    for (Instant now = noon; now < noon + 4s; now += 10ms) {
        for (const auto& order : test::all<mobility::SendMessage>(actions)) {
            ports.push_back(order.path.remote_port);
        }
        actions = node.on_deadline(now + 10ms);
    }
    EXPECT_THAT(ports, testing::ElementsAre(4191, 443, 4191, 443, 4191, 443));
}

TEST_F(JoiningNode, JoinsThoughTheAnswerIsToAnUpdateThatWasSentAgain) {
    (void)carry(message_in(node.begin(noon, {path_by_port(4191)})));
    const auto again = carry(message_in(node.on_deadline(noon + 1s)));
    (void)answer(noon + 1100ms, again);
    EXPECT_TRUE(node.has_joined());
}

TEST_F(JoiningNode, KnowsAnAuthenticRefusal) {
    const auto asked = carry(message_in(node.begin(noon, {path_by_port(4191)})));
    EXPECT_EQ(test::order(answer(noon, asked, BindingStatus::administratively_prohibited)), "end");
    EXPECT_FALSE(node.has_joined());
    EXPECT_EQ(node.refused(), BindingStatus::administratively_prohibited);
}

TEST_F(JoiningNode, GoesOnAskingWhateverAHintSays) {
    const auto asked = carry(message_in(node.begin(noon, {path_by_port(4191)})));
    const auto sequence =
        std::get<wire::BindingUpdate>(std::get<0>(asked.content).message()).sequence;
    wire::BindingAcknowledgement hint{.status = BindingStatus::administratively_prohibited,
                                      .sequence = wire::SequenceNumber(9),
                                      .options = {}};
    hint.options.emplace_back(mobility::to_option(mobility::JoinRefusal::spent_invite));
    EXPECT_TRUE(hear(noon, asked.path, hint, mobility::Unprotected{}).empty());
    EXPECT_EQ(node.refusal(), std::nullopt) << "of an update that is not under way";
    hint.sequence = sequence;
    EXPECT_TRUE(hear(noon, asked.path, hint, mobility::Unprotected{}).empty());
    EXPECT_EQ(node.refusal(), mobility::JoinRefusal::spent_invite);
    (void)answer(noon + 10ms, asked);
    EXPECT_TRUE(node.has_joined());
}

TEST_F(JoiningNode, IsRefusedByNothingButAProvedRefusal) {
    const auto asked = carry(message_in(node.begin(noon, {path_by_port(4191)})));
    EXPECT_TRUE(
        node.on_received(noon,
                         {.path = asked.path,
                          .home = test::home,
                          .content = mobility::Hint{mobility::Hint::Kind::unknown_binding, {}, {}}})
            .empty());
    EXPECT_EQ(node.refused(), std::nullopt);
    (void)answer(noon, asked, BindingStatus::insufficient_resources);
    EXPECT_EQ(node.refused(), BindingStatus::insufficient_resources);
}

TEST_F(JoiningNode, HasJoinedThoughItsLeavingIsRefused) {
    const auto asked = carry(message_in(node.begin(noon, {path_by_port(4191)})));
    const auto leaving = carry(message_in(answer(noon, asked)));
    (void)answer(noon + 100ms, leaving, BindingStatus::administratively_prohibited);
    EXPECT_TRUE(node.has_joined());
    EXPECT_FALSE(node.has_left());
    EXPECT_EQ(node.refused(), std::nullopt);
}

TEST_F(JoiningNode, AsksAgainWithTheNumberThatIsWanted) {  // RFC 6275 §11.7.3, status 135
    const auto asked = carry(message_in(node.begin(noon, {path_by_port(4191)})));
    const auto again =
        carry(message_in(answer(noon, asked, BindingStatus::sequence_number_out_of_window)));
    EXPECT_EQ(node.refused(), std::nullopt);
    (void)answer(noon + 10ms, again);
    EXPECT_TRUE(node.has_joined());
}

}  // namespace
}  // namespace godwit::client

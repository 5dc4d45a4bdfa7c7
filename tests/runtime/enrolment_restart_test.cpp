// A client that has joined, over kills of the home agent's process: who is known stays known, and
// what was recorded before changes nothing after.

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "server/clients/enrolled_clients.hpp"
#include "server/core/home_agent.hpp"
#include "server/store/home_agent_store.hpp"
#include "tests/runtime/sample_clients.hpp"
#include "tests/runtime/temporary_directory.hpp"
#include "tests/security/conversation.hpp"
#include "tests/support/actions.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using mobility::Actions;
using security::JoinRefusal;
using security::Opened;
using testing::ElementsAre;

// All of a home agent but its sockets.
class Process final : public ClientsObserver {
  public:
    explicit Process(const std::filesystem::path& directory)
        : store_(directory),
          clients({.addresses = {.prefix = test::home_prefix, .home_agent = test::home_agent},
                   .wall_clock = [] { return long_ago; },
                   .invite_line =
                       [this](const InviteWords& words) {
                           invite = words.invite.id;
                           secret = words.invite.secret.octets();
                           return words.name;
                       }},
                  store_, HomeAgentKeys(security::key_pair(2), store_.keys(), long_ago)),
          authenticator({.address = test::home_agent,
                         .own = copy_of(clients.keys().current),
                         .protected_peers = clients.peers()},
                        store_, &clients),
          core(settings()) {
        clients.observe(*this);
    }

    Opened open(const wire::SignallingPacket& packet) {
        return authenticator.open({.local = packet.destination, .remote = packet.source}, packet);
    }
    // What the core wants done about a packet; nothing if it never gets there.
    Actions hear(const wire::SignallingPacket& packet) {
        const Opened opened = open(packet);
        return opened ? core.on_received(test::noon, *opened) : Actions{};
    }

    std::error_code on_client(const ClientChange& change) override {
        if (change.event == ClientEvent::joined) {
            core.admit(*change.peer, {.name = change.client.name, .home = change.client.home});
        } else if (change.event == ClientEvent::revoked || change.event == ClientEvent::removed) {
            actions = core.dismiss(test::noon, *change.peer,
                                   wire::RevocationTrigger::administrative_reason);
            authenticator.remove_peer(*change.peer);
        }
        return {};
    }
    void on_restored(Restoration /*restoration*/) override {}
    void on_peer(security::ProtectedPeer /*peer*/) override {}
    void on_key(security::KeyPair /*current*/) override {}
    void on_previous_key_over() override {}

  private:
    HomeAgentSettings settings() {
        HomeAgentSettings settings{.address = test::home_agent,
                                   .home_prefix = test::home_prefix,
                                   .checks = {.random = [] { return 7U; }}};
        for (const Client& client : clients.joined()) {
            settings.mobile_nodes.push_back({.name = client.name, .home = client.home});
        }
        return settings;
    }

    HomeAgentStore store_;

  public:
    security::InviteId invite;
    security::KeyOctets secret{};
    EnrolledClients clients;
    security::HomeAgentAuthenticator authenticator;
    HomeAgent core;
    Actions actions;  // that followed from the last change
};

class EnrolmentRestart : public security::Conversation {
  protected:
    EnrolmentRestart() {
        start();
        EXPECT_TRUE(process_->clients.invite({.name = "laptop", .home = test::home}));
        invite_ = process_->invite;
        secret_ = process_->secret;
    }
    void start() {
        process_.reset();
        process_ = std::make_unique<Process>(directory_.path() / std::to_string(run_));
    }
    // What is on the disk at this instant is all that the next process finds.
    void kill() {
        const auto before = directory_.path() / std::to_string(run_++);
        std::filesystem::copy(before, directory_.path() / std::to_string(run_));
        start();
    }
    security::MobileNodeAuthenticator laptop(std::uint8_t key = 3) {
        return {{.home_agent_address = test::home_agent,
                 .own = security::key_pair(key),
                 .home_agent = security::key_pair(2).public_key(),
                 .preshared_key = security::PresharedKey(security::make_secret(secret_)),
                 .invite = invite_},
                [this] { return time_ = time_.next(); }};
    }
    static wire::SignallingPacket joining(security::MobileNodeAuthenticator& node,
                                          std::uint16_t sequence) {
        return to_home_agent(
            node.seal(from_mobile_node(update(sequence), mobility::StartHandshake{})).value());
    }
    // The mobile node's session, once it has heard the answer.
    mobility::SessionId complete(security::MobileNodeAuthenticator& node, const Actions& actions) {
        const auto order = test::all<mobility::SendMessage>(actions).at(0);
        const Opened opened = node.open(
            path_of_mobile_node(), to_mobile_node(process_->authenticator.seal(order).value()));
        return security::handshake_session(opened);
    }
    [[nodiscard]] std::size_t bindings() const { return process_->core.bindings().size(); }
    std::optional<JoinRefusal> refusal_of(const wire::SignallingPacket& packet) {
        const Opened opened = process_->open(packet);
        const auto* hint = opened ? std::get_if<mobility::Hint>(&opened->content) : nullptr;
        return hint != nullptr && hint->kind == mobility::Hint::Kind::join_refused
                   ? std::optional(hint->refusal)
                   : std::nullopt;
    }

    tests::TemporaryDirectory directory_;
    int run_ = 0;
    std::unique_ptr<Process> process_;
    security::InviteId invite_;
    security::KeyOctets secret_{};
};

TEST_F(EnrolmentRestart, LetsAnInvitedClientJoinAndBind) {
    auto node = laptop();
    const Actions actions = process_->hear(joining(node, 1));
    EXPECT_EQ(test::messages<wire::BindingAcknowledgement>(actions).at(0).status,
              wire::BindingStatus::accepted);
    (void)complete(node, actions);
    EXPECT_EQ(bindings(), 1U);
    EXPECT_EQ(process_->clients.find("laptop")->key, security::key_pair(3).public_key());
}

TEST_F(EnrolmentRestart, KnowsWhoHasJoinedThoughItWasKilledBeforeItAnswered) {
    auto node = laptop();
    (void)process_->open(joining(node, 1));
    kill();
    EXPECT_EQ(process_->clients.find("laptop")->state, ClientState::enabled);
    (void)complete(node, process_->hear(joining(node, 2)));
    EXPECT_EQ(bindings(), 1U);
}

TEST_F(EnrolmentRestart, TakesAClientBackThatDoesNothingButAnswer) {
    auto node = laptop();
    (void)complete(node, process_->hear(joining(node, 1)));
    kill();
    const LostBinding lost{.home = test::home, .path = path_of_home_agent()};
    const Actions asked = process_->core.on_restart(test::noon, {lost});
    EXPECT_EQ(test::messages<wire::BindingRefreshRequest>(asked).size(), 1U) << "at once";
    (void)complete(node, process_->hear(joining(node, 2)));
    EXPECT_EQ(bindings(), 1U);
}

TEST_F(EnrolmentRestart, ChangesNothingByWhatWasRecordedBefore) {
    auto node = laptop();
    std::vector<wire::SignallingPacket> recorded{joining(node, 1)};
    const auto session = complete(node, process_->hear(recorded.at(0)));
    recorded.push_back(to_home_agent(
        node.seal(from_mobile_node(update(2), mobility::InSession{session})).value()));
    kill();
    for (const wire::SignallingPacket& packet : recorded) {
        const Actions actions = process_->hear(packet);
        EXPECT_TRUE(test::all<mobility::DirectTunnel>(actions).empty());
        EXPECT_TRUE(test::all<mobility::AdmitSession>(actions).empty());
    }
    EXPECT_EQ(bindings(), 0U);
    EXPECT_EQ(refusal_of(recorded.at(0)), JoinRefusal::stale_clock);
}

TEST_F(EnrolmentRestart, KeepsARevokedKeyOut) {
    auto node = laptop();
    const wire::SignallingPacket recorded = joining(node, 1);
    (void)complete(node, process_->hear(recorded));
    ASSERT_TRUE(process_->clients.revoke("laptop"));
    EXPECT_EQ(test::messages<wire::BindingRevocationIndication>(process_->actions).size(), 1U);
    EXPECT_EQ(test::all<mobility::CloseTunnel>(process_->actions).size(), 1U);
    for (const bool is_restarted : {false, true}) {
        EXPECT_EQ(refusal_of(recorded), JoinRefusal::unknown_invite) << is_restarted;
        EXPECT_EQ(refusal_of(joining(node, 2)), JoinRefusal::unknown_invite) << is_restarted;
        kill();
    }
    EXPECT_EQ(process_->clients.find("laptop")->state, ClientState::revoked);
}

TEST_F(EnrolmentRestart, HearsThatARevokedClientHasUnderstood) {
    auto node = laptop();
    const auto session = complete(node, process_->hear(joining(node, 1)));
    ASSERT_TRUE(process_->clients.revoke("laptop"));
    const auto indication =
        test::messages<wire::BindingRevocationIndication>(process_->actions).at(0);
    const Actions actions = process_->hear(to_home_agent(
        node.seal(from_mobile_node(
                      wire::BindingRevocationAcknowledgement{.sequence = indication.sequence},
                      mobility::InSession{session}))
            .value()));
    const auto ended = test::all<mobility::EndSession>(actions);
    ASSERT_EQ(ended.size(), 1U);
    process_->authenticator.end(ended.at(0).session);  // as the runner does; the peer is gone
}

TEST_F(EnrolmentRestart, TakesNoOldHandshakeOfAKeyThatComesBack) {
    auto node = laptop();
    const wire::SignallingPacket recorded = joining(node, 1);
    (void)complete(node, process_->hear(recorded));
    ASSERT_TRUE(process_->clients.remove("laptop"));
    ASSERT_TRUE(process_->clients.invite({.name = "laptop", .home = test::home}));
    invite_ = process_->invite;
    secret_ = process_->secret;
    auto again = laptop();  // with the same key
    (void)complete(again, process_->hear(joining(again, 1)));
    EXPECT_EQ(refusal_of(recorded), JoinRefusal::stale_clock);
}

}  // namespace
}  // namespace godwit::server

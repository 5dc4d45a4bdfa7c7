#pragma once
// A home agent's clients over a real store, and what they tell of themselves.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/clients/enrolled_clients.hpp"
#include "server/store/home_agent_store.hpp"
#include "tests/runtime/sample_clients.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::server {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class Witness final : public ClientsObserver {
  public:
    // "joined laptop 1"
    std::error_code on_client(const ClientChange& change) override {
        ++single_changes;
        note(change);
        return failure;
    }
    void on_restored(Restoration restoration) override {
        ++restores;
        std::ranges::for_each(restoration.removed, [this](const auto& change) { note(change); });
        for (security::ProtectedPeer& peer : restoration.peers) {
            on_peer(std::move(peer));
        }
        std::ranges::for_each(restoration.restored, [this](const auto& change) { note(change); });
    }
    void on_peer(security::ProtectedPeer peer) override {
        told.push_back("peer " + std::to_string(peer.id.index));
    }
    void on_key(security::KeyPair current) override { key = current.public_key(); }
    void on_previous_key_over() override { told.emplace_back("previous key over"); }

    std::error_code failure;  // what it has to say to the next changes
    std::vector<std::string> told;
    int restores = 0;        // that it was told of as a whole
    int single_changes = 0;  // by themselves
    std::optional<security::PublicKey> key;

  private:
    void note(const ClientChange& change) {
        told.push_back(std::string(name(change.event)) + ' ' + change.client.name +
                       (change.peer ? ' ' + std::to_string(change.peer->index) : ""));
    }
};

class Enrolled : public testing::Test {
  protected:
    Enrolled() { restart(); }

    void restart() {
        clients_.reset();
        store_.reset();
        store_ = std::make_unique<HomeAgentStore>(directory_.path() / "state");
        clients_ = std::make_unique<EnrolledClients>(
            settings(), *store_, HomeAgentKeys(security::key_pair(2), store_->keys(), now_));
        clients_->observe(witness_);
    }
    ClientsSettings settings() {
        return {.addresses = {.prefix = wire::Prefix::parse("2001:db8:f::/64").value(),
                              .home_agent = {home("2001:db8:f::1").address}},
                .ipv4_pool = wire::Prefix::parse_ipv4("10.19.0.0/24"),
                .configured = configured_,
                .carries_networks = carries_networks_,
                .wall_clock = [this] { return now_; },
                .invite_line =
                    [this](const InviteWords& words) {
                        invite_ = words.invite.id;
                        secret_ = words.invite.secret.octets();
                        return "line for " + words.name;
                    }};
    }
    // The number of the invite that the client is given.
    security::InviteId invite(const std::string& name) {
        EXPECT_TRUE(clients_->invite({.name = name}));
        return invite_;
    }
    mobility::PeerId join(const std::string& name, std::uint8_t key) {
        const auto peer = clients_->join(invite(name), security::key_pair(key).public_key());
        EXPECT_TRUE(peer);
        return peer.value_or(mobility::PeerId{99});
    }
    [[nodiscard]] ClientState state(const std::string& name) const {
        return clients_->find(name).value().state;
    }
    template <class T>
    static Refusal refusal_of(const Outcome<T>& outcome) {
        EXPECT_FALSE(outcome);
        return outcome.error().reason;
    }

    tests::TemporaryDirectory directory_;
    std::chrono::sys_seconds now_ = long_ago;
    std::vector<Client> configured_{{.name = "server",
                                     .home = home("2001:db8:f::9"),
                                     .ipv4 = wire::Ipv4Address{{10, 19, 0, 2}},
                                     .state = ClientState::enabled,
                                     .is_configured = true,
                                     .key = security::key_pair(7).public_key()}};
    bool carries_networks_ = true;
    Witness witness_;
    security::InviteId invite_;
    security::KeyOctets secret_{};
    std::unique_ptr<HomeAgentStore> store_;
    std::unique_ptr<EnrolledClients> clients_;
};

}  // namespace godwit::server

#pragma once
// What a mobile node and its home agent say to each other, through the real authenticators of both
// ends: nothing else can make the messages that a core takes.

#include <chrono>
#include <memory>
#include <utility>

#include "shared/security/home_agent_authenticator.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "shared/security/unprotected_authenticator.hpp"
#include "tests/security/memory_ledger.hpp"
#include "tests/security/sample_keys.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::test {

class AuthenticatedLink {
  public:
    explicit AuthenticatedLink(mobility::Protection protection)
        : home_agent_(credentials(protection), ledger_) {
        if (protection == mobility::Protection::none) {
            mobile_node_ = std::make_unique<security::UnprotectedAuthenticator>(home_agent);
        } else {
            mobile_node_ = std::make_unique<security::MobileNodeAuthenticator>(
                security::MobileNodeCredentials{.home_agent_address = home_agent,
                                                .own = security::key_pair(1),
                                                .home_agent = security::key_pair(2).public_key()},
                [] { return security::Tai64n::from({}); });
        }
    }

    // What arrives at the other end. Throws, so that the test fails, if that end does not take it.
    mobility::Received carry_to_home_agent(const mobility::SendMessage& order) {
        wire::SignallingPacket packet = addressed(order);
        if (order.names_home && order.path.local != order.home.address) {
            packet.home_address_option = order.home;
        }
        packet.mobility_header = mobile_node_->seal(order).value();
        return home_agent_.open(other_end_of(order.path), packet).value();
    }
    mobility::Received carry_to_mobile_node(const mobility::SendMessage& order) {
        wire::SignallingPacket packet = addressed(order);
        if (order.names_home && order.path.remote != order.home.address) {
            packet.routing_header = order.home;
        }
        packet.mobility_header = home_agent_.seal(order).value();
        return mobile_node_->open(other_end_of(order.path), packet).value();
    }

  private:
    static security::HomeAgentCredentials credentials(mobility::Protection protection) {
        security::HomeAgentCredentials credentials{.address = home_agent,
                                                   .own = security::key_pair(2)};
        if (protection == mobility::Protection::none) {
            credentials.unprotected_peers.push_back({.id = {0}, .home = home});
        } else {
            credentials.protected_peers.push_back(
                {.id = {0}, .key = security::key_pair(1).public_key()});
        }
        return credentials;
    }
    static wire::SignallingPacket addressed(const mobility::SendMessage& order) {
        return {.source = order.path.local, .destination = order.path.remote};
    }
    static mobility::Path other_end_of(mobility::Path path) {
        std::swap(path.local, path.remote);
        return path;
    }

    security::MemoryLedger ledger_;
    security::HomeAgentAuthenticator home_agent_;
    std::unique_ptr<security::Authenticator> mobile_node_;
};

// The session that has proved a message, by handshake or not.
inline mobility::SessionId proving_session(const mobility::Received& received) {
    return mobility::session_of(std::get<0>(received.content).proof()).value();
}

}  // namespace godwit::test

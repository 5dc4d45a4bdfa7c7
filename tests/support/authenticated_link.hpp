#pragma once
// What a mobile node and its home agent say to each other, through the real authenticators of both
// ends: nothing else can make the messages that a core takes.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "shared/security/home_agent_authenticator.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "shared/security/unprotected_authenticator.hpp"
#include "tests/security/memory_ledger.hpp"
#include "tests/security/sample_keys.hpp"
#include "tests/support/addresses.hpp"
#include "tests/support/recorder.hpp"

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
        if (goes_inside(order)) {
            packet.source = order.home.address;
            packet.destination = home_agent.address;
        } else if (order.names_home && order.path.local != order.home.address) {
            packet.home_address_option = order.home;
        }
        packet.mobility_header = mobile_node_->seal(order).value();
        last_length_of_mobile_node = packet.mobility_header.size();
        record(order, packet);
        return home_agent_.open(as_seen_by_home_agent(order.path), packet).value();
    }
    // A heartbeat that came sealed through the tunnel of this session of the home agent's.
    mobility::Received tunnel_to_home_agent(const mobility::Path& at_home_agent,
                                            mobility::SessionId session,
                                            const wire::Heartbeat& heartbeat) {
        const wire::Bytes header = mobile_node_
                                       ->seal({.path = other_end_of(at_home_agent),
                                               .home = home,
                                               .message = heartbeat,
                                               .seal = mobility::ThroughTunnel{}})
                                       .value();
        return home_agent_
            .open_tunnelled(at_home_agent, session,
                            {.source = home.address,
                             .destination = home_agent.address,
                             .mobility_header = header})
            .value();
    }
    mobility::Received carry_to_mobile_node(const mobility::SendMessage& order) {
        wire::SignallingPacket packet = addressed(order);
        if (goes_inside(order)) {
            packet.source = home_agent.address;
            packet.destination = order.home.address;
        } else if (order.names_home && order.path.remote != order.home.address) {
            packet.routing_header = order.home;
        }
        packet.mobility_header = home_agent_.seal(order).value();
        last_length = packet.mobility_header.size();
        record(order, packet);
        return mobile_node_->open(other_end_of(order.path), packet).value();
    }

    static mobility::Path other_end_of(mobility::Path path) {
        std::swap(path.local, path.remote);
        std::swap(path.local_port, path.remote_port);
        return path;
    }

    // In UDP: what a NAT makes of the mobile node's address and port.
    struct Nat {
        wire::Ipv6Address address;
        std::uint16_t port = 0;
    };
    std::optional<Nat> nat;
    std::size_t last_length = 0;  // of the Mobility Header that went to the mobile node, octets
    std::size_t last_length_of_mobile_node = 0;  // of the one that it sent

  private:
    static bool goes_inside(const mobility::SendMessage& order) {
        return order.path.encapsulation == mobility::Encapsulation::udp ||
               std::holds_alternative<wire::Heartbeat>(order.message);
    }
    [[nodiscard]] mobility::Path as_seen_by_home_agent(const mobility::Path& path) const {
        mobility::Path seen = other_end_of(path);
        if (nat && path.encapsulation == mobility::Encapsulation::udp) {
            seen.remote = nat->address;
            seen.remote_port = nat->port;
        }
        return seen;
    }
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
    static void record(const mobility::SendMessage& order, wire::SignallingPacket packet) {
        if (goes_inside(order)) {  // as runtime::NodeRunner has it
            wire::write_checksum(packet.mobility_header, packet.pseudo_header());
        }
        Recorder::of_this_process().clear(order.path, packet);
    }
    static wire::SignallingPacket addressed(const mobility::SendMessage& order) {
        return {.source = order.path.local, .destination = order.path.remote};
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

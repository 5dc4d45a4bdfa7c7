#pragma once
// A mobile node's authenticator and a home agent's, and the messages between them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include "shared/security/home_agent_authenticator.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "tests/security/memory_ledger.hpp"
#include "tests/security/sample_keys.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::security {

using Opened = std::expected<mobility::Received, Rejection>;

inline const mobility::PeerId peer_id{7};

// The message of what has been opened; nullptr for a hint or a rejection.
inline const mobility::Authenticated<wire::MobilityMessage>* message_in(const Opened& opened) {
    return opened ? std::get_if<0>(&opened->content) : nullptr;
}
inline std::optional<mobility::Hint::Kind> hint_in(const Opened& opened) {
    const auto* hint = opened ? std::get_if<mobility::Hint>(&opened->content) : nullptr;
    return hint != nullptr ? std::optional(hint->kind) : std::nullopt;
}
inline std::string rejection_in(const Opened& opened) {
    return opened ? "taken" : std::string(name(opened.error()));
}
// The session that a handshake has made.
inline mobility::SessionId handshake_session(const Opened& opened) {
    return std::get<mobility::InHandshake>(message_in(opened)->proof()).session;
}

class Conversation : public testing::Test {
  protected:
    struct Sessions {
        mobility::SessionId mobile_node;
        mobility::SessionId home_agent;
    };

    static HomeAgentCredentials home_agent_credentials() {
        HomeAgentCredentials credentials{.address = test::home_agent, .own = key_pair(2)};
        credentials.protected_peers.push_back({peer_id, key_pair(1).public_key(), {}});
        return credentials;
    }
    static MobileNodeCredentials mobile_node_credentials() {
        return {.home_agent_address = test::home_agent,
                .own = key_pair(1),
                .home_agent = key_pair(2).public_key()};
    }

    static wire::BindingUpdate update(std::uint16_t sequence) {
        return {.sequence = wire::SequenceNumber(sequence),
                .acknowledge = true,
                .home_registration = true,
                .lifetime = wire::Lifetime(150),
                .options = {wire::AlternateCareOfAddress{test::care_of_a}}};
    }
    static wire::BindingAcknowledgement acknowledgement(std::uint16_t sequence) {
        return {.sequence = wire::SequenceNumber(sequence),
                .lifetime = wire::Lifetime(150),
                .options = {}};
    }

    static mobility::Path path_of_mobile_node() {
        return {.local = test::care_of_a.address, .remote = test::home_agent.address};
    }
    static mobility::Path path_of_home_agent() {
        return {.local = test::home_agent.address, .remote = test::care_of_a.address};
    }
    static mobility::SendMessage from_mobile_node(wire::MobilityMessage message,
                                                  mobility::Seal seal) {
        return {.path = path_of_mobile_node(),
                .home = test::home,
                .message = std::move(message),
                .seal = seal};
    }
    static mobility::SendMessage from_home_agent(wire::MobilityMessage message,
                                                 mobility::Seal seal) {
        return {.path = path_of_home_agent(),
                .home = test::home,
                .message = std::move(message),
                .seal = seal};
    }
    static wire::SignallingPacket to_home_agent(wire::Bytes mobility_header) {
        return {.source = test::care_of_a.address,
                .destination = test::home_agent.address,
                .home_address_option = test::home,
                .routing_header = {},
                .mobility_header = std::move(mobility_header)};
    }
    static wire::SignallingPacket to_mobile_node(wire::Bytes mobility_header) {
        return {.source = test::home_agent.address,
                .destination = test::care_of_a.address,
                .home_address_option = {},
                .routing_header = test::home,
                .mobility_header = std::move(mobility_header)};
    }
    // After its octets have been changed: only the proof is wrong then, not the checksum.
    static wire::SignallingPacket with_checksum(wire::SignallingPacket packet) {
        wire::write_checksum(packet.mobility_header, packet.pseudo_header());
        return packet;
    }

    wire::Bytes start_handshake(std::uint16_t sequence) {
        return mobile_node_.seal(from_mobile_node(update(sequence), mobility::StartHandshake{}))
            .value();
    }
    Opened open_at_home_agent(wire::Bytes mobility_header) {
        return home_agent_.open(path_of_home_agent(), to_home_agent(std::move(mobility_header)));
    }
    Opened open_at_mobile_node(wire::Bytes mobility_header) {
        return mobile_node_.open(path_of_mobile_node(), to_mobile_node(std::move(mobility_header)));
    }
    wire::Bytes answer_handshake(std::uint16_t sequence, mobility::SessionId session) {
        return home_agent_
            .seal(from_home_agent(acknowledgement(sequence), mobility::InHandshake{session}))
            .value();
    }
    Sessions shake_hands(std::uint16_t sequence) {
        const auto at_home_agent = handshake_session(open_at_home_agent(start_handshake(sequence)));
        const auto at_mobile_node =
            handshake_session(open_at_mobile_node(answer_handshake(sequence, at_home_agent)));
        return {at_mobile_node, at_home_agent};
    }

    Tai64n time_ = Tai64n::from(
        std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::seconds(1700000000)));
    MemoryLedger ledger_;
    HomeAgentAuthenticator home_agent_{home_agent_credentials(), ledger_};
    MobileNodeAuthenticator mobile_node_{mobile_node_credentials(), [this] { return time_; }};
};

}  // namespace godwit::security

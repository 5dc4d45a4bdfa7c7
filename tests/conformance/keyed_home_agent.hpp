#pragma once
// A home agent and two mobile nodes that have keys, each behind its real authenticator. What is
// between them is octets, which may be recorded, changed and sent again.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "server/core/home_agent.hpp"
#include "shared/security/home_agent_authenticator.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "tests/conformance/octets.hpp"
#include "tests/security/memory_ledger.hpp"
#include "tests/security/sample_keys.hpp"

namespace godwit::conformance {

inline const wire::HomeAddress first_home = test::home;           // of the mobile node with key 1
inline const wire::HomeAddress second_home{ip("2001:db8:f::a")};  // of the one with key 3

class KeyedHomeAgent {
  public:
    KeyedHomeAgent() { restart(); }

    // What is on disk stays: the times of handshakes.
    void restart() {
        authenticator_ = std::make_unique<security::HomeAgentAuthenticator>(credentials(), ledger_);
        core_ = std::make_unique<server::HomeAgent>(server::HomeAgentSettings{
            .address = test::home_agent,
            .home_prefix = test::home_prefix,
            .checks = {.random = [next = 1U]() mutable { return next += 0x1000; }},
            .mobile_nodes = {{.name = "laptop", .home = first_home},
                             {.name = "phone", .home = second_home}}});
        tunnels_.clear();
    }

    // The messages that the home agent sends when it hears the packet, as whole packets. Heartbeats
    // are left out.
    std::vector<Bytes> hear(BytesView packet) {
        const auto parsed = wire::SignallingPacket::parse(packet);
        if (!parsed) {
            return {};
        }
        const auto received = authenticator_->open(
            {.interface = {3}, .local = parsed->destination, .remote = parsed->source}, *parsed);
        return received ? carry_out(core_->on_received(now, *received)) : std::vector<Bytes>();
    }
    std::vector<Bytes> wait(mobility::Instant::duration time) {
        const mobility::Instant until = now + time;
        for (auto due = core_->next_deadline(); due && *due <= until;
             due = core_->next_deadline()) {
            now = std::max(now, *due);
            (void)carry_out(core_->on_deadline(now));
        }
        now = until;
        return {};
    }
    // Where packets for it go, as soon as it is known to be there; nothing if it is not bound.
    [[nodiscard]] std::optional<Ipv6Address> bound(
        const wire::HomeAddress& home = first_home) const {
        const server::Binding* binding = core_->bindings().find(home, now);
        return binding != nullptr && binding->is_valid ? std::optional(binding->care_of.address)
                                                       : std::nullopt;
    }

    mobility::Instant now = test::noon;

  private:
    static security::HomeAgentCredentials credentials() {
        security::HomeAgentCredentials credentials{.address = test::home_agent,
                                                   .own = security::key_pair(2)};
        credentials.protected_peers.push_back(
            {.id = {0}, .key = security::key_pair(1).public_key()});
        credentials.protected_peers.push_back(
            {.id = {1}, .key = security::key_pair(3).public_key()});
        return credentials;
    }
    std::vector<Bytes> carry_out(const mobility::Actions& actions) {
        std::vector<Bytes> sent;
        for (const mobility::Action& action : actions) {
            if (const auto* order = std::get_if<mobility::SendMessage>(&action)) {
                if (std::holds_alternative<wire::Heartbeat>(order->message)) {
                    continue;
                }
                wire::SignallingPacket packet{.source = order->path.local,
                                              .destination = order->path.remote};
                if (order->names_home && order->path.remote != order->home.address) {
                    packet.routing_header = order->home;
                }
                packet.mobility_header = authenticator_->seal(*order).value();
                sent.push_back(packet.serialize());
            } else if (const auto* end = std::get_if<mobility::EndSession>(&action)) {
                authenticator_->end(end->session);
            }
        }
        return sent;
    }

    security::MemoryLedger ledger_;
    std::unique_ptr<security::HomeAgentAuthenticator> authenticator_;
    std::unique_ptr<server::HomeAgent> core_;
    std::map<wire::HomeAddress, mobility::Path> tunnels_;
};

// A mobile node's end: it seals what the case wants said, and opens what comes back.
class KeyedMobileNode {
  public:
    explicit KeyedMobileNode(std::uint8_t key)
        : authenticator_({.home_agent_address = test::home_agent,
                          .own = security::key_pair(key),
                          .home_agent = security::key_pair(2).public_key()},
                         [this] { return time_ = time_.next(); }) {}

    // A binding update as a whole packet.
    Bytes update(std::uint16_t sequence, const mobility::Seal& seal,
                 const wire::HomeAddress& home = first_home,
                 const Ipv6Address& from = test::care_of_a.address, std::uint16_t lifetime = 150,
                 bool names_care_of = true) {
        wire::BindingUpdate update{.sequence = wire::SequenceNumber(sequence),
                                   .acknowledge = true,
                                   .home_registration = true,
                                   .lifetime = wire::Lifetime(lifetime)};
        if (names_care_of) {
            update.options.emplace_back(wire::AlternateCareOfAddress{{from}});
        }
        const mobility::SendMessage order{
            .path = {.local = from, .remote = test::home_agent.address},
            .home = home,
            .message = std::move(update),
            .seal = seal};
        return wire::SignallingPacket{.source = from,
                                      .destination = test::home_agent.address,
                                      .home_address_option = home,
                                      .mobility_header = authenticator_.seal(order).value()}
            .serialize();
    }
    // What it believes of a packet; nothing if it does not take it for a proved message.
    std::optional<mobility::Received> open(BytesView bytes) {
        const auto packet = wire::SignallingPacket::parse(bytes).value();
        const auto received =
            authenticator_.open({.local = packet.destination, .remote = packet.source}, packet);
        return received && std::holds_alternative<mobility::Authenticated<wire::MobilityMessage>>(
                               received->content)
                   ? std::optional(*received)
                   : std::nullopt;
    }
    // Registers by handshake; its session from then on.
    mobility::SessionId join(KeyedHomeAgent& home_agent, std::uint16_t sequence,
                             const wire::HomeAddress& home = first_home) {
        const auto answers = home_agent.hear(update(sequence, mobility::StartHandshake{}, home));
        const auto answer = open(answers.at(0)).value();
        return mobility::session_of(std::get<0>(answer.content).proof()).value();
    }

  private:
    security::Tai64n time_ = security::Tai64n::from(
        std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::seconds(1700000000)));
    security::MobileNodeAuthenticator authenticator_;
};

}  // namespace godwit::conformance

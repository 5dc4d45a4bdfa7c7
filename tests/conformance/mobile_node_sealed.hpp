#pragma once
// A mobile node that shares keys with its home agent, through the real authenticators of both ends.
// The home agent answers what is proved, in whatever words the case puts into its mouth.

#include <map>
#include <memory>
#include <utility>

#include "shared/security/home_agent_authenticator.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "tests/conformance/mobile_node_bench.hpp"
#include "tests/security/memory_ledger.hpp"
#include "tests/security/sample_keys.hpp"

namespace godwit::conformance::mobile_node {

inline std::unique_ptr<security::Authenticator> authenticator_of_key(std::uint8_t number) {
    return std::make_unique<security::MobileNodeAuthenticator>(
        security::MobileNodeCredentials{.home_agent_address = test::home_agent,
                                        .own = security::key_pair(number),
                                        .home_agent = security::key_pair(2).public_key()},
        [] { return security::Tai64n::from({}); });
}

class SealedNode : public MobileNodeBench {
  public:
    explicit SealedNode(
        const client::MobileNodeSettings& settings = settings_of(mobility::Protection::sealed))
        : MobileNodeBench(settings, authenticator_of_key(1)), home_agent_(credentials(), ledger_) {}

    // What the home agent says to an update, sealed as the update was.
    Bytes answer_to(const Sent& update, wire::BindingAcknowledgement answer) {
        const Path back = other_end_of(update.path);
        if (!proofs_.contains(update.sequence())) {
            const auto packet = wire::SignallingPacket::parse(update.octets()).value();
            const auto received = home_agent_.open(back, packet).value();
            proofs_.emplace(update.sequence(), std::get<0>(received.content).proof());
        }
        const mobility::Proof proof = proofs_.at(update.sequence());
        session_ = mobility::session_of(proof).value();
        const auto* handshake = std::get_if<mobility::InHandshake>(&proof);
        return octets_of({.path = back,
                          .home = test::home,
                          .message = std::move(answer),
                          .seal = handshake != nullptr
                                      ? mobility::Seal{*handshake}
                                      : mobility::Seal{mobility::InSession{session_}}});
    }
    void be_answered(const Sent& update, wire::BindingAcknowledgement answer) {
        hear_along(update.path, answer_to(update, std::move(answer)));
    }
    // Grants what was asked for; identifiers come back as RFC 5648 §6.2 wants them.
    void be_granted(const Sent& update, wire::MobilityOptions options = {}) {
        if (const auto identifier = update.option(option::binding_identifier)) {
            wire::Reader in(identifier->body);
            options.emplace_back(
                wire::BindingIdentifier{.id = in.integer<std::uint16_t>(), .care_of = {}});
        }
        be_answered(update, {.sequence = wire::SequenceNumber(update.sequence()),
                             .lifetime = wire::Lifetime(update.lifetime()),
                             .options = std::move(options)});
    }
    void be_granted() { be_granted(update()); }
    void register_at(const wire::CareOfAddress& care_of = care_of_a) {
        attach(at(care_of));
        be_granted();
    }
    // Says something under the session of the last answer, along the path in use.
    void be_told(const wire::MobilityMessage& message) {
        hear_along(path_in_use(), words(message));
    }
    // The same as octets, to be heard later, or again.
    Bytes words(const wire::MobilityMessage& message) {
        return octets_of({.path = other_end_of(path_in_use()),
                          .home = test::home,
                          .message = message,
                          .seal = mobility::InSession{session_}});
    }
    // A heartbeat that comes sealed through the tunnel along this path.
    void be_asked_through_tunnel(const wire::Heartbeat& heartbeat, const Path& path) {
        const wire::PseudoHeader between{.source = home_agent, .destination = home};
        const wire::SignallingPacket packet{
            .source = home_agent,
            .destination = home,
            .mobility_header = wire::serialize_mobility_header(heartbeat, between)};
        take(authenticator().open_tunnelled(path, binding()->session.value(), packet));
    }
    void hear_along(const Path& path, const Bytes& octets) {
        if (path.encapsulation == Encapsulation::udp) {
            hear(octets, path);
        } else {
            hear(octets);
        }
    }

    // After this time heartbeats are answered, and updates are granted.
    std::optional<std::chrono::nanoseconds> answers_after;
    // Paths of these interfaces lead nowhere.
    std::vector<std::uint32_t> broken;
    // Options of each such answer.
    wire::MobilityOptions always{};
    // Of the home agent's restarts, with each heartbeat.
    std::optional<std::uint32_t> restart_counter;

  protected:
    void on_sent(const Sent& message, const mobility::SendMessage& /*order*/) override {
        const bool is_broken =
            std::ranges::find(broken, message.path.interface.value) != broken.end();
        if (answers_after && !is_broken) {
            coming_.emplace(now + *answers_after, message);
        }
    }
    [[nodiscard]] std::optional<Instant> next_heard() const override {
        return coming_.empty() ? std::nullopt : std::optional(coming_.begin()->first);
    }
    void hear_due() override {
        while (!coming_.empty() && coming_.begin()->first <= now) {
            const Sent message = coming_.begin()->second;
            coming_.erase(coming_.begin());
            if (message.type() == message::update) {
                be_granted(message, always);
            } else if (message.type() == message::heartbeat && binding() != nullptr) {
                answer_heartbeat(message);
            }
        }
    }

  private:
    [[nodiscard]] Path path_in_use() const {
        return tunnel.value_or(Path{.local = care_of_a.address, .remote = home_agent});
    }
    void answer_heartbeat(const Sent& message) {
        const auto sequence =
            static_cast<std::uint32_t>(message.number(8) << 16U) | message.number(10);
        wire::Heartbeat response{.response = true, .sequence = sequence};
        if (restart_counter) {
            response.options.emplace_back(wire::RestartCounter{*restart_counter});
        }
        be_asked_through_tunnel(response, message.path);
    }
    static security::HomeAgentCredentials credentials() {
        security::HomeAgentCredentials credentials{.address = test::home_agent,
                                                   .own = security::key_pair(2)};
        credentials.protected_peers.push_back(
            {.id = {0}, .key = security::key_pair(1).public_key()});
        return credentials;
    }
    static Path other_end_of(Path path) {
        std::swap(path.local, path.remote);
        std::swap(path.local_port, path.remote_port);
        return path;
    }
    Bytes octets_of(const mobility::SendMessage& order) {
        HeardPacket packet{.source = order.path.local, .destination = order.path.remote};
        if (order.path.encapsulation == Encapsulation::udp) {
            packet.source = home_agent;
            packet.destination = home;
        } else if (order.path.remote != home &&
                   !std::holds_alternative<wire::BindingRefreshRequest>(order.message)) {
            packet.routed_to = home;
        }
        return packet.octets(home_agent_.seal(order).value());
    }

    security::MemoryLedger ledger_;
    security::HomeAgentAuthenticator home_agent_;
    std::map<std::uint16_t, mobility::Proof> proofs_;  // of updates, by number
    mobility::SessionId session_;
    std::multimap<Instant, Sent> coming_;
};

}  // namespace godwit::conformance::mobile_node

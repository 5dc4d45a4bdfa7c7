#include "tests/simulation/hosts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace godwit::simulation {
namespace {

std::string describe(const wire::MobilityMessage& message, const mobility::Seal& seal) {
    std::string text = "Mobility Header";
    if (const auto* update = std::get_if<wire::BindingUpdate>(&message)) {
        text = "BU " + std::to_string(update->sequence.value()) +
               (update->lifetime == wire::Lifetime::zero() ? " lifetime 0" : "");
    } else if (const auto* answer = std::get_if<wire::BindingAcknowledgement>(&message)) {
        text = "BA " + std::to_string(answer->sequence.value()) + " " + name(answer->status);
    } else if (std::holds_alternative<wire::BindingRefreshRequest>(message)) {
        text = "BRR";
    }
    constexpr std::array kinds{" (handshake)", " (handshake)", " (session)", " (unprotected)"};
    return text + kinds.at(seal.index());
}

wire::Ipv6Address destination_of(wire::BytesView packet) {
    wire::Reader header(packet);
    header.skip(24);
    return wire::Ipv6Address::read(header);
}

security::Secret<security::KeyOctets> copy(const security::KeyOctets& key) {
    return security::make_secret<security::KeyOctets>(key);
}

}  // namespace

void Host::receive(const wire::Bytes& packet) {
    const auto parsed = wire::SignallingPacket::parse(packet);
    if (!parsed) {
        ++rejected_;
        return;
    }
    const mobility::Path path{.local = destination_of(packet), .remote = parsed->source};
    auto received = authenticator().open(path, *parsed);
    if (!received) {
        ++rejected_;
        network_.story.note(network_.now(), name_,
                            "rejects: " + std::string(name(received.error())));
        return;
    }
    perform(node().on_received(network_.now(), *received));
}

void Host::perform(const mobility::Actions& actions) {
    for (const mobility::Action& action : actions) {
        perform(action);
    }
    wake_at_deadline();
}

void Host::perform(const mobility::Action& action) {
    if (const auto* message = std::get_if<mobility::SendMessage>(&action)) {
        send(*message);
    } else if (const auto* admit = std::get_if<mobility::AdmitSession>(&action)) {
        const auto keys = authenticator().take_tunnel_keys(admit->session);
        ASSERT_TRUE(keys) << "a session is admitted once, while it lives";
        tunnels_.admitted[admit->session] = keys->outbound_spi;
    } else if (const auto* direct = std::get_if<mobility::DirectTunnel>(&action)) {
        if (direct->session) {
            ASSERT_TRUE(tunnels_.admitted.contains(*direct->session))
                << "a tunnel is directed by a session that was admitted";
        }
        tunnels_.directed[direct->home] = {direct->path, direct->session};
    } else if (const auto* confirmed = std::get_if<mobility::ConfirmSession>(&action)) {
        confirm(confirmed->home);
    } else if (const auto* close = std::get_if<mobility::CloseTunnel>(&action)) {
        tunnels_.directed.erase(close->home);
    } else if (const auto* end = std::get_if<mobility::EndSession>(&action)) {
        tunnels_.admitted.erase(end->session);
        authenticator().end(end->session);
    } else if (const auto* event = std::get_if<mobility::Event>(&action)) {
        events_.push_back(*event);
        note(events_.back());
    }
}

void Host::send(const mobility::SendMessage& message) {
    auto sealed = authenticator().seal(message);
    ASSERT_TRUE(sealed) << name(sealed.error());
    wire::SignallingPacket packet = addressed(message);
    packet.mobility_header = std::move(*sealed);
    network_.send(name_, packet.serialize(), describe(message.message, message.seal));
}

void Host::wake_at_deadline() {
    if (const auto deadline = node().next_deadline()) {
        network_.at(*deadline, [this, life = lives_] {
            const auto due = life == lives_ ? node().next_deadline() : std::nullopt;
            if (due && *due <= network_.now()) {
                perform(node().on_deadline(network_.now()));
            }
        });
    }
}

void Host::lose_state() {
    ++lives_;
    tunnels_ = {};
    network_.story.note(network_.now(), name_, "restarts");
}

SimulatedMobileNode::SimulatedMobileNode(VirtualNetwork& network, SimulatedHomeAgent& home_agent,
                                         client::RegistrationSettings settings,
                                         security::KeyPair key)
    : Host(network, "MN"),
      home_agent_(home_agent),
      settings_(std::move(settings)),
      key_(copy(key.private_key())) {
    start();
}

void SimulatedMobileNode::start() {
    authenticator_ = std::make_unique<security::MobileNodeAuthenticator>(
        security::MobileNodeCredentials{.home_agent_address = test::home_agent,
                                        .own = security::KeyPair(copy(*key_)),
                                        .home_agent = home_agent_.public_key()},
        [this] {
            return security::Tai64n::from(
                std::chrono::sys_time<std::chrono::nanoseconds>(network_.now().time_since_epoch()));
        });
    settings_.first_sequence =
        wire::SequenceNumber(static_cast<std::uint16_t>(network_.random()()));
    core_ = std::make_unique<client::MobileNode>(settings_);
}

void SimulatedMobileNode::attach(const wire::CareOfAddress& care_of) {
    network_.story.note(network_.now(), name_, "attaches as " + care_of.text());
    be_at(care_of.address,
          {.candidates = {{.interface = {1}, .address = care_of.address}}, .home = {}});
}

void SimulatedMobileNode::attach_home() {
    network_.story.note(network_.now(), name_, "is on the home link");
    be_at(settings_.home.address,
          {.candidates = {},
           .home = mobility::HomeLink{.interface = {1}, .router = test::ip("fe80::1")}});
}

void SimulatedMobileNode::detach() {
    network_.story.note(network_.now(), name_, "has no link");
    be_at(std::nullopt, {});
}

void SimulatedMobileNode::be_at(const std::optional<wire::Ipv6Address>& address,
                                const mobility::Attachments& attachments) {
    if (address_) {
        network_.detach(*address_);
    }
    address_ = address;
    attachments_ = attachments;
    if (address_) {
        network_.attach(*address_, name_, [this](const auto& packet) { receive(packet); });
    }
    perform(core_->on_attachments(network_.now(), attachments_));
}

void SimulatedMobileNode::restart() {
    lose_state();
    start();
    perform(core_->on_attachments(network_.now(), attachments_));
}

wire::SignallingPacket SimulatedMobileNode::addressed(const mobility::SendMessage& message) const {
    wire::SignallingPacket packet{.source = message.path.local, .destination = message.path.remote};
    if (message.names_home && message.path.local != message.home.address) {
        packet.home_address_option = message.home;
    }
    return packet;
}

void SimulatedMobileNode::confirm(const wire::HomeAddress& home) {
    const TunnelState::Direction& direction = tunnels_.directed.at(home);
    const mobility::SessionId theirs{tunnels_.admitted.at(*direction.session)};
    if (!network_.chance(network_.conditions.loss)) {
        network_.at(network_.now() + network_.conditions.latency,
                    [this, theirs] { home_agent_.hear_session(theirs); });
    }
}

SimulatedHomeAgent::SimulatedHomeAgent(VirtualNetwork& network, server::HomeAgentSettings settings,
                                       std::vector<security::PublicKey> mobile_nodes)
    : Host(network, "HA"), settings_(std::move(settings)), mobile_nodes_(std::move(mobile_nodes)) {
    const auto pair = security::KeyPair::generate();
    key_ = copy(pair.private_key());
    public_key_ = pair.public_key();
    start();
    network_.attach(settings_.address.address, name_,
                    [this](const auto& packet) { receive(packet); });
}

void SimulatedHomeAgent::start() {
    security::HomeAgentCredentials credentials{.address = settings_.address,
                                               .own = security::KeyPair(copy(*key_))};
    for (std::uint32_t index = 0; index < mobile_nodes_.size(); ++index) {
        credentials.protected_peers.push_back({.id = {index}, .key = mobile_nodes_[index]});
    }
    authenticator_ =
        std::make_unique<security::HomeAgentAuthenticator>(std::move(credentials), ledger_);
    core_ = std::make_unique<server::HomeAgent>(settings_);
}

void SimulatedHomeAgent::restart() {
    lose_state();
    start();
    std::vector<server::LostBinding> lost;
    for (const auto& [home, care_of] : disk_) {
        lost.push_back({.home = home,
                        .path = {.local = settings_.address.address, .remote = care_of.address}});
    }
    perform(core_->on_restart(network_.now(), lost));
}

void SimulatedHomeAgent::note(const mobility::Event& event) {
    if (const auto* registered = std::get_if<mobility::BindingRegistered>(&event)) {
        disk_[registered->home] = registered->care_of;
    } else if (const auto* moved = std::get_if<mobility::BindingMoved>(&event)) {
        disk_[moved->home] = moved->to;
    } else if (const auto* removed = std::get_if<mobility::BindingRemoved>(&event)) {
        disk_.erase(removed->home);
    } else if (const auto* expired = std::get_if<mobility::BindingExpired>(&event)) {
        disk_.erase(expired->home);
    }
}

void SimulatedHomeAgent::hear_session(mobility::SessionId session) {
    if (tunnels_.admitted.contains(session)) {
        perform(core_->on_session_confirmed(network_.now(), session));
    }
}

const server::Binding* SimulatedHomeAgent::binding(const wire::HomeAddress& home) const {
    const server::Binding* found = core_->bindings().find(home, network_.now());
    return found != nullptr && found->is_valid ? found : nullptr;
}

wire::SignallingPacket SimulatedHomeAgent::addressed(const mobility::SendMessage& message) const {
    wire::SignallingPacket packet{.source = message.path.local, .destination = message.path.remote};
    if (message.names_home && message.path.remote != message.home.address) {
        packet.routing_header = message.home;
    }
    return packet;
}

bool SimulatedHomeAgent::Ledger::advance(mobility::PeerId peer, const security::Tai64n& time) {
    const auto known = last.find(peer);
    if (known != last.end() && time <= known->second) {
        return false;
    }
    last[peer] = time;
    return true;
}

}  // namespace godwit::simulation

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
    } else if (const auto* heartbeat = std::get_if<wire::Heartbeat>(&message)) {
        text = heartbeat->response ? "heartbeat answer" : "heartbeat";
    }
    constexpr std::array kinds{" (handshake)", " (handshake)", " (session)", " (unprotected)",
                               " (sealed)"};
    return text + kinds.at(seal.index());
}

mobility::Path seen_from_here(mobility::Path path) {
    std::swap(path.local, path.remote);
    std::swap(path.local_port, path.remote_port);
    return path;
}

// In the place of what applications send: no Mobility Header has this type.
constexpr std::uint8_t data_type = 0xff;

wire::Bytes data(bool has_content) {
    return {59, 0, data_type, static_cast<std::uint8_t>(has_content ? 1 : 0), 0, 0, 0, 0};
}
bool is_data(const Frame& frame) {
    return frame.packet.mobility_header.at(2) == data_type;
}
bool has_content(const Frame& frame) {
    return frame.packet.mobility_header.at(3) == 1;
}

security::Secret<security::KeyOctets> copy(const security::KeyOctets& key) {
    return security::make_secret<security::KeyOctets>(key);
}

}  // namespace

void Host::receive(const wire::Bytes& packet) {
    const auto frame = Frame::parse(packet);
    if (!frame) {
        ++rejected_;
        return;
    }
    if (frame->sealed_for) {
        receive_sealed(*frame);
        return;
    }
    take(authenticator().open(seen_from_here(frame->path), frame->packet));
}

void Host::receive_sealed(const Frame& frame) {
    if (!tunnels_.admitted.contains(*frame.sealed_for)) {
        ++rejected_;
        return;
    }
    if (is_data(frame)) {
        receive_data(frame, *frame.sealed_for);
        return;
    }
    perform(node().on_session_confirmed(network_.now(), *frame.sealed_for));
    take(authenticator().open_tunnelled(seen_from_here(frame.path), *frame.sealed_for,
                                        frame.packet));
}

void Host::receive_data(const Frame& frame, mobility::SessionId session) {
    tunnels_.received += has_content(frame) ? 1U : 0U;
    perform(node().on_session_confirmed(network_.now(), session));
    const mobility::Path path = seen_from_here(frame.path);
    if (path.encapsulation != mobility::Encapsulation::udp) {
        return;
    }
    const auto before = std::exchange(heard_from_[session], path);
    if (before != path) {
        perform(node().on_moved_endpoint(network_.now(), session, path));
    }
}

void Host::take(const std::expected<mobility::Received, security::Rejection>& received) {
    if (!received) {
        ++rejected_;
        network_.story.note(network_.now(), name_,
                            "rejects: " + std::string(name(received.error())));
        return;
    }
    perform(node().on_received(network_.now(), *received));
}

void Host::send_data(const wire::HomeAddress& home) {
    if (!tunnels_.directed.contains(home) || tunnels_.is_held) {
        return;
    }
    send_through_tunnel(home, true);
    ++tunnels_.sent;
    if (const auto notice = std::exchange(tunnels_.watched, std::nullopt)) {
        perform(node().on_traffic(network_.now(), {.home = home,
                                                   .what = notice->what,
                                                   .sent = tunnels_.sent,
                                                   .received = tunnels_.received}));
    }
}

void Host::send_through_tunnel(const wire::HomeAddress& home, bool has_content) {
    const auto direction = tunnels_.directed.find(home);
    if (direction == tunnels_.directed.end() || !direction->second.session) {
        return;
    }
    Frame frame{.path = direction->second.path,
                .sealed_for = {{tunnels_.admitted.at(*direction->second.session)}},
                .packet = inner(home)};
    frame.packet.mobility_header = data(has_content);
    network_.send(name_, frame.serialize(), has_content ? "data" : "dummy");
}

void Host::watch(const mobility::WatchTraffic& order) {
    using What = mobility::WatchTraffic::What;
    const mobility::TrafficNotice notice{.home = order.home,
                                         .what = order.what,
                                         .sent = tunnels_.sent,
                                         .received = tunnels_.received};
    if (order.what == What::reading) {
        perform(node().on_traffic(network_.now(), notice));
    } else if (order.what == What::any_sent) {
        tunnels_.watched = notice;
    }
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
        tunnels_.is_held = false;
    } else if (const auto* confirmed = std::get_if<mobility::ConfirmSession>(&action)) {
        send_through_tunnel(confirmed->home, false);
    } else if (std::holds_alternative<mobility::HoldTunnel>(action)) {
        tunnels_.is_held = true;
    } else if (const auto* fit = std::get_if<mobility::FitTunnel>(&action)) {
        tunnels_.mtu = fit->mtu;
    } else if (const auto* carry = std::get_if<mobility::CarryIpv4>(&action)) {
        tunnels_.ipv4 = carry->ipv4;
    } else if (const auto* watched = std::get_if<mobility::WatchTraffic>(&action)) {
        watch(*watched);
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
    const bool is_native = message.path.encapsulation == mobility::Encapsulation::ip6;
    Frame frame{.path = message.path, .packet = is_native ? native(message) : inner(message.home)};
    if (std::holds_alternative<mobility::ThroughTunnel>(message.seal)) {
        const auto tunnel = tunnels_.directed.find(message.home);
        ASSERT_TRUE(tunnel != tunnels_.directed.end() && tunnel->second.session)
            << "heartbeats go through a sealed tunnel";
        frame.sealed_for = {tunnels_.admitted.at(*tunnel->second.session)};
        frame.packet = inner(message.home);
    }
    frame.packet.mobility_header = std::move(*sealed);
    network_.send(name_, frame.serialize(), describe(message.message, message.seal));
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
    core_ = std::make_unique<client::MobileNode>(client::MobileNodeSettings{
        .registration = settings_, .ports = {4191, 443}, .scout_port = 1});
}

void SimulatedMobileNode::attach_to(const std::vector<wire::CareOfAddress>& care_of,
                                    const std::vector<wire::Ipv6Address>& endpoints) {
    mobility::Attachments attachments;
    std::vector<wire::Ipv6Address> addresses;
    for (const wire::CareOfAddress& address : care_of) {
        network_.story.note(network_.now(), name_, "attaches as " + address.text());
        addresses.push_back(address.address);
        attachments.candidates.push_back({.interface = {1}, .address = address.address});
    }
    for (const wire::Ipv6Address& endpoint : endpoints) {
        attachments.endpoints.push_back({endpoint});
    }
    be_at(addresses, attachments);
}

void SimulatedMobileNode::attach_home() {
    network_.story.note(network_.now(), name_, "is on the home link");
    be_at({settings_.home.address},
          {.candidates = {},
           .home = mobility::HomeLink{.interface = {1}, .router = test::ip("fe80::1")}});
}

void SimulatedMobileNode::detach() {
    network_.story.note(network_.now(), name_, "has no link");
    be_at({}, {});
}

void SimulatedMobileNode::be_at(const std::vector<wire::Ipv6Address>& addresses,
                                const mobility::Attachments& attachments) {
    for (const wire::Ipv6Address& address : addresses_) {
        network_.detach(address);
    }
    addresses_ = addresses;
    attachments_ = attachments;
    for (const wire::Ipv6Address& address : addresses_) {
        network_.attach(address, name_, [this](const auto& packet) { receive(packet); });
    }
    perform(core_->on_attachments(network_.now(), attachments_));
}

void SimulatedMobileNode::restart() {
    lose_state();
    start();
    perform(core_->on_attachments(network_.now(), attachments_));
}

wire::SignallingPacket SimulatedMobileNode::native(const mobility::SendMessage& message) const {
    wire::SignallingPacket packet{.source = message.path.local, .destination = message.path.remote};
    if (message.names_home && message.path.local != message.home.address) {
        packet.home_address_option = message.home;
    }
    return packet;
}

wire::SignallingPacket SimulatedMobileNode::inner(const wire::HomeAddress& home) const {
    return {.source = home.address, .destination = test::home_agent.address};
}

SimulatedHomeAgent::SimulatedHomeAgent(VirtualNetwork& network, server::HomeAgentSettings settings,
                                       std::vector<security::PublicKey> mobile_nodes)
    : Host(network, "HA"), settings_(std::move(settings)), mobile_nodes_(std::move(mobile_nodes)) {
    settings_.checks.random = [&network] { return static_cast<std::uint32_t>(network.random()()); };
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
    settings_.checks.random = [this] { return static_cast<std::uint32_t>(network_.random()()); };
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

void SimulatedHomeAgent::listen_at(const wire::Ipv6Address& address) {
    network_.attach(address, name_, [this](const auto& packet) { receive(packet); });
}

const server::Binding* SimulatedHomeAgent::binding(const wire::HomeAddress& home) const {
    const server::Binding* found = core_->bindings().find(home, network_.now());
    return found != nullptr && found->is_valid ? found : nullptr;
}

wire::SignallingPacket SimulatedHomeAgent::native(const mobility::SendMessage& message) const {
    wire::SignallingPacket packet{.source = message.path.local, .destination = message.path.remote};
    if (message.names_home && message.path.remote != message.home.address) {
        packet.routing_header = message.home;
    }
    return packet;
}

wire::SignallingPacket SimulatedHomeAgent::inner(const wire::HomeAddress& home) const {
    return {.source = settings_.address.address, .destination = home.address};
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

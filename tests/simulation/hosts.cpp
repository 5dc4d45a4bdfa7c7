#include "tests/simulation/hosts.hpp"

#include <algorithm>
#include <utility>

namespace godwit::simulation {
namespace {

security::Secret<security::KeyOctets> copy(const security::KeyOctets& key) {
    return security::make_secret<security::KeyOctets>(key);
}

}  // namespace

SimulatedMobileNode::SimulatedMobileNode(VirtualNetwork& network, SimulatedHomeAgent& home_agent,
                                         client::RegistrationSettings settings,
                                         security::KeyPair key)
    : Host(network, "MN", datapath::LookUpBy::inner_source),
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
            const auto now = security::Tai64n::from(
                std::chrono::sys_time<std::chrono::nanoseconds>(network_.now().time_since_epoch()));
            return last_handshake_ = std::max(now, last_handshake_.next());
        });
    settings_.first_sequence =
        wire::SequenceNumber(static_cast<std::uint16_t>(network_.random()()));
    core_ = std::make_unique<client::MobileNode>(client::MobileNodeSettings{
        .registration = settings_, .ports = {4191, 443}, .scout_port = 1, .flows = flows_});
}

void SimulatedMobileNode::use_both_links(std::vector<client::FlowWish> flows) {
    settings_.wants_other_bindings = true;
    flows_ = std::move(flows);
    start();
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

void SimulatedMobileNode::attach_to_links(
    const std::vector<mobility::CandidateAddress>& candidates) {
    std::vector<wire::Ipv6Address> addresses;
    for (const mobility::CandidateAddress& candidate : candidates) {
        network_.story.note(network_.now(), name_, "attaches as " + candidate.address.text());
        addresses.push_back(candidate.address);
    }
    be_at(addresses, {.candidates = candidates, .home = {}});
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

void SimulatedMobileNode::resume() {
    wake_up();
    perform(core_->on_resume(network_.now()));
}

// In the order of client::AttachmentWatch.
void SimulatedMobileNode::resume_at(const wire::CareOfAddress& care_of) {
    wake_up();
    attach(care_of);
    perform(core_->on_resume(network_.now()));
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
    : Host(network, "HA", datapath::LookUpBy::inner_destination),
      settings_(std::move(settings)),
      mobile_nodes_(std::move(mobile_nodes)) {
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

// It has one key for ever.
bool SimulatedHomeAgent::Ledger::advance(const security::ServingKeys& /*own*/,
                                         const security::PublicKey& peer,
                                         const security::Tai64n& time) {
    const auto known = last.find(peer);
    if (known != last.end() && time <= known->second) {
        return false;
    }
    last[peer] = time;
    return true;
}

}  // namespace godwit::simulation

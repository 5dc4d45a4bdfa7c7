#include "server/configured_clients.hpp"

#include <algorithm>

namespace godwit::server {
namespace {

std::unexpected<Refused> refused() {
    return std::unexpected(Refused{
        Refusal::is_configured,
        "this home agent's clients are those of its configuration file, and changed there"});
}

}  // namespace

ConfiguredClients::ConfiguredClients(const Configuration& configuration) {
    for (const MobileNodeEntry& node : configuration.mobile_nodes) {
        clients_.push_back({.name = node.name,
                            .home = node.home_address,
                            .ipv4 = node.ipv4_home_address,
                            .state = ClientState::enabled,
                            .is_configured = true,
                            .key = node.public_key});
    }
    std::ranges::sort(clients_, {}, &Client::name);
}

std::optional<Client> ConfiguredClients::find(std::string_view name) const {
    const auto found = std::ranges::find(clients_, name, &Client::name);
    return found == clients_.end() ? std::nullopt : std::optional(*found);
}

Outcome<IssuedInvite> ConfiguredClients::invite(const InviteOrder&) {
    return refused();
}
Outcome<IssuedInvite> ConfiguredClients::invite_again(std::string_view, std::chrono::seconds) {
    return refused();
}
Outcome<void> ConfiguredClients::rename(std::string_view, const std::string&) {
    return refused();
}
Outcome<void> ConfiguredClients::set_enabled(std::string_view, bool) {
    return refused();
}
Outcome<void> ConfiguredClients::set_policy(std::string_view, const ClientPolicy&) {
    return refused();
}
Outcome<void> ConfiguredClients::revoke(std::string_view) {
    return refused();
}
Outcome<void> ConfiguredClients::remove(std::string_view) {
    return refused();
}
Outcome<void> ConfiguredClients::kick(std::string_view) {
    return refused();
}
Outcome<security::PublicKey> ConfiguredClients::rotate_key(std::chrono::seconds) {
    return refused();
}
Outcome<std::string> ConfiguredClients::backup() const {
    return refused();
}
Outcome<void> ConfiguredClients::restore(std::string_view) {
    return refused();
}

}  // namespace godwit::server

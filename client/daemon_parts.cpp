#include "client/daemon_parts.hpp"

#include <chrono>
#include <system_error>
#include <utility>

#include "client/core/update_numbers.hpp"
#include "client/handshake_times.hpp"
#include "client/home_agent_key.hpp"
#include "client/keys.hpp"
#include "client/traffic_steering.hpp"
#include "shared/platform/privileges.hpp"
#include "shared/platform/process_hardening.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "shared/security/random.hpp"
#include "shared/security/unprotected_authenticator.hpp"

namespace godwit::client {
namespace {

// Follows the home agent to its next key, once that is on the disk.
bool follow(HomeAgentKey& key, const security::PublicKey& next, const runtime::Log& log) {
    try {
        key.replace(next);
        log.info("home-agent-key-changed", {{"public_key", next.text()}});
        return true;
    } catch (const std::system_error& failure) {
        log.warning("home-agent-key-not-stored", {{"reason", failure.what()}});
        return false;
    }
}

RegistrationSettings registration_settings(const Configuration& configuration) {
    return {.home = configuration.home_address,
            .home_agent = configuration.home_agent.address,
            .lifetime = configuration.lifetime,
            .protection = configuration.protection,
            .first_registration_timeout = configuration.first_registration_timeout,
            .first_sequence = first_sequence(runtime::wall_now().time_since_epoch()),
            .wants_ipv4 = configuration.ipv4,
            .wants_other_bindings = configuration.second_path &&
                                    configuration.protection == mobility::Protection::sealed,
            .network_prefixes = configuration.network_prefixes};
}

// It reads its configuration and its keys again whenever it comes up.
bool uses_files_of_others(const Configuration& configuration, const std::filesystem::path& file) {
    return platform::belong_to_another({file, configuration.state_directory,
                                        configuration.status_socket.parent_path(),
                                        configuration.private_key_file.value_or(""),
                                        configuration.home_agent.preshared_key_file.value_or("")});
}

}  // namespace

void give_up_what_is_not_needed(const Configuration& configuration,
                                const std::filesystem::path& file) {
    platform::harden_process();
    platform::require_network_capabilities();
    platform::give_up_capabilities({.files_of_others = uses_files_of_others(configuration, file)});
}

std::unique_ptr<security::Authenticator> make_authenticator(const Configuration& configuration,
                                                            const runtime::Log& log) {
    if (configuration.protection == mobility::Protection::none) {
        return std::make_unique<security::UnprotectedAuthenticator>(
            configuration.home_agent.address);
    }
    Keys keys = load_keys(configuration);
    const auto key = std::make_shared<HomeAgentKey>(configuration.state_directory,
                                                    *configuration.home_agent.public_key);
    const security::PublicKey own = keys.own->public_key();
    const auto suites = configuration.suites.common_with(security::SuiteSet::of_this_machine());
    return std::make_unique<security::MobileNodeAuthenticator>(
        security::MobileNodeCredentials{
            .home_agent_address = configuration.home_agent.address,
            .own = std::move(*keys.own),
            .home_agent = key->current(),
            .preshared_key = std::move(keys.preshared),
            .suites = suites,
            .on_next_key =
                [key, &log](const security::PublicKey& next) { return follow(*key, next, log); }},
        handshake_times(configuration.state_directory, own, log));
}

std::vector<FlowWish> flow_wishes(const Configuration& configuration, const IsVia& via) {
    std::vector<FlowWish> wishes;
    for (const mobility::FlowSelector& flow : configuration.redundant) {
        wishes.push_back(
            {.selectors = mobility::traffic_selectors(flow, configuration.ipv4), .via = {}});
    }
    for (const FlowChoice& choice : configuration.flows) {
        wishes.push_back(
            {.selectors = mobility::traffic_selectors(choice.match, configuration.ipv4),
             .via = [via, links = choice.via](const auto& candidate) {
                 return via(links, candidate);
             }});
    }
    return wishes;
}

MobileNodeSettings mobile_node_settings(const Configuration& configuration,
                                        const platform::UdpTunnelSocket& udp,
                                        std::vector<FlowWish> flows) {
    return {.registration = registration_settings(configuration),
            .encapsulations = configuration.encapsulations,
            .udp_is_cheaper = configuration.cheapest_first && udp.is_in_segments(),
            .ports = configuration.home_agent.ports,
            .first_heartbeat = security::random_number(),
            .scout_port = udp.port(),
            .mtu_probe_interval = configuration.mtu_probe_interval,
            .flows = std::move(flows)};
}

AttachmentWatch::Settings attachment_settings(const Configuration& configuration,
                                              mobility::InterfaceIndex tunnel,
                                              AttachmentWatch::OnNetwork on_network,
                                              HomeAgentEndpoints::DnsOfNow wanted_dns) {
    return {.home_agent = configuration.home_agent.address,
            .endpoints = configuration.home_agent.endpoints,
            .queries = {.mark = outer_packet_mark,
                        .past_stub = configuration.lockdown,
                        .wanted_dns = std::move(wanted_dns)},
            .home = configuration.home_address,
            .tunnel = tunnel,
            .links = configuration.links,
            .home_prefix = configuration.home_prefix,
            .network_prefixes = configuration.network_prefixes,
            .on_network = std::move(on_network)};
}

}  // namespace godwit::client

#include "server/commands/doctor.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include "server/checkup.hpp"
#include "server/host_facts.hpp"
#include "shared/platform/interface_config.hpp"
#include "shared/platform/network_monitor.hpp"
#include "shared/platform/nftables_presence.hpp"
#include "shared/platform/process_hardening.hpp"
#include "shared/platform/sysctl.hpp"
#include "shared/runtime/offload_document.hpp"
#include "shared/runtime/program.hpp"

namespace godwit::server {
namespace {

using runtime::ExitCode;

const std::string service_user = "godwit-ha";

struct Options {
    std::filesystem::path configuration = "/etc/godwit/ha.toml";
    bool json = false;
};

void ask_daemon(const Configuration& configuration, CheckupFacts& facts) {
    const auto status = runtime::read_status(configuration.status_socket);
    if (!status) {
        facts.daemon_silence = status.error();
        return;
    }
    facts.daemon =
        DaemonWord{.health = status->value("health", std::vector<std::string>()),
                   .has_heard_anybody = !status->at("signalling").at("in").empty(),
                   .offloads = runtime::offloads_text(status->value("offloads", runtime::Json())),
                   .system_calls = status->value("system_calls", runtime::Json())};
}

void look_at_files(const Configuration& configuration, CheckupFacts& facts) {
    if (platform::has_user(service_user)) {
        facts.service_user = service_user;
    }
    if (configuration.private_key_file) {
        facts.key = platform::owner_of(*configuration.private_key_file);
    }
    facts.state_directory = platform::owner_of(configuration.state_directory);
    std::error_code unknown;  // then the directory is missing, which is said
    const auto space = std::filesystem::space(configuration.state_directory, unknown);
    facts.free_octets = unknown ? 0 : space.available;
}

void look_at_kernel(const Configuration& configuration, CheckupFacts& facts) {
    const auto read = [](const std::string& name) {
        return platform::read_sysctl(name).value_or("unknown");
    };
    facts.udp_ports = bound_udp_ports();
    facts.ipv6_forwarding = read("net/ipv6/conf/all/forwarding");
    facts.ipv4_forwarding = read("net/ipv4/ip_forward");
    facts.has_nftables_table = platform::has_nftables_table("inet godwit_ha");
    const platform::NetworkSnapshot network = platform::NetworkMonitor().snapshot();
    const auto uplink = uplink_of(network);
    if (uplink) {
        facts.accept_ra = read("net/ipv6/conf/" + uplink->link.name + "/accept_ra");
        facts.learned_its_router = std::ranges::any_of(network.routes, [&](const auto& route) {
            return route.interface == uplink->link.index && route.is_advertised &&
                   route.destination.length == 0;
        });
    }
    if (configuration.home_link) {
        const auto link = platform::find_interface(*configuration.home_link);
        facts.has_home_link = link.has_value();
        facts.is_prefix_on_link = std::ranges::any_of(network.addresses, [&](const auto& known) {
            return link && known.interface == *link &&
                   configuration.home_prefix.contains(known.address);
        });
    }
}

// A prefix that only this machine knows needs no trial. What is on the link of another interface
// than the uplink, this machine is the router of.
void try_prefix(const Configuration& configuration, CheckupFacts& facts) {
    constexpr unsigned unique_local = 0xfd;  // RFC 4193
    const platform::NetworkSnapshot network = platform::NetworkMonitor().snapshot();
    const auto uplink = uplink_of(network);
    const bool is_elsewhere =
        uplink && configuration.home_link && *configuration.home_link != uplink->link.name;
    if (!uplink || !uplink->router || is_elsewhere ||
        configuration.home_prefix.address.octets[0] == unique_local) {
        return;
    }
    facts.prefix =
        probe(network, *uplink, named_candidate(network, configuration.home_prefix, *uplink));
}

ExitCode run(const Options& options) {
    platform::require_network_capabilities();
    const Configuration configuration = read_configuration(options.configuration);
    CheckupFacts facts;
    facts.now = runtime::wall_now();
    look_at_files(configuration, facts);
    ask_daemon(configuration, facts);
    look_at_kernel(configuration, facts);
    try_prefix(configuration, facts);
    const std::vector<Finding> findings = check_up(configuration, facts);
    std::cout << (options.json ? runtime::to_json(findings).dump(2) + '\n'
                               : runtime::text_of(findings));
    return runtime::is_all_well(findings) ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

std::function<ExitCode()> add_doctor(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("doctor", "Say what is wrong, and the remedy");
    command->add_option("--config", options->configuration, "The configuration file")
        ->capture_default_str();
    command->add_flag("--json", options->json, "As JSON, for programs");
    command->footer(
        "Looks at the configuration, the key, the store, the daemon and the kernel, and tries the\n"
        "home prefix. Exits with 0 if all is well, 1 if anything is wrong. Example:\n"
        "  sudo godwit-ha doctor");
    return [options] { return run(*options); };
}

}  // namespace godwit::server

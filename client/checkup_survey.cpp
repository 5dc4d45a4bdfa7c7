#include "client/checkup_survey.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "client/core/mobile_node.hpp"
#include "client/handshake_times.hpp"
#include "client/keys.hpp"
#include "client/lockdown.hpp"
#include "client/network_survey.hpp"
#include "client/profiles.hpp"
#include "client/traffic_steering.hpp"
#include "shared/platform/bus_names.hpp"
#include "shared/platform/foreign_rules.hpp"
#include "shared/platform/network_monitor.hpp"
#include "shared/platform/process_hardening.hpp"
#include "shared/platform/sysctl.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "shared/runtime/program.hpp"

namespace godwit::client {
namespace {

namespace fs = std::filesystem;

constexpr const char* service_user = "godwit";

// One line: what is wrong first, the rest is for godwit daemon --check.
std::string first_line(const std::exception& failure) {
    const std::string text = failure.what();
    return text.substr(0, text.find('\n'));
}

void look_at_keys(const Configuration& content, ConfigurationFacts& facts) {
    if (Profiles().name_of(facts.file) && platform::has_user(service_user)) {
        facts.service_user = service_user;
    }
    if (content.private_key_file) {
        facts.key = platform::owner_of(*content.private_key_file);
    }
    std::error_code trouble;  // but permission: then the file is missing, which is said
    if (content.private_key_file) {
        (void)fs::status(*content.private_key_file, trouble);
    }
    facts.are_keys_hidden = trouble == std::errc::permission_denied;
    if (content.home_agent.preshared_key_file) {
        facts.preshared_key = platform::owner_of(*content.home_agent.preshared_key_file);
    }
    const bool is_readable =
        !content.private_key_file || std::ifstream(*content.private_key_file).good();
    if (!is_readable) {
        return;  // by the daemon's user alone, as it should be
    }
    try {
        load_keys(content);
    } catch (const runtime::InvalidConfiguration& invalid) {
        facts.keys_trouble = first_line(invalid);
    }
}

ConfigurationFacts look_at_configuration(const fs::path& file) {
    ConfigurationFacts facts{.file = file.string()};
    if (!std::ifstream(file)) {
        facts.exists = errno != ENOENT;
        facts.is_readable = errno != EACCES;
        if (!facts.exists || !facts.is_readable) {
            return facts;
        }
    }
    try {
        facts.content = read_configuration(file);
        look_at_keys(*facts.content, facts);
    } catch (const runtime::InvalidConfiguration& invalid) {
        facts.trouble = first_line(invalid);
    }
    return facts;
}

std::vector<std::string> services() {
    const std::vector<std::pair<std::string, std::string>> known{
        {"org.freedesktop.resolve1", "systemd-resolved"},
        {"org.freedesktop.login1", "systemd-logind"},
        {"org.freedesktop.NetworkManager", "NetworkManager"}};
    std::vector<std::string> asked;
    for (const auto& [bus_name, service] : known) {
        asked.push_back(bus_name);
    }
    const auto owned = platform::owned_bus_names(asked);
    std::vector<std::string> found;
    for (const auto& [bus_name, service] : known) {
        if (std::ranges::find(owned, bus_name) != owned.end()) {
            found.push_back(service);
        }
    }
    return found;
}

SystemFacts look_at_system() {
    SystemFacts facts{.has_network_rights = platform::has_network_capabilities(),
                      .tun_trouble = platform::trouble_with_tun_driver(),
                      .now = runtime::wall_now(),
                      .services = services(),
                      .network = platform::NetworkMonitor().snapshot(),
                      .rules_before_ours = platform::foreign_rules_before(first_rule_priority)};
    if (const auto value = platform::read_sysctl("net/ipv6/conf/all/disable_ipv6")) {
        facts.disable_ipv6 = *value;
    }
    return facts;
}

DaemonFacts ask_daemon(const fs::path& socket) {
    auto status = runtime::read_status(socket);
    if (!status) {
        return {.status = std::nullopt, .silence = std::move(status).error()};
    }
    return {.status = *std::move(status), .silence = {}};
}

}  // namespace

CheckupFacts survey(const SurveyOrder& order) {
    CheckupFacts facts{.configuration = look_at_configuration(order.configuration),
                       .system = look_at_system()};
    const auto& content = facts.configuration.content;
    const fs::path socket =
        order.socket.value_or(content ? content->status_socket : Configuration().status_socket);
    facts.daemon = ask_daemon(socket);
    facts.system.is_locked_down =
        platform::has_network_capabilities() && Lockdown::is_in_force();  // it tells nobody else
    if (content) {
        facts.system.has_clock_gone_back =
            has_clock_gone_back(content->state_directory, facts.system.now);
        facts.network = survey_network(*content, facts.system, facts.daemon, socket);
    }
    return facts;
}

}  // namespace godwit::client

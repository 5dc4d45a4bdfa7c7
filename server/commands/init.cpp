#include "server/commands/init.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "server/commands/daemon_call.hpp"
#include "server/commands/invite_text.hpp"
#include "server/configuration.hpp"
#include "server/home_plan.hpp"
#include "server/host_facts.hpp"
#include "server/new_files.hpp"
#include "shared/platform/network_monitor.hpp"
#include "shared/platform/process_hardening.hpp"
#include "shared/platform/service.hpp"
#include "shared/runtime/api_client.hpp"
#include "shared/runtime/program.hpp"
#include "shared/runtime/status_document.hpp"
#include "shared/security/random.hpp"

namespace godwit::server {
namespace {

using runtime::ExitCode;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto patience_for_invite = 5s;
constexpr unsigned created = 201;  // HTTP
const fs::path service_configuration = "/etc/godwit/ha.toml";
const std::string service = "godwit-ha.service";
const std::string service_user = "godwit-ha";

struct Options {
    std::string prefix;
    std::string mode;
    std::vector<std::string> endpoints;
    std::string interface;
    fs::path configuration = service_configuration;
    std::string client = "laptop";
    bool yes = false;
    bool force = false;
    bool no_start = false;
};

ExitCode refuse(const std::string& why, ExitCode code = ExitCode::failed) {
    runtime::print_error("godwit-ha", why);
    return code;
}

std::optional<wire::Prefix> prefix_of(const Options& options) {
    return options.prefix.empty() ? std::nullopt : wire::Prefix::parse(options.prefix);
}

Wishes wishes_of(const Options& options) {
    Wishes wishes{.mode = {}, .prefix = prefix_of(options), .endpoints = options.endpoints};
    for (const HomeMode mode : {HomeMode::routed, HomeMode::on_link, HomeMode::nat}) {
        if (options.mode == name(mode)) {
            wishes.mode = mode;
        }
    }
    return wishes;
}

Surroundings surroundings() {
    constexpr unsigned half = 32;
    Surroundings around{
        .ipv4_in_use = {},
        .udp_ports_in_use = bound_udp_ports(),
        .random = (std::uint64_t{security::random_number()} << half) | security::random_number()};
    const platform::NetworkSnapshot network = platform::NetworkMonitor().snapshot();
    for (const platform::KnownAddress& known : network.addresses) {
        if (known.address.mapped_ipv4()) {
            around.ipv4_in_use.push_back(wire::Prefix::around(known.address, known.prefix_length));
        }
    }
    for (const platform::KnownRoute& route : network.routes) {
        if (route.destination.is_ipv4() && route.gateway && route.destination.length > 96) {
            around.ipv4_in_use.push_back(route.destination);
        }
    }
    return around;
}

// Nothing where nobody answers: standard input has ended.
std::optional<std::string> ask(const std::string& question) {
    std::cout << question << ' ' << std::flush;
    std::string answer;
    if (!std::getline(std::cin, answer)) {
        std::cout << '\n';
        return std::nullopt;
    }
    return answer;
}

bool is_agreed(const Options& options) {
    if (options.yes) {
        return true;
    }
    const auto answer = ask("Write " + options.configuration.string() +
                            (options.no_start ? "" : " and start the home agent") + "? [Y/n]");
    return answer && (answer->empty() || answer->starts_with('y') || answer->starts_with('Y'));
}

// The plan; where the only thing missing is what this machine cannot know, that is asked for.
std::expected<HomePlan, std::string> plan_with(const HostSurvey& survey, const Options& options) {
    Wishes wishes = wishes_of(options);
    const Surroundings around = surroundings();
    const bool is_hidden = survey.uplink && !survey.uplink->address && survey.uplink->ipv4 &&
                           is_private(*survey.uplink->ipv4);
    if (wishes.endpoints.empty() && is_hidden && !options.yes) {
        const auto endpoint = ask("By which name or address is this machine reached from outside?");
        if (endpoint && !endpoint->empty()) {
            wishes.endpoints.push_back(*endpoint);
        }
    }
    return plan_home(survey, wishes, around);
}

ExitCode print_invite(const Configuration& configuration, const std::string& client) {
    const std::string instead = "; then: godwit-ha invite " + client;
    const auto answer =
        runtime::call_api(configuration.status_socket, {.method = "POST",
                                                        .target = "/v1/clients",
                                                        .body = body_of({{"name", client}}),
                                                        .patience = patience_for_invite});
    if (!answer) {
        return refuse("the home agent runs, but there is no invite yet: " + answer.error() +
                      instead);
    }
    const auto document = runtime::Json::parse(answer->body, nullptr, false);
    if (answer->status != created || !document.is_object()) {
        const auto error =
            document.is_object() ? document.value("error", runtime::Json()) : runtime::Json();
        return refuse("the home agent runs, but there is no invite yet: " +
                      (error.is_object() ? error.value("message", "") : answer->body) + instead);
    }
    runtime::print_once(
        '\n' + invite_text(document),
        "the home agent runs; for another invite: godwit-ha invite " + client + " --again");
    return ExitCode::ok;
}

void tell_how_to_start(const Options& options) {
    const bool is_of_service = options.configuration == service_configuration;
    std::cout << "Start it:          "
              << (is_of_service && platform::can_start_service(service)
                      ? "systemctl enable --now " + service
                      : "godwit-ha serve --config " + options.configuration.string())
              << "\nInvite a client:   godwit-ha invite " << options.client << '\n';
}

ExitCode refuse_start(const platform::ServiceState& before) {
    const std::string why = "; why: journalctl --unit " + service;
    return platform::put_back_service(service, before)
               ? refuse("the home agent did not start, and everything is as before" + why)
               : refuse(
                     "the home agent did not start; the files are as before, and the service "
                     "does not start with them either" +
                     why);
}

ExitCode install(const HomePlan& plan, const Options& options) {
    const fs::path key = options.configuration.parent_path() / "ha.key";
    std::optional<NewFiles> files(std::in_place);
    Configuration configuration;
    files->add_directory(options.configuration.parent_path());
    files->add_key(key, service_user);
    files->add_text(options.configuration, configuration_text(plan, key.filename().string()),
                    [&](const fs::path& fresh) { configuration = read_configuration(fresh); });
    const bool starts = !options.no_start && options.configuration == service_configuration &&
                        platform::can_start_service(service);
    const auto before = starts ? platform::state_of_service(service) : platform::ServiceState();
    if (starts && !platform::start_service(service)) {
        files.reset();
        return refuse_start(before);
    }
    files->keep();
    std::cout << "Written: " << options.configuration.string() << " and " << key.string() << ".\n";
    if (!starts) {
        tell_how_to_start(options);
        return ExitCode::ok;
    }
    std::cout << "The home agent runs, now and after each boot.\n";
    return print_invite(configuration, options.client);
}

ExitCode run(const Options& options) {
    platform::require_network_capabilities();
    if (!options.force && fs::exists(options.configuration)) {
        return refuse(options.configuration.string() +
                      " exists already, and is left as it is; --force writes another one, and "
                      "calls this one " +
                      options.configuration.string() + ".old");
    }
    // Its ports and addresses would be taken for those of other programs.
    if (options.configuration == service_configuration && platform::can_start_service(service) &&
        platform::state_of_service(service).is_active) {
        return refuse(
            "the home agent runs, and would be in its own way; stop it first: systemctl stop "
            "godwit-ha");
    }
    std::cout << "Looking at this machine and trying its prefixes ...\n" << std::flush;
    const HostSurvey survey = survey_this_host(
        {.prefix = prefix_of(options),
         .interface = options.interface.empty() ? std::nullopt : std::optional(options.interface)});
    const auto plan = plan_with(survey, options);
    if (!plan) {
        return refuse(plan.error());
    }
    std::cout << plan_text(survey, *plan);
    if (!is_agreed(options)) {
        return refuse("nothing was written; --yes agrees without asking");
    }
    return install(*plan, options);
}

std::string prefix_fault(const std::string& text) {
    const auto prefix = wire::Prefix::parse(text);
    return prefix && !prefix->is_ipv4() ? ""
                                        : "\"" + text +
                                              "\" is no prefix; write one such as "
                                              "2001:db8:f::/64, with no bit set beyond its length";
}

}  // namespace

std::function<ExitCode()> add_init(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("init", "Set this machine up as a home agent");
    command->add_flag("-y,--yes", options->yes, "Take what is found, and ask nothing");
    command->add_option("--mode", options->mode, "Where home addresses come from")
        ->check(CLI::IsMember({"routed", "on-link", "nat"}));
    command->add_option("--prefix", options->prefix, "The prefix of the home addresses")
        ->check(CLI::Validator(prefix_fault, "PREFIX"));
    command->add_option("--endpoint", options->endpoints,
                        "Name or address by which clients reach this machine; may be repeated");
    command->add_option("--interface", options->interface, "The interface towards the Internet");
    command->add_option("--client", options->client, "Whom the first invite is for")
        ->capture_default_str();
    command->add_option("--config", options->configuration, "The configuration file to write")
        ->capture_default_str();
    command->add_flag("--force", options->force, "Replace a configuration, and keep it as .old");
    command->add_flag("--no-start", options->no_start, "Write the files, and start nothing");
    command->footer(
        "Finds out whether a prefix is routed to this machine, is on its link, or neither; writes\n"
        "the configuration and the key, starts the service, and prints the first invite.\n"
        "Example:\n"
        "  sudo godwit-ha init --yes --endpoint vps.example.org");
    return [options] { return run(*options); };
}

}  // namespace godwit::server

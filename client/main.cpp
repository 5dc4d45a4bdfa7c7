// godwit: the mobile node's program. What it is told on the command line, and how it ends.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "client/commands/join.hpp"
#include "client/configuration.hpp"
#include "client/daemon.hpp"
#include "client/keys.hpp"
#include "client/status.hpp"
#include "client/status_text.hpp"
#include "shared/runtime/program.hpp"

namespace {

using godwit::runtime::ExitCode;
namespace client = godwit::client;
namespace runtime = godwit::runtime;

struct Options {
    std::filesystem::path configuration = "/etc/godwit/mn.toml";
    std::filesystem::path socket = client::Configuration().status_socket;
    std::filesystem::path key = "mn.key";
    bool check = false;
    bool json = false;
    bool preshared = false;
    client::JoinOptions join;
};

ExitCode daemon(const Options& options) {
    const client::Configuration configuration = client::read_configuration(options.configuration);
    if (options.check) {
        client::load_keys(configuration);
        std::cout << options.configuration.string() << ": correct\n";
        return ExitCode::ok;
    }
    client::run_daemon(configuration);
    return ExitCode::ok;
}

ExitCode status(const Options& options) {
    const auto status = runtime::read_status(options.socket);
    if (!status) {
        std::cerr << "godwit: " << status.error() << '\n';
        return ExitCode::not_reachable;
    }
    std::cout << (options.json ? status->dump(2) + '\n' : client::status_text(*status));
    const std::string state = status->at("state").get<std::string>();
    const bool is_served =
        state == name(client::State::registered) || state == name(client::State::home);
    return is_served ? ExitCode::ok : ExitCode::not_registered;
}

ExitCode keygen(const Options& options) {
    if (options.preshared) {
        runtime::generate_preshared_key(options.key);
    } else {
        runtime::generate_key_pair(options.key);
    }
    return ExitCode::ok;
}

void add_daemon(CLI::App& app, Options& options) {
    CLI::App* command = app.add_subcommand("daemon", "Keep this machine at its home address");
    command->add_option("--config", options.configuration, "The configuration file")
        ->capture_default_str();
    command->add_flag("--check", options.check, "Only say whether the configuration is correct");
    command->footer(
        "Runs in the foreground until SIGTERM or Ctrl-C, and leaves the system as it found it.\n"
        "Needs CAP_NET_ADMIN and CAP_NET_RAW. Example:\n"
        "  godwit daemon --config mn.toml --check && sudo godwit daemon --config mn.toml");
}

void add_status(CLI::App& app, Options& options) {
    CLI::App* command = app.add_subcommand("status", "Show where this machine is registered");
    command->add_flag("--json", options.json, "As JSON, for programs");
    command->add_option("--socket", options.socket, "The daemon's status_socket")
        ->capture_default_str();
    command->footer(
        "Exits with 0 if the home agent serves this machine, 3 if not yet, 4 if no daemon "
        "answers.\nExample:\n"
        "  godwit status --json | jq -r .care_of_address");
}

void add_keygen(CLI::App& app, Options& options) {
    CLI::App* command = app.add_subcommand("keygen", "Make a private key, print its public key");
    command->add_option("-o,--output", options.key, "The new file; only its owner can read it")
        ->capture_default_str();
    command->add_flag("--preshared", options.preshared,
                      "Make a pre-shared key instead, for both ends");
    command->footer(
        "The public key goes into the home agent's configuration, under [[mobile_node]].\n"
        "Example:\n"
        "  godwit keygen --output mn.key > mn.pub");
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("godwit: one IPv6 address, wherever this machine is (mobile node)", "godwit");
    app.set_version_flag("--version", "godwit " GODWIT_VERSION);
    app.require_subcommand(1);
    app.footer(
        "First steps:\n"
        "  sudo godwit join 'godwit://...'        what godwit-ha invite has printed\n"
        "  godwit status\n"
        "Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 not registered, 4 no daemon,\n"
        "5 join: refused, 6 join: no answer.");
    client::add_join(app, options.join);
    add_daemon(app, options);
    add_status(app, options);
    add_keygen(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
    }
    return static_cast<int>(runtime::run_command("godwit", [&] {
        if (app.got_subcommand("daemon")) {
            return daemon(options);
        }
        if (app.got_subcommand("join")) {
            return client::join(options.join);
        }
        return app.got_subcommand("status") ? status(options) : keygen(options);
    }));
}

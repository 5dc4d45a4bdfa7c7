// godwit-ha: the home agent's program. What it is told on the command line, and how it ends.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <string>

#include "server/commands/client_commands.hpp"
#include "server/commands/doctor.hpp"
#include "server/commands/events.hpp"
#include "server/commands/init.hpp"
#include "server/commands/status.hpp"
#include "server/configuration.hpp"
#include "server/daemon.hpp"
#include "server/keys.hpp"
#include "shared/runtime/program.hpp"

namespace {

using godwit::runtime::ExitCode;
using godwit::server::add_doctor;
using godwit::server::add_init;
namespace runtime = godwit::runtime;
namespace server = godwit::server;

struct Options {
    std::filesystem::path configuration = "/etc/godwit/ha.toml";
    std::filesystem::path key = "ha.key";
    bool check = false;
    bool preshared = false;
};

ExitCode serve(const Options& options) {
    const server::Configuration configuration = server::read_configuration(options.configuration);
    if (options.check) {
        server::load_keys(configuration);
        std::cout << options.configuration.string() << ": correct\n";
        return ExitCode::ok;
    }
    server::run_daemon(configuration);
    return ExitCode::ok;
}

ExitCode keygen(const Options& options) {
    if (options.preshared) {
        runtime::generate_preshared_key(options.key);
    } else {
        runtime::generate_key_pair(options.key);
    }
    return ExitCode::ok;
}

void add_serve(CLI::App& app, Options& options) {
    CLI::App* command = app.add_subcommand("serve", "Serve mobile nodes away from home");
    command->add_option("--config", options.configuration, "The configuration file")
        ->capture_default_str();
    command->add_flag("--check", options.check, "Only say whether the configuration is correct");
    command->footer(
        "Runs in the foreground until SIGTERM or Ctrl-C, and leaves the system as it found it.\n"
        "Needs CAP_NET_ADMIN and CAP_NET_RAW. Example:\n"
        "  godwit-ha serve --config ha.toml --check && sudo godwit-ha serve --config ha.toml");
}

void add_keygen(CLI::App& app, Options& options) {
    CLI::App* command = app.add_subcommand("keygen", "Make a private key, print its public key");
    command->add_option("-o,--output", options.key, "The new file; only its owner can read it")
        ->capture_default_str();
    command->add_flag("--preshared", options.preshared,
                      "Make a pre-shared key instead, for both ends");
    command->footer(
        "The public key goes into each mobile node's configuration, under [home_agent].\n"
        "Example:\n"
        "  godwit-ha keygen --output ha.key > ha.pub");
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("godwit-ha: the home agent of machines that keep their IPv6 address", "godwit-ha");
    app.set_version_flag("--version", "godwit-ha " GODWIT_VERSION);
    app.require_subcommand(1);
    app.footer(
        "First steps:\n"
        "  sudo godwit-ha init        sets this machine up, and prints the first invite\n"
        "  sudo godwit-ha doctor      says what is wrong, and the remedy\n"
        "  godwit-ha status --watch   shows who is registered, and from where\n"
        "Exit codes: 0 ok, 1 failed, 2 usage or configuration, 4 no daemon.");
    server::Commands commands;
    commands.emplace("init", server::add_init(app));
    commands.emplace("doctor", server::add_doctor(app));
    add_serve(app, options);
    commands.emplace("serve", [&] { return serve(options); });
    add_keygen(app, options);
    commands.emplace("keygen", [&] { return keygen(options); });
    commands.emplace("status", server::add_status(app));
    commands.emplace("events", server::add_events(app));
    server::add_invite(app, commands);
    server::add_client_reports(app, commands);
    server::add_client_changes(app, commands);
    server::add_switch(app, commands);
    server::add_store_commands(app, commands);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
    }
    return static_cast<int>(
        runtime::run_command("godwit-ha", commands.at(app.get_subcommands().front()->get_name())));
}

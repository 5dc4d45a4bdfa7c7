// godwit: the mobile node's program. What it is told on the command line, and how it ends.

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <utility>

#include "client/commands/commands.hpp"
#include "shared/runtime/program.hpp"

namespace {

using godwit::runtime::ExitCode;
namespace client = godwit::client;

// In the order in which the help shows them.
std::map<std::string, client::Command> add_commands(CLI::App& app) {
    std::map<std::string, client::Command> commands;
    for (const auto add :
         {client::add_join,   client::add_leave,  client::add_profile,  client::add_export,
          client::add_import, client::add_up,     client::add_down,     client::add_restart,
          client::add_status, client::add_wait,   client::add_events,   client::add_ping,
          client::add_portal, client::add_doctor, client::add_get,      client::add_set,
          client::add_daemon, client::add_keygen, client::add_resolver, client::add_lockdown,
          client::add_version}) {
        client::Command command = add(app);
        const auto known = app.get_subcommands([](CLI::App*) { return true; });
        commands.emplace(known.back()->get_name(), std::move(command));
    }
    return commands;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("godwit: one IPv6 address, wherever this machine is (mobile node)", "godwit");
    app.set_version_flag("--version", "godwit " GODWIT_VERSION);
    app.require_subcommand(1);
    app.footer(
        "First steps:\n"
        "  sudo godwit join 'godwit://...'        what godwit-ha invite has printed\n"
        "  godwit status\n"
        "Exit codes: 0 ok, 1 failed, 2 usage or configuration, 3 not registered, 4 no daemon,\n"
        "5 refused, 6 no answer, 7 not in time.");
    const auto commands = add_commands(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
    }
    return static_cast<int>(godwit::runtime::run_command(
        "godwit", commands.at(app.get_subcommands().front()->get_name())));
}

// godwit version.

#include <CLI/CLI.hpp>
#include <iostream>

#include "client/commands/commands.hpp"

namespace godwit::client {

Command add_version(CLI::App& app) {
    CLI::App* command = app.add_subcommand("version", "Print the version of this program");
    command->footer("The same as --version. Example:\n  godwit version");
    return [] {
        std::cout << "godwit " GODWIT_VERSION "\n";
        return runtime::ExitCode::ok;
    };
}

}  // namespace godwit::client

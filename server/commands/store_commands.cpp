// godwit-ha rotate-key, backup and restore.

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "server/commands/client_commands.hpp"
#include "server/commands/daemon_call.hpp"
#include "server/commands/duration_option.hpp"
#include "shared/platform/whole_file.hpp"
#include "shared/runtime/printable.hpp"
#include "shared/runtime/program.hpp"
#include "shared/security/secret.hpp"

namespace godwit::server {

using runtime::ExitCode;
using runtime::Json;

namespace {

// A large store takes a while to be checked and to be written.
constexpr std::chrono::seconds patience{120};

struct StoreOptions {
    DaemonOptions daemon;
    std::filesystem::path file;
    std::int64_t grace = 30LL * 24 * 3600;  // seconds
};

ExitCode rotate_key(const StoreOptions& options) {
    const auto answer = ask_daemon(options.daemon, {.method = "POST",
                                                    .target = "/v1/key/rotate",
                                                    .body = body_of({{"grace_s", options.grace}})});
    if (!answer) {
        return answer.error();
    }
    runtime::print_once(runtime::printable(answer->at("public_key").get<std::string>()) + '\n',
                        "the key is another all the same; a new invite has its public half");
    return ExitCode::ok;
}

ExitCode backup(const StoreOptions& options) {
    auto octets = call_daemon(options.daemon, {.target = "/v1/backup", .patience = patience});
    if (!octets) {
        return octets.error();
    }
    platform::create_private(options.file, *octets);
    security::wipe(octets->data(), octets->size());
    return ExitCode::ok;
}

std::ostringstream text_of(const std::filesystem::path& file) {
    errno = 0;
    std::ifstream in(file, std::ios::binary);
    std::ostringstream octets;
    const bool is_read = in && octets << in.rdbuf();
    if (!is_read && errno == 0) {  // nothing was put in: no fault of the system's
        throw std::runtime_error(file.string() + " is empty: it is no backup");
    }
    if (!is_read) {
        throw std::system_error(errno, std::generic_category(), "read " + file.string());
    }
    return octets;
}

ExitCode restore(const StoreOptions& options) {
    std::ostringstream octets = text_of(options.file);
    return tell_daemon(options.daemon, {.method = "PUT",
                                        .target = "/v1/backup",
                                        .body = std::move(octets).str(),
                                        .patience = patience});
}

}  // namespace

void add_store_commands(CLI::App& app, Commands& commands) {
    const auto options = std::make_shared<StoreOptions>();
    CLI::App* rotate = app.add_subcommand("rotate-key", "Give the home agent another key pair");
    add_duration(*rotate, "--grace", options->grace, "How long the old one serves as well", "30d");
    add_socket_option(*rotate, options->daemon);
    rotate->footer(
        "Prints the new public key. Clients that come within the grace take it over by "
        "themselves;\n"
        "later ones need another invite. Example:\n"
        "  sudo godwit-ha rotate-key --grace 90d");
    commands["rotate-key"] = [options] { return rotate_key(*options); };

    CLI::App* save = app.add_subcommand("backup", "Write clients and keys into a file");
    save->add_option("file", options->file, "A new file, which only its owner can read")
        ->required();
    add_socket_option(*save, options->daemon);
    save->footer(
        "Whoever has the file can be the home agent. Example:\n"
        "  sudo godwit-ha backup godwit-ha.backup");
    commands["backup"] = [options] { return backup(*options); };

    CLI::App* give_back = app.add_subcommand("restore", "Put a backup in place of all clients");
    give_back->add_option("file", options->file, "What backup has written")->required();
    add_socket_option(*give_back, options->daemon);
    give_back->footer(
        "Clients that are not in it are removed. A backup that is damaged changes nothing.\n"
        "Example:\n"
        "  sudo godwit-ha restore godwit-ha.backup");
    commands["restore"] = [options] { return restore(*options); };
}

}  // namespace godwit::server

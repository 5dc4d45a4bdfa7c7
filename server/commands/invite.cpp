// godwit-ha invite: a line of text by which a laptop joins.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "server/commands/client_commands.hpp"
#include "server/commands/daemon_call.hpp"
#include "server/commands/duration_option.hpp"
#include "server/commands/invite_text.hpp"
#include "server/qr_code.hpp"
#include "shared/platform/whole_file.hpp"
#include "shared/runtime/printable.hpp"
#include "shared/runtime/program.hpp"

namespace godwit::server {

using runtime::ExitCode;
using runtime::Json;

namespace {

namespace fs = std::filesystem;

struct InviteOptions {
    DaemonOptions daemon;
    std::string name;
    std::string address;
    std::int64_t expires = 24LL * 3600;  // seconds
    fs::path png;
    bool again = false;
};

runtime::ApiRequest request_of(const InviteOptions& options) {
    Json order{{"expires_s", options.expires}};
    if (options.again) {
        return {.method = "POST",
                .target = client_target(options.name) + "/invite",
                .body = body_of(order)};
    }
    order["name"] = options.name;
    if (!options.address.empty()) {
        order["home_address"] = options.address;
    }
    return {.method = "POST", .target = "/v1/clients", .body = body_of(order)};
}

ExitCode invite(const InviteOptions& options) {
    if (!options.png.empty() && fs::exists(fs::symlink_status(options.png))) {
        throw std::runtime_error(options.png.string() +
                                 " exists already, and nobody was invited; name another file, or "
                                 "remove it first");
    }
    const auto invite = ask_daemon(options.daemon, request_of(options));
    if (!invite) {
        return invite.error();
    }
    // Whatever becomes of the file: there is no other way to this line.
    runtime::print_once(options.daemon.json ? runtime::printable_json(invite->dump(2)) + '\n'
                                            : invite_text(*invite),
                        "the invite was made all the same; for another: godwit-ha invite " +
                            options.name + " --again");
    if (!options.png.empty()) {
        platform::create_private(options.png, qr_png(invite->at("invite").get<std::string>()));
    }
    return ExitCode::ok;
}

}  // namespace

void add_invite(CLI::App& app, Commands& commands) {
    auto options = std::make_shared<InviteOptions>();
    CLI::App* command = app.add_subcommand("invite", "Make a line of text by which a laptop joins");
    command->add_option("name", options->name, "What the new client is called")->required();
    auto* address = command->add_option("--address", options->address,
                                        "Its home address; without it the next free one");
    add_duration(*command, "--expires", options->expires, "How long the line is good for", "24h");
    command->add_option("--png", options->png, "A new file for the QR code, as an image");
    command
        ->add_flag("--again", options->again,
                   "For a client that has not joined, or was revoked; the line before is void")
        ->excludes(address);
    add_json_option(*command, options->daemon);
    add_socket_option(*command, options->daemon);
    command->footer(
        "Exits with 1 if the daemon refuses, 4 if none answers. Example:\n"
        "  sudo godwit-ha invite laptop --expires 1h");
    commands["invite"] = [options] { return invite(*options); };
}

}  // namespace godwit::server

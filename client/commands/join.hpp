#pragma once
// godwit join INVITE.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "shared/runtime/exit_code.hpp"

namespace godwit::client {

struct JoinOptions {
    std::string invite;  // "-": from standard input
    std::filesystem::path configuration = "/etc/godwit/mn.toml";
    bool force = false;     // replace what is there
    bool no_start = false;  // leave the service alone
};

void add_join(CLI::App& app, JoinOptions& options);
// Throws std::system_error where the files cannot be written.
runtime::ExitCode join(const JoinOptions& options);

}  // namespace godwit::client

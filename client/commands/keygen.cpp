// godwit keygen.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "client/commands/commands.hpp"
#include "shared/runtime/program.hpp"

namespace godwit::client {

namespace {

struct KeygenOptions {
    std::filesystem::path key = "mn.key";
    bool preshared = false;
};

runtime::ExitCode keygen(const KeygenOptions& options) {
    if (options.preshared) {
        runtime::generate_preshared_key(options.key);
    } else {
        runtime::generate_key_pair(options.key);
    }
    return runtime::ExitCode::ok;
}

}  // namespace

Command add_keygen(CLI::App& app) {
    const auto options = std::make_shared<KeygenOptions>();
    CLI::App* command = app.add_subcommand("keygen", "Make a private key, print its public key");
    command->add_option("-o,--output", options->key, "The new file; only its owner can read it")
        ->capture_default_str();
    command->add_flag("--preshared", options->preshared,
                      "Make a pre-shared key instead, for both ends");
    command->footer(
        "The public key goes into the home agent's configuration, under [[mobile_node]].\n"
        "Example:\n"
        "  godwit keygen --output mn.key > mn.pub");
    return [options] { return keygen(*options); };
}

}  // namespace godwit::client

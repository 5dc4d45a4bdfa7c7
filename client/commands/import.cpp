// godwit import.

#include <CLI/CLI.hpp>
#include <cerrno>
#include <expected>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include "client/commands/added_profile.hpp"
#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "client/configuration.hpp"
#include "client/joined_files.hpp"
#include "client/profile_document.hpp"
#include "client/profiles.hpp"
#include "shared/security/secret.hpp"

namespace godwit::client {

using runtime::ExitCode;

namespace {

struct ImportOptions {
    std::string file;  // "-": standard input
    std::string name;  // empty: as it is called in the file
    bool no_start = false;
};

// No more than shows that it is too much.
std::string read_from(std::istream& in) {
    std::string text(max_profile_document + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

std::expected<std::string, std::string> read(const std::string& file) {
    if (file == "-") {
        return read_from(std::cin);
    }
    std::error_code none;
    std::ifstream in(file);
    if (!in || std::filesystem::is_directory(file, none)) {
        return std::unexpected("cannot read " + file + ": " +
                               std::generic_category().message(in ? EISDIR : errno));
    }
    return read_from(in);
}

// What the home agent is to be told where the key is a new one.
void tell_new_key(const security::PublicKey& key, const std::string& name) {
    std::cout << "the export has no private key, so this machine has a new one; its public key is\n"
              << key.text() << '\n'
              << "the home agent must know it: write it under [[mobile_node]] of ha.toml; or, for "
                 "a client that has joined, have an invite made by godwit-ha revoke and invite "
                 "--again, and join --force --profile "
              << name << '\n';
}

ExitCode take_up(const ImportOptions& options, const ProfileDocument& document) {
    const Profiles profiles;
    const std::string name = options.name.empty() ? document.name : options.name;
    if (!is_profile_name(name)) {
        return fail(ExitCode::usage, wrong_profile_name(name));
    }
    if (profiles.has(name)) {
        return fail(ExitCode::usage, "there is a profile " + name +
                                         " already; name this one otherwise with --profile NAME");
    }
    const bool is_first = profiles.names().empty();
    JoinedFiles files(profiles.file(name));
    const auto key = files.stage(document);
    profiles.settle_choice();
    const auto choice = is_first ? profiles.choose(name) : nullptr;
    if (!files.commit(Existing::kept)) {
        return fail(ExitCode::usage, "another profile " + name +
                                         " has come there meanwhile; name this one otherwise with "
                                         "--profile NAME");
    }
    if (choice) {
        choice->commit();
    }
    std::cout << "written: " << files.configuration().string() << '\n';
    const bool is_new_key = key && !document.private_key;
    if (is_new_key) {
        tell_new_key(*key, name);
    }
    return finish(
        profiles, files.configuration(),
        {.socket = Configuration().status_socket, .is_wanted = !is_new_key && !options.no_start});
}

ExitCode run(const ImportOptions& options) {
    auto text = read(options.file);
    if (!text) {
        return fail(ExitCode::failed, text.error());
    }
    const auto document = ProfileDocument::parse(*text);
    security::wipe(text->data(), text->size());
    return document ? take_up(options, *document) : fail(ExitCode::usage, document.error());
}

}  // namespace

Command add_import(CLI::App& app) {
    const auto options = std::make_shared<ImportOptions>();
    CLI::App* command = app.add_subcommand("import", "Take up a profile that export has written");
    command->add_option("file", options->file, "What export wrote; - is standard input")
        ->required();
    command->add_option("--profile", options->name, "Its name here; else as it was called");
    command->add_flag("--no-start", options->no_start, "Do not start the service");
    command->footer(
        "All of it is checked before anything is written. Without a private key in it, a new one "
        "is\n"
        "made, which the home agent has to be told of. One key at two machines at once: the home\n"
        "agent serves whoever registered last. Example, as root:\n"
        "  godwit import work.profile && godwit profile use work");
    return [options] { return run(*options); };
}

}  // namespace godwit::client

// godwit export.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "client/commands/profile_options.hpp"
#include "client/profile_document.hpp"
#include "shared/platform/terminal.hpp"
#include "shared/platform/whole_file.hpp"
#include "shared/security/secret.hpp"

namespace godwit::client {

using runtime::ExitCode;

namespace {

struct ExportOptions : DaemonOptions {
    std::string name;
    std::filesystem::path output;
    bool with_private_key = false;
    bool force = false;
};

// May have keys in it, and is wiped, however the command ends.
class ExportText {
  public:
    explicit ExportText(std::string text) : text_(std::move(text)) {}
    ExportText(const ExportText&) = delete;
    ExportText& operator=(const ExportText&) = delete;
    ~ExportText() { security::wipe(text_.data(), text_.size()); }

    [[nodiscard]] const std::string& get() const { return text_; }

  private:
    std::string text_;
};

ExitCode write(const ExportOptions& options, const std::string& text) {
    if (options.output.empty()) {
        std::cout << text << std::flush;
        return ExitCode::ok;
    }
    platform::create_private(options.output, text);
    std::cerr << "written: " << options.output.string()
              << (options.with_private_key ? ", which lets whoever has it be this machine; keep it "
                                             "as safe as the private key\n"
                                           : ", without the private key\n");
    return ExitCode::ok;
}

ExitCode run(const ExportOptions& options) {
    if (options.with_private_key && options.output.empty() && !options.force &&
        platform::is_output_a_terminal()) {
        return fail(ExitCode::usage,
                    "this would show the private key on the terminal; write it into a file with "
                    "--output FILE, or say --force");
    }
    const std::filesystem::path file =
        configuration_of({.configuration = {}, .profile = options.name}, options.socket);
    const ProfileDocument document = ProfileDocument::of(
        file.stem().string(), file, options.with_private_key ? WithKeys::yes : WithKeys::no);
    return write(options, ExportText(document.text()).get());
}

}  // namespace

Command add_export(CLI::App& app) {
    const auto options = std::make_shared<ExportOptions>();
    CLI::App* command =
        app.add_subcommand("export", "A profile as one file, without the private key");
    command->add_option("profile", options->name, "Which one; without it the active one");
    command->add_flag("--with-private-key", options->with_private_key,
                      "With the private and the pre-shared key, for who is to be this machine");
    command->add_option("-o,--output", options->output,
                        "A new file, for its owner alone; else standard output");
    command->add_flag("--force", options->force, "Show the private key on a terminal, too");
    add_socket_option(*command, *options);
    command->footer(
        "godwit import takes it up, on this machine or another. As root, since the keys are root's "
        "to\n"
        "read. Example:\n"
        "  godwit export work --with-private-key --output work.profile");
    return [options] { return run(*options); };
}

}  // namespace godwit::client

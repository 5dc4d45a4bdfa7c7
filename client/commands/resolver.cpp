// godwit resolver: what godwit-resolver.service does as root for the daemon.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/commands/commands.hpp"
#include "client/resolver_order.hpp"
#include "shared/platform/command.hpp"
#include "shared/platform/resolver_file.hpp"
#include "shared/platform/whole_file.hpp"

namespace godwit::client {
namespace {

using runtime::ExitCode;
namespace fs = std::filesystem;

struct ResolverOptions {
    fs::path orders = "/run/godwit";
    fs::path answers = resolver_directory;
};

// Debian's resolvconf and openresolv rank what they are given by such names; "tun.*" comes first.
const std::string record = "tun.godwit";

// resolvectl(1) goes by that name too; it speaks to systemd-resolved, which the daemon asks itself.
bool has_resolvconf() {
    const auto command = platform::find_command("resolvconf");
    std::error_code error;
    return command && fs::canonical(*command, error).filename() != "resolvectl";
}

// What was given to resolvconf stays here for as long as it has it, so that it is taken back.
class Resolvconf {
  public:
    explicit Resolvconf(const fs::path& directory) : copy_(directory / "resolv.conf") {}

    [[nodiscard]] ResolverAnswer add(const std::string& text) const {
        if (const auto error = platform::replace_file(copy_, text)) {
            return refusal("cannot write " + copy_.string() + ": " + error.message());
        }
        const auto status =
            platform::run_command({"resolvconf", "-a", record, "-m", "0", "-x"}, copy_);
        return status && *status == 0 ? ResolverAnswer{.backend = "resolvconf", .refusal = {}}
                                      : refusal("resolvconf -a " + record + " has failed");
    }
    void remove() const {
        std::error_code error;
        if (fs::exists(copy_, error)) {
            [[maybe_unused]] const auto status =
                platform::run_command({"resolvconf", "-d", record, "-f"});
            fs::remove(copy_, error);
        }
    }
    static ResolverAnswer refusal(std::string why) {
        return {.backend = {}, .refusal = std::move(why)};
    }

  private:
    fs::path copy_;
};

ResolverAnswer carry_out(const std::string& text, const Resolvconf& resolvconf) {
    const platform::ResolverFile file;
    if (text.empty() || has_resolvconf()) {
        if (const auto outcome = file.restore(); !outcome) {
            return Resolvconf::refusal(outcome.error());
        }
    }
    if (text.empty()) {
        resolvconf.remove();
        return {.backend = "nobody", .refusal = {}};
    }
    if (has_resolvconf()) {
        return resolvconf.add(text);
    }
    const auto outcome = file.write(text);
    return outcome ? ResolverAnswer{.backend = "file", .refusal = {}}
                   : Resolvconf::refusal(outcome.error());
}

ExitCode carry_out_order(const ResolverOptions& options) {
    const ResolverOrder order(options.orders, options.answers);
    const Resolvconf resolvconf(options.answers);
    const std::string text = order.given().value_or("");
    const bool is_sound = text.empty() || platform::is_resolver_file_text(text);
    const ResolverAnswer answer = is_sound
                                      ? carry_out(text, resolvconf)
                                      : Resolvconf::refusal("the order names more than servers");
    if (!answer.refusal.empty()) {
        std::cerr << "godwit: " << answer.refusal << '\n';
    }
    if (const auto error = order.answer_with(text, answer)) {
        std::cerr << "godwit: cannot write into " << options.answers.string() << ": "
                  << error.message() << '\n';
        return ExitCode::failed;
    }
    return answer.refusal.empty() ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

Command add_resolver(CLI::App& app) {
    const auto options = std::make_shared<ResolverOptions>();
    CLI::App* command = app.add_subcommand(
        "resolver",
        "Carry out which name servers the daemon wants; run by godwit-resolver.service");
    command->add_option("--orders", options->orders, "Where the daemon's order is")
        ->capture_default_str();
    command->add_option("--answers", options->answers, "Where the answer goes")
        ->capture_default_str();
    command->footer(
        "Wants root. Without an order, what was there before comes back. Example:\n"
        "  sudo godwit resolver && cat /etc/resolv.conf");
    return [options] { return carry_out_order(*options); };
}

}  // namespace godwit::client

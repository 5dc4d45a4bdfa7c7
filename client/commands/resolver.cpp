// godwit resolver: what godwit-resolver.service does as root for the daemon, and godwit.service at
// its end.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "client/carried_out_order.hpp"
#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"

namespace godwit::client {
namespace {

using runtime::ExitCode;
namespace fs = std::filesystem;

struct ResolverOptions {
    fs::path orders = "/run/godwit";
    fs::path answers = resolver_directory;
    bool put_back = false;
};

ExitCode carry_out(const ResolverOptions& options) {
    const ResolverAnswer answer = options.put_back
                                      ? put_back_resolver(options.orders, options.answers)
                                      : carry_out_order(options.orders, options.answers);
    return answer.refusal.empty() ? ExitCode::ok : fail(ExitCode::failed, answer.refusal);
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
    command->add_flag("--put-back", options->put_back,
                      "Withdraw the order first: of a daemon that has ended, however it did");
    command->footer(
        "Wants root. Without an order, what was there before comes back. Example:\n"
        "  sudo godwit resolver && cat /etc/resolv.conf");
    return [options] { return carry_out(*options); };
}

}  // namespace godwit::client

// godwit ping.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <expected>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "shared/platform/resolver.hpp"
#include "shared/runtime/api_follower.hpp"
#include "shared/runtime/printable.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::client {

using runtime::ExitCode;
using runtime::Json;

namespace {

constexpr std::uint32_t most_echoes = 1'000'000;

struct PingOptions : DaemonOptions {
    std::string target;
    std::optional<std::uint32_t> count;
    bool json = false;
};

// Of what was sent and came back.
struct Tally {
    unsigned asked = 0;
    unsigned answered = 0;
    double least = 0;
    double most = 0;
    double sum = 0;

    void add(double milliseconds) {
        least = answered == 0 ? milliseconds : std::min(least, milliseconds);
        most = std::max(most, milliseconds);
        sum += milliseconds;
        ++answered;
    }
};

std::string text(const Json& line, const char* key) {
    const auto found = line.find(key);
    return found != line.end() && found->is_string() ? found->get<std::string>() : "";
}

// ", udp over wlan0 from 192.168.1.7"
std::string path(const Json& line) {
    const std::string encapsulation = text(line, "encapsulation");
    return encapsulation.empty() ? ""
                                 : ", " + encapsulation + " over " + text(line, "interface") +
                                       " from " + text(line, "care_of_address");
}

void take(const PingOptions& options, std::string_view written, Tally& tally) {
    const Json line = Json::parse(written, nullptr, false);
    const auto round_trip = line.is_object() ? line.find("rtt_ms") : line.end();
    if (round_trip == line.end()) {
        return;
    }
    ++tally.asked;
    if (round_trip->is_number()) {
        tally.add(round_trip->get<double>());
    }
    if (options.json) {
        std::cout << runtime::printable_json(written) << std::endl;
        return;
    }
    std::cout << "seq " << line.value("seq", 0) << ": ";
    if (round_trip->is_number()) {
        std::cout << std::fixed << std::setprecision(1) << round_trip->get<double>() << " ms";
    } else {
        std::cout << "no answer";
    }
    std::cout << runtime::printable(path(line)) << std::endl;
}

void sum_up(const Tally& tally) {
    std::cout << tally.asked << " asked, " << tally.answered << " answered";
    if (tally.answered > 0) {
        std::cout << std::fixed << std::setprecision(1) << "; least " << tally.least << ", mean "
                  << tally.sum / tally.answered << ", most " << tally.most << " ms";
    }
    std::cout << std::endl;
}

// An address, or the first that a name has.
std::expected<std::string, std::string> address_of(const std::string& target) {
    const auto found = platform::resolve({.names = {target}});
    if (found.addresses.empty()) {
        return std::unexpected(
            "no address is known of " + target +
            (found.unresolved.empty() ? "" : ": " + found.unresolved.front().reason));
    }
    const auto ipv4 = found.addresses.front().mapped_ipv4();
    return ipv4 ? ipv4->text() : found.addresses.front().text();
}

ExitCode ping(const PingOptions& options) {
    std::string target = "/v1/ping?";
    if (!options.target.empty()) {
        const auto address = address_of(options.target);
        if (!address) {
            return fail(ExitCode::usage, address.error());
        }
        target += "target=" + *address + "&";
    }
    target += options.count ? "count=" + std::to_string(*options.count) : "";
    Tally tally;
    const auto ended = runtime::follow_api(
        options.socket, target, [&](std::string_view line) { take(options, line, tally); },
        runtime::FollowUntil::ctrl_c_too);
    if (!ended) {
        return fail(exit_code_of(ended.error()), ended.error().text);
    }
    if (!options.json) {
        sum_up(tally);
    }
    return tally.answered > 0 ? ExitCode::ok : fail(ExitCode::no_answer, "nothing has answered");
}

}  // namespace

Command add_ping(CLI::App& app) {
    const auto options = std::make_shared<PingOptions>();
    CLI::App* command = app.add_subcommand("ping", "Ask for echoes from the home address");
    command->add_option("target", options->target,
                        "An address or a name; without it the home agent is asked");
    command->add_option("-c,--count", options->count, "How many; without it until Ctrl-C")
        ->check(CLI::Range(1U, most_echoes));
    command->add_flag("--json", options->json, "As JSON, a line each, for programs");
    add_socket_option(*command, *options);
    command->footer(
        "One a second, by the daemon, through the tunnel; each line says by which path. Ends with "
        "a\n"
        "summary, after Ctrl-C too. Exits with 6 if nothing has answered. Example:\n"
        "  godwit ping -c 3");
    return [options] { return ping(*options); };
}

}  // namespace godwit::client

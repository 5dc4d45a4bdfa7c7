#include "client/commands/added_profile.hpp"

#include <iostream>
#include <optional>

#include "client/commands/daemon_call.hpp"
#include "client/commands/profile_options.hpp"
#include "client/configuration.hpp"
#include "client/down_mark.hpp"
#include "client/keys.hpp"
#include "client/status.hpp"
#include "shared/platform/service.hpp"
#include "shared/runtime/api_client.hpp"
#include "shared/runtime/program.hpp"

namespace godwit::client {

namespace fs = std::filesystem;
using runtime::ExitCode;
using runtime::Json;

namespace {

constexpr const char* unit = "godwit.service";
constexpr unsigned first_error = 400;  // of HTTP

// The next daemon goes by it.
ExitCode choose_without_daemon(const Profiles& profiles, const std::string& name) {
    load_keys(read_configuration(profiles.file(name)));
    profiles.choose(name)->commit();
    std::cout << "active: " << name << "; no daemon runs, and the next one takes it up: "
              << "systemctl enable --now " << unit << '\n';
    return ExitCode::ok;
}

// Whether a daemon is there by this profile as it was before.
bool is_in_use(const std::string& name, const fs::path& socket) {
    const auto status = runtime::read_status(socket);
    return status && status->value("profile", Json()) == name;
}

}  // namespace

ExitCode use_profile(const Profiles& profiles, const std::string& name, const fs::path& socket) {
    require_profile(profiles, name);
    const auto before = active_profile(profiles, socket);
    const auto answer = runtime::call_api(
        socket, {.method = "POST", .target = "/v1/profiles/" + name + "/use", .body = {}});
    if (!answer) {
        return choose_without_daemon(profiles, name);
    }
    if (answer->status >= first_error) {
        return fail(exit_code_of(*answer), runtime::error_message(*answer));
    }
    const Json state = Json::parse(answer->body, nullptr, false);
    const bool is_down = state.is_object() && state.value("state", "") == down_state;
    std::cout << "active: " << name;
    if (is_down) {
        std::cout << "; this machine stays down until godwit up";
    } else if (before && before != name) {
        std::cout << "; connections over the home address of " << *before << " end";
    }
    std::cout << '\n';
    return ExitCode::ok;
}

ExitCode finish(const Profiles& profiles, const fs::path& file, const Start& start) {
    const auto name = profiles.name_of(file);
    if (!name) {
        std::cout << "next: sudo godwit daemon --config " << file.string() << '\n';
        return ExitCode::ok;
    }
    if (profiles.active() != name) {
        std::cout << "next: godwit profile use " << *name << '\n';
        return ExitCode::ok;
    }
    const bool can_start = platform::can_start_service(unit);
    if (!can_start || !start.is_wanted) {
        const std::string order =
            can_start ? std::string("systemctl enable --now ") + unit : "sudo godwit daemon";
        std::cout << "next: " << (is_in_use(*name, start.socket) ? "godwit restart" : order)
                  << '\n';
        return ExitCode::ok;
    }
    DownMark(Configuration().state_directory).clear();  // of an earlier life
    if (!platform::start_service(unit)) {
        return fail(ExitCode::failed, std::string("the service did not start; see why: journalctl "
                                                  "--unit ") +
                                          unit);
    }
    std::cout << "started: " << unit << "; look at it with: godwit status\n";
    return ExitCode::ok;
}

}  // namespace godwit::client

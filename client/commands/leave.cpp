// godwit leave.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "client/carried_out_order.hpp"
#include "client/commands/commands.hpp"
#include "client/commands/daemon_call.hpp"
#include "client/commands/profile_options.hpp"
#include "client/configuration.hpp"
#include "client/handshake_times.hpp"
#include "client/home_agent_key.hpp"
#include "client/keys.hpp"
#include "client/lockdown.hpp"
#include "client/profiles.hpp"
#include "shared/platform/service.hpp"
#include "shared/runtime/configuration_error.hpp"
#include "shared/runtime/printable.hpp"
#include "shared/runtime/program.hpp"

namespace godwit::client {

using runtime::ExitCode;

namespace {

namespace fs = std::filesystem;

constexpr const char* unit = "godwit.service";
constexpr unsigned first_error = 400;  // of HTTP

struct LeaveOptions : DaemonOptions {
    const CLI::Option* socket_option = nullptr;  // whether it is given
    ProfileOptions where;
    bool yes = false;
};

// What is left, and what of it is whose.
struct Leaving {
    fs::path file;
    fs::path socket{};         // of the daemon that is there by it, if any is
    fs::path run_directory{};  // where that daemon's order for the resolver is
    fs::path state_directory{};
    std::optional<std::string> profile;    // nothing: of a file that is none
    bool is_active = true;                 // the machine is there by it, if it is anywhere
    std::optional<Configuration> content;  // nothing: it is wrong
    std::vector<Configuration> others;     // the other profiles, as far as they can be read
};

// A profile is its daemon's user's to write, and root removes files in these: so they are the
// service's own, whatever it names. A file that is none, or a socket, the user has named himself.
void look_at_directories(Leaving& leaving, bool is_socket_named) {
    const Configuration of_service;
    const bool is_profile = leaving.profile.has_value();
    leaving.run_directory = is_profile && !is_socket_named ? of_service.status_socket.parent_path()
                                                           : leaving.socket.parent_path();
    leaving.state_directory = !is_profile && leaving.content ? leaving.content->state_directory
                                                             : of_service.state_directory;
}

std::optional<Configuration> content_of(const fs::path& file) {
    try {
        return read_configuration(file);
    } catch (const runtime::InvalidConfiguration&) {
        return std::nullopt;
    }
}

// Whether the daemon that answers there goes by a profile, and so not by a file that is none.
bool is_of_a_profile(const fs::path& socket) {
    const auto status = runtime::read_status(socket);
    return status && status->contains("profile") && status->at("profile").is_string();
}

Leaving look_at(const LeaveOptions& options) {
    const Profiles profiles;
    Leaving leaving{.file = configuration_of(options.where, options.socket)};
    leaving.profile = profiles.name_of(leaving.file);
    leaving.content = content_of(leaving.file);
    const bool is_named = options.socket_option->count() > 0;
    leaving.socket = leaving.content && !is_named ? leaving.content->status_socket : options.socket;
    look_at_directories(leaving, is_named);
    leaving.is_active = leaving.profile
                            ? active_profile(profiles, leaving.socket) == leaving.profile
                            : !is_of_a_profile(leaving.socket);
    for (const std::string& name : profiles.names()) {
        if (auto other = content_of(profiles.file(name)); other && name != leaving.profile) {
            leaving.others.push_back(*std::move(other));
        }
    }
    return leaving;
}

std::vector<std::optional<fs::path>> keys_of(const Configuration& content) {
    return {content.private_key_file, content.home_agent.preshared_key_file};
}

bool is_used_by_others(const Leaving& leaving, const fs::path& key) {
    return std::ranges::any_of(leaving.others, [&](const Configuration& other) {
        return std::ranges::any_of(keys_of(other), [&](const auto& its) { return its == key; });
    });
}

// Joining puts keys beside the configuration. What it names elsewhere is somebody else's: the
// configuration is the daemon's user's to write, and root removes what it names.
bool is_beside(const fs::path& configuration, const fs::path& key) {
    return fs::absolute(key).parent_path() == fs::absolute(configuration).parent_path();
}

std::vector<fs::path> keys_elsewhere(const Leaving& leaving) {
    std::vector<fs::path> keys;
    if (leaving.content) {
        for (const auto& key : keys_of(*leaving.content)) {
            if (key && !is_beside(leaving.file, *key)) {
                keys.push_back(*key);
            }
        }
    }
    return keys;
}

// What joining has put on the disk, and what the daemon has added. A configuration that is wrong
// tells of no more than itself. The configuration goes first: what is left without it is no
// profile.
std::vector<fs::path> files_of(const Leaving& leaving) {
    std::vector<fs::path> files{leaving.file};
    if (!leaving.content) {
        files.push_back(fs::path(leaving.file).replace_extension(".key"));
        files.push_back(fs::path(leaving.file).replace_extension(".psk"));
        return files;
    }
    for (const auto& key : keys_of(*leaving.content)) {
        if (key && is_beside(leaving.file, *key) && !is_used_by_others(leaving, *key)) {
            files.push_back(*key);
        }
    }
    if (leaving.is_active) {
        files.push_back(leaving.state_directory / "down");
        files.push_back(leaving.state_directory / "lockdown.nft");
    }
    return files;
}

// What the daemon has kept for this profile alone.
void forget_state(const Leaving& leaving) {
    if (!leaving.content || !leaving.content->home_agent.public_key) {
        return;
    }
    const Configuration& content = *leaving.content;
    const auto& key = content.home_agent.public_key;
    const bool is_shared = std::ranges::any_of(leaving.others, [&](const Configuration& other) {
        return other.home_agent.public_key == key;
    });
    try {
        if (!is_shared) {
            HomeAgentKey(leaving.state_directory, *key).forget();
        }
        const Keys keys = load_keys(content);
        if (keys.own && !is_used_by_others(leaving, *content.private_key_file)) {
            HandshakeTimes(leaving.state_directory, keys.own->public_key()).forget();
        }
    } catch (const std::runtime_error&) {
        // Who goes needs neither the file nor the key that is damaged; what stays there is no harm.
    }
}

bool is_agreed(const LeaveOptions& options, const std::vector<fs::path>& files) {
    if (options.yes) {
        return true;
    }
    std::cout << "This machine gives up its home address for good. These files go:\n";
    for (const fs::path& file : files) {
        std::error_code unknown;
        if (fs::exists(file, unknown)) {
            std::cout << "  " << runtime::printable(file.string()) << '\n';
        }
    }
    std::cout << "Another invite is needed to come back. Leave? [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

// Whether the machine is down, as far as anybody can tell.
ExitCode end_presence(const fs::path& socket) {
    const auto answer = runtime::call_api(socket, {.method = "POST", .target = "/v1/down"});
    if (!answer) {
        std::cout << "no daemon answers: the home agent is not told, and forgets this machine when "
                     "its binding expires\n";
        return ExitCode::ok;
    }
    if (answer->status >= first_error) {
        return fail(exit_code_of(*answer), runtime::error_message(*answer));
    }
    std::cout << "deregistered\n";
    return ExitCode::ok;
}

// Throws std::system_error before anything has been done. A second name takes the same rights as
// its removal, and whoever is killed in between still has the first; where the file system has no
// such names, the file is moved to and fro.
void require_that_it_may_go(const fs::path& file) {
    const fs::path other = file.string() + ".leaving";
    std::error_code unlike;
    fs::remove(other);
    fs::create_hard_link(file, other, unlike);
    if (unlike) {
        fs::rename(file, other);
        fs::rename(other, file);
    }
    fs::remove(other);
}

void remove_all(const std::vector<fs::path>& files) {
    for (const fs::path& file : files) {
        if (fs::remove(file)) {
            std::cout << "removed: " << runtime::printable(file.string()) << '\n';
        }
    }
}

void tell_of_keys(const std::vector<fs::path>& left) {
    for (const fs::path& key : left) {
        std::error_code unknown;
        if (fs::exists(key, unknown)) {
            std::cout << "left, since it is not beside its configuration: "
                      << runtime::printable(key.string()) << '\n';
        }
    }
}

// The machine is there no more, and nothing comes up with its next start.
ExitCode end(const Leaving& leaving) {
    const ExitCode ended = end_presence(leaving.socket);
    if (ended != ExitCode::ok) {
        return ended;
    }
    if (leaving.profile && platform::can_start_service(unit) && !platform::stop_service(unit)) {
        return fail(ExitCode::failed,
                    std::string("the service did not stop; see why: systemctl status ") + unit);
    }
    // No daemon may have done so.
    lift_lockdown(leaving.state_directory);
    const ResolverAnswer names = put_back_resolver(leaving.run_directory);
    if (!names.refusal.empty()) {
        runtime::print_error("godwit", names.refusal);
    }
    return ExitCode::ok;
}

// Where the active profile is left, no other becomes active by itself, whenever this is killed.
class ChoiceOfNobody {
  public:
    explicit ChoiceOfNobody(const Leaving& leaving)
        : is_of_profile_(leaving.profile.has_value()), others_(profiles_.names()) {
        std::erase(others_, leaving.profile.value_or(""));
        if (is_of_profile_ && leaving.is_active && !others_.empty()) {
            after_this_one_ = profiles_.choose_none_after(*leaving.profile);
            none_ = profiles_.choose_none();
        }
    }
    void begin() const {
        if (after_this_one_) {
            after_this_one_->commit();
        }
    }
    // The profile is gone. Without any other there is nothing to choose: the next one, written by
    // hand, is active.
    void end() const {
        if (none_) {
            none_->commit();
            std::cout << "next: godwit profile use " << others_.front() << '\n';
        } else if (is_of_profile_ && others_.empty()) {
            profiles_.forget_choice();
        }
    }

  private:
    Profiles profiles_;
    bool is_of_profile_;
    std::vector<std::string> others_;
    std::shared_ptr<ProfileChoice> after_this_one_;
    std::shared_ptr<ProfileChoice> none_;
};

ExitCode leave(const LeaveOptions& options) {
    const Leaving leaving = look_at(options);
    if (!fs::exists(leaving.file)) {
        return fail(ExitCode::usage, "there is no " + leaving.file.string() +
                                         ": this machine has not joined a home agent");
    }
    const std::vector<fs::path> files = files_of(leaving);
    if (!is_agreed(options, files)) {
        return fail(ExitCode::usage, "nothing was changed; --yes agrees without asking");
    }
    require_that_it_may_go(leaving.file);
    const ChoiceOfNobody nobody(leaving);  // first: the disk may be full
    if (!leaving.profile && !leaving.is_active) {
        std::cout << "the daemon at " << leaving.socket.string()
                  << " goes by a profile, and goes on; no other is told to be down\n";
    }
    if (const ExitCode ended = leaving.is_active ? end(leaving) : ExitCode::ok;
        ended != ExitCode::ok) {
        return ended;
    }
    nobody.begin();
    forget_state(leaving);
    remove_all(files);
    tell_of_keys(keys_elsewhere(leaving));
    nobody.end();
    return ExitCode::ok;
}

}  // namespace

Command add_leave(CLI::App& app) {
    const auto options = std::make_shared<LeaveOptions>();
    CLI::App* command = app.add_subcommand("leave", "Be a client of the home agent no more");
    command->add_flag("-y,--yes", options->yes, "Ask nothing");
    command->add_option("profile", options->where.profile, "Which one; without it the active one")
        ->excludes(command->add_option("--config", options->where.configuration,
                                       "This configuration file, of no profile"));
    add_socket_option(*command, *options);
    options->socket_option = command->get_option("--socket");
    command->footer(
        "Deregisters, stops and disables the service, and removes the configuration and the keys.\n"
        "A profile that is not active is removed, and nothing else happens.\n"
        "The home agent keeps the name and the address until godwit-ha remove. Example, as root:\n"
        "  godwit leave --yes");
    return [options] { return leave(*options); };
}

}  // namespace godwit::client

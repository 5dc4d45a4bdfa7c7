#include "client/lockdown.hpp"

#include <chrono>
#include <cstddef>
#include <system_error>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_placement.hpp"
#include "shared/platform/nftables_presence.hpp"
#include "shared/platform/resolver.hpp"
#include "shared/platform/whole_file.hpp"
#include "shared/runtime/clock.hpp"

namespace godwit::client {
namespace {

namespace fs = std::filesystem;
using platform::NftablesTable;

constexpr auto table_name = "inet godwit_lockdown";
constexpr auto home_link_table_name = "inet godwit_home_link";

// Octets of what the next boot begins with: each excluded prefix stands there four times, each
// route of a split tunnel six times. Room for ten thousand of them.
constexpr std::size_t longest_kept = 4U << 20U;
// After a repair that has failed.
constexpr std::chrono::milliseconds pause_after_failure{250};

fs::path file_in(const fs::path& state_directory) {
    return state_directory / "lockdown.nft";
}

// Throws std::system_error. What could not be read again is not written: a boot would be open.
void write_kept(const fs::path& file, const std::string& text) {
    platform::require("write " + file.string(),
                      text.size() > longest_kept ? std::make_error_code(std::errc::file_too_large)
                                                 : std::error_code{});
    fs::create_directories(file.parent_path());
    platform::require("write " + file.string(), platform::replace_file(file, text));
}

LockdownScope scope_of(const Configuration& configuration) {
    return {.tunnel = configuration.interface,
            .routes = configuration.routes,
            .exclude = configuration.exclude,
            .has_excluded_programs = !configuration.exclude_cgroups.empty(),
            .network_prefixes = configuration.network_prefixes,
            .home = configuration.home_address,
            .home_agent = configuration.home_agent.address,
            .ports = configuration.home_agent.ports};
}

// Names are looked up later.
LockdownFindings findings_of(const Configuration& configuration) {
    LockdownFindings findings;
    for (const std::string& endpoint : configuration.home_agent.endpoints) {
        if (const auto address = platform::literal_address(endpoint)) {
            findings.endpoints.push_back(*address);
        }
    }
    return findings;
}

}  // namespace

Lockdown::Lockdown(fs::path state_directory, const runtime::Log& log)
    : directory_(std::move(state_directory)),
      log_(log),
      table_(table_name, NftablesTable::End::stays),
      home_link_table_(home_link_table_name, NftablesTable::End::with_process) {}

void Lockdown::enter(const Configuration& configuration) {
    if (!configuration.lockdown || directory_ != configuration.state_directory) {
        lift();
    }
    directory_ = configuration.state_directory;
    if (!configuration.lockdown) {
        return;
    }
    const bool is_new = !scope_;
    scope_ = scope_of(configuration);
    findings_ = findings_of(configuration);
    put_in_place();
    open(std::nullopt);
    failure_.clear();
    if (is_new) {
        log_.info("lockdown");
    }
}

void Lockdown::lift() {
    open(std::nullopt);
    lift_lockdown(directory_);
    failure_.clear();
    file_failure_.clear();
    if (std::exchange(scope_, std::nullopt)) {
        log_.info("lockdown-lifted");
    }
}

void Lockdown::follow(const LockdownFindings& findings,
                      const std::optional<mobility::InterfaceIndex>& home_link) {
    if (!scope_ || (findings == findings_ && home_link == home_link_)) {
        return;
    }
    const LockdownFindings before = findings_;
    try {
        if (home_link != home_link_) {
            open(std::nullopt);
        }
        if (findings != findings_) {
            findings_ = findings;
            put_in_place();
        }
        open(home_link);
        failure_.clear();
    } catch (const std::system_error& error) {
        findings_ = before;  // the next call tries again
        if (std::exchange(failure_, error.what()) != failure_) {
            log_.error("lockdown-not-changed", {{"reason", failure_}});
        }
    }
}

void Lockdown::put_in_place() {
    const std::string chains = lockdown_chains(*scope_, findings_);
    table_.renew(chains);
    listing_ = table_.listing();
    keep(table_.renewal(chains));
}

// What is in force is so without the file, too: that is no reason not to begin.
void Lockdown::keep(const std::string& text) {
    const fs::path file = file_in(directory_);
    try {
        if (platform::read_regular_file(file, longest_kept) != text) {
            write_kept(file, text);
        }
        file_failure_.clear();
    } catch (const std::system_error& error) {
        if (std::exchange(file_failure_, error.what()) != file_failure_) {
            log_.error("lockdown-not-kept", {{"reason", file_failure_}});
        }
    }
}

void Lockdown::open(const std::optional<mobility::InterfaceIndex>& home_link) {
    if (home_link == home_link_) {
        return;
    }
    if (home_link) {
        home_link_table_.replace(home_link_chains(home_link->value));
    } else {
        home_link_table_.remove();
    }
    home_link_ = home_link;
}

void Lockdown::watch(runtime::EventLoop& loop) {
    watch_ = loop.on_readable(monitor_.descriptor(), [this] {
        if (monitor_.changed() && pacing_.on_event(runtime::boot_now())) {
            look();
        }
    });
}

void Lockdown::on_deadline() {
    if (pacing_.is_due(runtime::boot_now())) {
        look();
    }
}

// Our own changes are looked at once more, and then there is nothing to do. Who takes the rules
// away may have taken what is on the disk first.
void Lockdown::look() {
    pacing_.on_look(runtime::boot_now());
    if (!scope_) {
        return;
    }
    const std::string chains = lockdown_chains(*scope_, findings_);
    try {
        if (table_.listing() != listing_) {
            table_.replace(chains);  // with what others have added, too
            listing_ = table_.listing();
            log_.warning("lockdown-repaired");
        }
        failure_.clear();
    } catch (const std::system_error& error) {
        pacing_.on_failure(runtime::boot_now(), pause_after_failure);  // it may be open
        if (std::exchange(failure_, error.what()) != failure_) {
            log_.error("lockdown-not-changed", {{"reason", failure_}});
        }
    }
    keep(table_.renewal(chains));
}

bool Lockdown::is_in_force() {
    return platform::has_nftables_table(table_name);
}

std::vector<std::string> Lockdown::complaints() const {
    std::vector<std::string> complaints;
    if (!failure_.empty()) {
        complaints.push_back("the rules of the lockdown are not up to date: " + failure_);
    }
    if (!file_failure_.empty()) {
        complaints.push_back("the next boot begins without these rules of the lockdown: " +
                             file_failure_);
    }
    return complaints;
}

void load_lockdown(const fs::path& state_directory) {
    const fs::path file = file_in(state_directory);
    const auto text = platform::read_regular_file(file, longest_kept);
    const auto reason = fs::exists(fs::symlink_status(file)) ? std::errc::invalid_argument
                                                             : std::errc::no_such_file_or_directory;
    platform::require("read " + file.string(),
                      text ? std::error_code{} : std::make_error_code(reason));
    NftablesTable table(table_name, NftablesTable::End::stays);
    platform::require("load the rules of " + file.string(), table.change(*text));
}

void require_right_to_lift_lockdown() {
    static_cast<void>(platform::find_nftables_table(table_name));
}

// The file goes first: without it no boot brings the rules back. To remove none is an error on a
// file system that is read-only.
void lift_lockdown(const fs::path& state_directory) {
    const fs::path file = file_in(state_directory);
    if (fs::exists(fs::symlink_status(file)) && fs::remove(file)) {
        platform::make_durable(state_directory);
    }
    if (platform::has_nftables_table(table_name)) {
        NftablesTable(table_name, NftablesTable::End::stays).remove();
    }
}

}  // namespace godwit::client

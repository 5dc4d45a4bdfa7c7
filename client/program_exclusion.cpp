#include "client/program_exclusion.hpp"

#include <chrono>
#include <system_error>
#include <utility>

#include "client/core/excluded_programs.hpp"
#include "shared/platform/cgroup.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;

constexpr auto look_again = 5s;

}  // namespace

ProgramExclusion::ProgramExclusion(std::vector<std::string> cgroups, std::string tunnel,
                                   const std::filesystem::path& sysctl_journal,
                                   runtime::EventLoop& loop, const runtime::Log& log)
    : cgroups_(std::move(cgroups)),
      tunnel_(std::move(tunnel)),
      log_(log),
      ids_(cgroups_.size()),
      table_(excluded_programs_table) {
    if (cgroups_.empty()) {
        const platform::SysctlOverrides left_by_a_killed_daemon(sysctl_journal);
        return;
    }
    have_marks_of_answers_count(sysctl_journal);
    upkeep_.emplace(excluded_programs_table, loop, log_, [this] { return put_back(); });
    watch_ = loop.on_readable(alarm_.descriptor(), [this] {
        alarm_.clear();
        look();
    });
    look();
}

// A strict reverse path filter (rp_filter = 1) would otherwise look for the way back without the
// mark, find the tunnel, and drop what comes beside it. Over IPv6 there is no such filter.
void ProgramExclusion::have_marks_of_answers_count(const std::filesystem::path& sysctl_journal) {
    try {
        sysctls_.emplace(sysctl_journal);
        sysctls_->set("net/ipv4/conf/all/src_valid_mark", "1");
    } catch (const std::system_error& error) {
        log_.warning("answers-may-be-filtered", {{"reason", error.what()}});
    }
}

std::vector<std::optional<std::uint64_t>> ProgramExclusion::ids_now() const {
    std::vector<std::optional<std::uint64_t>> now;
    for (const std::string& cgroup : cgroups_) {
        now.push_back(platform::cgroup_id(cgroup));
    }
    return now;
}

void ProgramExclusion::look() {
    auto now = ids_now();
    if (now != ids_ || !failure_.empty()) {
        ids_ = std::move(now);
        put_in_place();
    }
    alarm_.set(look_again);
}

// One that goes in this moment is refused, and not there at the next look.
void ProgramExclusion::put_in_place() {
    std::vector<std::string> present;
    for (std::size_t place = 0; place < cgroups_.size(); ++place) {
        if (ids_[place]) {
            present.push_back(cgroups_[place]);
        }
    }
    try {
        if (present.empty()) {
            table_.remove();
        } else {
            table_.replace(excluded_program_chains(present, tunnel_));
        }
        listing_ = table_.listing();
        failure_.clear();
    } catch (const std::system_error& error) {
        if (std::exchange(failure_, error.what()) != failure_) {
            log_.warning("programs-not-excluded", {{"reason", failure_}});
        }
    }
}

// What fails is told, and the next look tries it again.
bool ProgramExclusion::put_back() {
    if (table_.listing() == listing_) {
        return false;
    }
    ids_ = ids_now();
    put_in_place();
    return failure_.empty();
}

std::vector<std::string> ProgramExclusion::complaints() const {
    std::vector<std::string> complaints;
    for (std::size_t place = 0; place < cgroups_.size(); ++place) {
        if (!ids_[place]) {
            complaints.push_back("there is no cgroup " + cgroups_[place] +
                                 ": its programs do not run, or exclude_cgroups names it wrongly");
        }
    }
    if (!failure_.empty()) {
        complaints.push_back("programs are not excluded from the tunnel: " + failure_);
    }
    return complaints;
}

}  // namespace godwit::client

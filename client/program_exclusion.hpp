#pragma once
// Has the programs of some cgroups go past the tunnel, for as long as this object is there. A
// cgroup comes and goes with its programs; whether it is there is looked at every few seconds, and
// only where any is named. What others change of the rules is put back.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "shared/platform/alarm.hpp"
#include "shared/platform/nftables_table.hpp"
#include "shared/platform/sysctl.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"
#include "shared/runtime/table_upkeep.hpp"

namespace godwit::client {

// Of its rules.
inline constexpr auto excluded_programs_table = "inet godwit_excluded";

class ProgramExclusion {
  public:
    // The loop and the log outlive it. The journal is a file in a directory that a reboot clears:
    // the kernel parameters that are changed. Without cgroups it only puts back what a killed
    // daemon has left.
    ProgramExclusion(std::vector<std::string> cgroups, std::string tunnel,
                     const std::filesystem::path& sysctl_journal, runtime::EventLoop& loop,
                     const runtime::Log& log);

    // What is wrong, a sentence each.
    [[nodiscard]] std::vector<std::string> complaints() const;

  private:
    void have_marks_of_answers_count(const std::filesystem::path& sysctl_journal);
    [[nodiscard]] std::vector<std::optional<std::uint64_t>> ids_now() const;
    void look();
    void put_in_place();
    bool put_back();

    std::vector<std::string> cgroups_;
    std::string tunnel_;
    const runtime::Log& log_;
    std::vector<std::optional<std::uint64_t>> ids_;  // as the table has them
    platform::NftablesTable table_;
    std::string listing_;  // of the table, as it shall be
    std::optional<runtime::TableUpkeep> upkeep_;
    std::optional<platform::SysctlOverrides> sysctls_;
    std::string failure_;
    platform::Alarm alarm_;
    runtime::EventLoop::Watch watch_;
};

}  // namespace godwit::client

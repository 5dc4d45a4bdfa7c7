#pragma once
// Keeps everything inside the tunnel, by a table of nftables that belongs to no process: it is
// there before the tunnel, and stays when the daemon is stopped, killed or replaced by a newer one.
// What was in force last is on the disk too, for the next boot. Only a wish of the user's takes it
// away.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "client/configuration.hpp"
#include "client/core/lockdown_rules.hpp"
#include "client/core/look_pacing.hpp"
#include "shared/mobility/path.hpp"
#include "shared/platform/nftables_monitor.hpp"
#include "shared/platform/nftables_table.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::client {

class Lockdown {
  public:
    // The log outlives it.
    Lockdown(std::filesystem::path state_directory, const runtime::Log& log);

    // In force when it returns, or not, as the configuration says. Throws std::system_error.
    void enter(const Configuration& configuration);
    // Throws std::system_error.
    void lift();

    // What the node has found out, and the home link while it is at home: that is inside. Does
    // nothing where there is no lockdown. What fails leaves the rules as they were, and is told.
    void follow(const LockdownFindings& findings,
                const std::optional<mobility::InterfaceIndex>& home_link);

    // From now on what others remove is put back. The loop outlives this.
    void watch(runtime::EventLoop& loop);
    // For the loop's deadline.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const { return pacing_.due(); }
    void on_deadline();

    // As the kernel has it.
    [[nodiscard]] static bool is_in_force();
    // What is wrong, a sentence each.
    [[nodiscard]] std::vector<std::string> complaints() const;

  private:
    void put_in_place();
    void look();
    void keep(const std::string& text);
    void open(const std::optional<mobility::InterfaceIndex>& home_link);

    std::filesystem::path directory_;  // of the state
    const runtime::Log& log_;
    std::optional<LockdownScope> scope_;  // nothing: it is not in force
    LockdownFindings findings_;
    platform::NftablesTable table_;
    std::string listing_;  // of the table, as it shall be
    platform::NftablesMonitor monitor_;
    runtime::EventLoop::Watch watch_;
    LookPacing pacing_;
    std::optional<mobility::InterfaceIndex> home_link_;  // that is open
    platform::NftablesTable home_link_table_;            // goes with this process
    std::string failure_;                                // of the rules
    std::string file_failure_;                           // of what is on the disk
};

// For the programs that run without a daemon: what is on the disk comes into force; or nothing is
// any more, now and at the next boot. Both throw std::system_error.
void load_lockdown(const std::filesystem::path& state_directory);
// Throws std::system_error for who could not even tell whether there are rules to lift.
void require_right_to_lift_lockdown();
void lift_lockdown(const std::filesystem::path& state_directory);

}  // namespace godwit::client

#pragma once
// Kernel parameters under /proc/sys/net that a daemon changes while it runs. The values found are
// written back, the last changed first, when this object goes; and to a journal on disk before
// anything is changed, so that a run after a crash still knows them.

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace godwit::platform {

// `name` is the path below /proc/sys: "net/ipv6/conf/all/forwarding".
std::expected<std::string, std::error_code> read_sysctl(const std::string& name);

class SysctlOverrides {
  public:
    // Takes over the journal of an earlier run that could not restore, if there is one. The journal
    // belongs in a directory that does not outlive a reboot (/run).
    explicit SysctlOverrides(std::filesystem::path journal);
    SysctlOverrides(const SysctlOverrides&) = delete;
    SysctlOverrides& operator=(const SysctlOverrides&) = delete;
    ~SysctlOverrides();

    // Throws std::system_error where the parameter does not exist or may not be changed.
    void set(const std::string& name, const std::string& value);
    // Writes the present value back at the end, since something else is about to change it.
    void preserve(const std::string& name);

    // What is written back at the end; nothing where it is not changed.
    [[nodiscard]] std::optional<std::string> original(const std::string& name) const;

  private:
    struct Original {
        std::string name;
        std::string value;
    };

    void read_journal();
    void write_journal() const;

    std::filesystem::path journal_;
    std::vector<Original> originals_;  // in the order of the changes
};

}  // namespace godwit::platform

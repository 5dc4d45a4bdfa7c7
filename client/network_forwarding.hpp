#pragma once
// Whether this machine passes packets on between the network behind it and the tunnel: what the
// kernel needs for that, if the configuration asks for it.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "shared/mobility/attachment.hpp"
#include "shared/platform/network_snapshot.hpp"
#include "shared/platform/sysctl.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::client {

class NetworkForwarding {
  public:
    struct Settings {
        bool has_network = false;  // there is something behind this machine
        bool is_wanted = false;    // forwarding, as the configuration says
        // A path in a directory that a reboot clears.
        std::filesystem::path sysctl_journal;
    };
    // What a killed daemon has left is put back in any case.
    NetworkForwarding(Settings settings, const platform::NetworkSnapshot& network,
                      const runtime::Log& log);

    // By which interfaces the machine visits networks.
    void on_attachments(const mobility::Attachments& attachments);

    // What is wrong, a sentence each.
    [[nodiscard]] std::vector<std::string> complaints() const;

  private:
    Settings settings_;
    const runtime::Log& log_;
    bool has_turned_on_ = false;
    platform::SysctlOverrides sysctls_;
    std::string failure_;
};

}  // namespace godwit::client

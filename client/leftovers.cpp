#include "client/leftovers.hpp"

#include <string>
#include <system_error>

#include "client/name_service.hpp"
#include "client/program_exclusion.hpp"
#include "shared/platform/footprint.hpp"
#include "shared/platform/nftables_table.hpp"
#include "shared/platform/sysctl.hpp"

namespace godwit::client {
namespace {

namespace fs = std::filesystem;

// The kernel takes the interface away with the process that has made it.
bool is_alive(const Configuration& configuration) {
    return platform::read_sysctl("net/ipv4/conf/" + configuration.interface + "/forwarding")
        .has_value();
}

}  // namespace

fs::path programs_journal(const Configuration& configuration) {
    return configuration.status_socket.parent_path() / "sysctl-journal";
}

fs::path forwarding_journal(const Configuration& configuration) {
    return configuration.status_socket.parent_path() / "forwarding-journal";
}

// Each of these takes over what was left when it is made, and puts it back when it goes. The tables
// that belong to a process have gone with it.
void put_back_leftovers(const Configuration& configuration, const runtime::Log& log) {
    if (is_alive(configuration)) {
        return;
    }
    try {
        const platform::NftablesTable excluded(excluded_programs_table);
        const platform::NftablesTable guard(std::string("ip6 ") + signalling_table);
        const platform::SysctlOverrides of_programs(programs_journal(configuration));
        const platform::SysctlOverrides of_forwarding(forwarding_journal(configuration));
        const platform::Footprint footprint(platform::Owner::mobile_node);
    } catch (const std::system_error& error) {
        log.warning("leftovers-not-put-back", {{"reason", error.what()}});
    }
    put_back_name_servers(configuration.status_socket.parent_path(), log);
}

}  // namespace godwit::client

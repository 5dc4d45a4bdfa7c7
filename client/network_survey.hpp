#pragma once
// What lies between this machine and its home: names, paths, name servers.

#include <filesystem>

#include "client/checkup.hpp"

namespace godwit::client {

// `socket`: the daemon's, if it runs.
NetworkFacts survey_network(const Configuration& configuration, const SystemFacts& system,
                            const DaemonFacts& daemon, const std::filesystem::path& socket);

// The best first, of each interface; at most twelve.
std::vector<mobility::Path> paths_to_ask(const Configuration& configuration,
                                         const platform::NetworkSnapshot& network,
                                         const std::vector<NameLookedUp>& names,
                                         const DaemonFacts& daemon);

}  // namespace godwit::client

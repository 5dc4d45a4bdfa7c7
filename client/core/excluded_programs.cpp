#include "client/core/excluded_programs.hpp"

#include <algorithm>

#include "client/core/packet_marks.hpp"

namespace godwit::client {

std::string excluded_program_chains(const std::vector<std::string>& cgroups,
                                    const std::string& tunnel) {
    return chains_past_tunnel(cgroups, tunnel, excluded_mark);
}

std::string chains_past_tunnel(const std::vector<std::string>& cgroups, const std::string& tunnel,
                               std::uint32_t packet_mark) {
    const std::string mark = std::to_string(packet_mark);
    std::string rules;
    for (const std::string& cgroup : cgroups) {
        const auto level = std::ranges::count(cgroup, '/') + 1;
        // What others have begun through the tunnel is answered through it.
        rules += "    ct direction original socket cgroupv2 level " + std::to_string(level) +
                 " \"" + cgroup + "\" meta mark set " + mark + " ct mark set " + mark + "\n";
    }
    return "  chain choosing {\n"
           "    type route hook output priority mangle\n"
           "    oifname \"lo\" return\n" +
           rules +
           "  }\n"
           // For a reverse path filter: by its mark an answer came the way that it should.
           "  chain answers {\n"
           "    type filter hook prerouting priority mangle\n"
           "    ct direction reply ct mark " +
           mark + " meta mark set " + mark +
           "\n"
           "  }\n"
           "  chain leaving {\n"
           "    type nat hook postrouting priority srcnat\n"
           "    meta mark " +
           mark + " oifname != \"" + tunnel +
           "\" masquerade\n"
           "  }\n";
}

}  // namespace godwit::client

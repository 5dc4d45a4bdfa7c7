#include "client/core/portal_rules.hpp"

#include "client/core/excluded_programs.hpp"
#include "client/core/packet_marks.hpp"

namespace godwit::client {

// As nft(8) takes it in quotes; systemd writes what is none of these letters as \xHH.
bool is_portal_cgroup(std::string_view path) {
    constexpr std::size_t longest = 1024;
    constexpr auto characters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:@\\/";
    const auto slash = path.rfind('/');
    const std::string_view last = slash == std::string_view::npos ? path : path.substr(slash + 1);
    return path.size() <= longest && !path.starts_with('/') && !path.contains("//") &&
           !path.contains("..") && path.find_first_not_of(characters) == std::string_view::npos &&
           last.starts_with(portal_cgroup_prefix) && last.size() > portal_cgroup_prefix.size();
}

std::string portal_chains(const std::string& cgroup, const std::string& tunnel) {
    const std::string mark = std::to_string(portal_mark);
    return chains_past_tunnel({cgroup}, tunnel, portal_mark) +
           "  chain arriving {\n"
           "    type filter hook input priority filter - 1\n"
           "    ct mark " +
           mark + " meta mark set " + mark + "\n  }\n";
}

}  // namespace godwit::client

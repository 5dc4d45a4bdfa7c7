#include "shared/platform/masquerade.hpp"

namespace godwit::platform {

Masquerade::Masquerade(const std::string& table, const wire::Prefix& pool,
                       mobility::InterfaceIndex tunnel)
    : table_("ip " + table) {
    table_.replace("chain leaving { type nat hook postrouting priority srcnat; ip saddr " +
                   pool.text() + " oif != " + std::to_string(tunnel.value) + " masquerade; }\n");
}

}  // namespace godwit::platform

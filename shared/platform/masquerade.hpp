#pragma once
// Lets mobile nodes with IPv4 home addresses of private use (RFC 1918) out to the Internet: what
// has one of them for its source leaves with an address of this machine instead (NAT).

#include <string>

#include "shared/mobility/path.hpp"
#include "shared/platform/nftables_table.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

class Masquerade {
  public:
    // Puts the table "ip <table>" in place; one that a crash left is replaced. What goes out of the
    // tunnel's interface, from one mobile node to another, keeps its source. `pool` is of IPv4.
    // Gone with this object, but for connections that the kernel follows already. Throws
    // std::system_error.
    Masquerade(const std::string& table, const wire::Prefix& pool, mobility::InterfaceIndex tunnel);

  private:
    NftablesTable table_;
};

}  // namespace godwit::platform

#pragma once
// What a daemon has added to the machine: addresses, routes and policy rules. All of it is taken
// back, the last first, when this object goes. Everything carries a protocol number of Godwit's
// own, so that after a crash the next start finds what was left and takes that back too.

#include <cstdint>
#include <system_error>
#include <variant>
#include <vector>

#include "shared/platform/interface_config.hpp"
#include "shared/platform/netlink_socket.hpp"
#include "shared/platform/routing.hpp"
#include "shared/platform/system_state.hpp"

namespace godwit::platform {

// The "proto" that ip(8) shows. Not in use by anybody in /etc/iproute2/rt_protos.
enum class Owner : std::uint8_t { mobile_node = 191, home_agent = 193 };

class Footprint {
  public:
    // Takes back what a daemon of this role left in this network namespace when it was killed.
    // Throws std::system_error.
    explicit Footprint(Owner owner);
    Footprint(const Footprint&) = delete;
    Footprint& operator=(const Footprint&) = delete;
    ~Footprint();

    // std::errc::file_exists: somebody else has added the same; it is theirs and stays.
    [[nodiscard]] std::error_code add(const AddressOnInterface& address) { return put(address); }
    [[nodiscard]] std::error_code add(const Route& route) { return put(route); }
    [[nodiscard]] std::error_code add(const PolicyRule& rule) { return put(rule); }

    // Takes back one thing that was added, or what has become of it. What is gone already (its
    // interface vanished, somebody removed it) or was never added is no error.
    std::error_code remove(const AddressOnInterface& address) { return take_back(address); }
    std::error_code remove(const Route& route) { return take_back(route); }
    std::error_code remove(const PolicyRule& rule) { return take_back(rule); }

    // What the kernel has of it now, which interfaces are up, and their MTUs: somebody may have
    // removed it, or a part of it. Throws std::system_error.
    SystemState present();

  private:
    using Addition = std::variant<AddressOnInterface, Route, PolicyRule>;

    [[nodiscard]] bool has(const Addition& addition) const;
    std::error_code put(const Addition& addition);
    std::error_code take_back(const Addition& addition);
    std::error_code undo(const Addition& addition);

    std::uint8_t protocol_;
    NetlinkSocket netlink_;
    std::vector<Addition> additions_;  // each once
};

}  // namespace godwit::platform

#pragma once
// What a daemon wants of this machine's network, or what is there of it, as values; and what is to
// be done so that the second becomes the first.

#include <cstdint>
#include <vector>

#include "shared/platform/interface_config.hpp"
#include "shared/platform/routing.hpp"

namespace godwit::platform {

struct InterfaceMtu {
    mobility::InterfaceIndex interface;
    std::uint32_t octets = 0;

    bool operator==(const InterfaceMtu&) const = default;
};

struct SystemState {
    std::vector<InterfaceMtu> mtus{};
    std::vector<mobility::InterfaceIndex> up;  // interfaces that the administrator has up
    std::vector<AddressOnInterface> addresses;
    std::vector<Route> routes;
    std::vector<PolicyRule> rules;

    [[nodiscard]] bool empty() const {
        return mtus.empty() && up.empty() && addresses.empty() && routes.empty() && rules.empty();
    }
    bool operator==(const SystemState&) const = default;
};

struct SystemDifference {
    SystemState remove;  // never an MTU or an interface: nobody sets one down
    SystemState add;
};

SystemDifference difference(const SystemState& wanted, const SystemState& present);

}  // namespace godwit::platform

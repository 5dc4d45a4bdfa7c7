#include "server/clients/ipv4_pool.hpp"

#include <cstdint>
#include <set>

namespace godwit::server {
namespace {

std::uint32_t number_of(const wire::Ipv4Address& address) {
    std::uint32_t number = 0;
    for (const std::uint8_t octet : address.octets) {
        number = (number << 8U) | octet;
    }
    return number;
}

wire::Ipv4Address address_of(std::uint32_t number) {
    wire::Ipv4Address address;
    for (std::size_t octet = 0; octet < 4; ++octet) {
        address.octets.at(3 - octet) = static_cast<std::uint8_t>(number >> (8U * octet));
    }
    return address;
}

// Both included.
struct Range {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
};

Range assignable(const wire::Prefix& pool) {
    const std::uint32_t network = number_of(*pool.address.mapped_ipv4());
    const auto size = static_cast<std::uint32_t>(1ULL << (128U - pool.length));
    return {.first = network + 2, .last = network + size - 2};
}

}  // namespace

bool is_assignable(const wire::Prefix& pool, const wire::Ipv4Address& address) {
    const Range range = assignable(pool);
    const std::uint32_t number = number_of(address);
    return number >= range.first && number <= range.last;
}

Ipv4Assignments assign_ipv4(const wire::Prefix& pool, const std::vector<MobileNodeEntry>& nodes,
                            const Ipv4Assignments& before) {
    Ipv4Assignments assigned;
    std::set<wire::Ipv4Address> taken;
    const auto assign = [&](const MobileNodeEntry& node, const wire::Ipv4Address& address) {
        if (is_assignable(pool, address) && taken.insert(address).second) {
            assigned.emplace(node.home_address, address);
        }
    };
    for (const MobileNodeEntry& node : nodes) {
        if (node.ipv4_home_address) {
            assign(node, *node.ipv4_home_address);
        }
    }
    for (const MobileNodeEntry& node : nodes) {
        const auto had = before.find(node.home_address);
        if (had != before.end() && !assigned.contains(node.home_address)) {
            assign(node, had->second);
        }
    }
    const Range range = assignable(pool);
    std::uint32_t next = range.first;
    for (const MobileNodeEntry& node : nodes) {
        while (!assigned.contains(node.home_address) && next <= range.last) {
            assign(node, address_of(next++));
        }
    }
    return assigned;
}

std::optional<wire::Ipv4Address> next_ipv4(const wire::Prefix& pool,
                                           const std::set<wire::Ipv4Address>& taken) {
    const Range range = assignable(pool);
    for (std::uint32_t number = range.first; number <= range.last; ++number) {
        if (!taken.contains(address_of(number))) {
            return address_of(number);
        }
    }
    return std::nullopt;
}

}  // namespace godwit::server

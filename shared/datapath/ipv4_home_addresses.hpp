#pragma once
// The IPv4 addresses that travel through the tunnel of a home address, beside it (RFC 5555 §3.1). A
// worker has one for each direction.

#include <memory>
#include <optional>
#include <ranges>
#include <utility>

#include "shared/datapath/inner_address.hpp"
#include "shared/datapath/tunnel_table.hpp"
#include "shared/wire/address.hpp"

namespace godwit::datapath {

struct Ipv4HomeAddress {
    std::unique_ptr<Ipv4HomeAddress> next;
    wire::Ipv6Address mapped;
    wire::HomeAddress home;

    Ipv4HomeAddress(wire::Ipv4Address address, const wire::HomeAddress& beside)
        : mapped(wire::Ipv6Address::mapped(address)), home(beside) {}
    [[nodiscard]] const wire::Ipv6Address& key() const { return mapped; }
};

class Ipv4HomeAddresses {
  public:
    // Gives back what the address stood for before, or nothing.
    std::unique_ptr<Ipv4HomeAddress> insert(std::unique_ptr<Ipv4HomeAddress> address) {
        return addresses_.insert(std::move(address));
    }
    // Gives it back; nothing, if the address is another's by now.
    std::unique_ptr<Ipv4HomeAddress> remove(const wire::HomeAddress& home,
                                            wire::Ipv4Address address) {
        const wire::Ipv6Address mapped = wire::Ipv6Address::mapped(address);
        const Ipv4HomeAddress* known = addresses_.find(mapped);
        return known != nullptr && known->home == home ? addresses_.remove(mapped) : nullptr;
    }

    // Whose an inner packet's address is: its own, or, of IPv4, that of the home address beside.
    [[nodiscard]] std::optional<wire::HomeAddress> home_of(const wire::Ipv6Address& inner,
                                                           bool is_ipv4) const {
        if (!is_ipv4) {
            return wire::HomeAddress{inner};
        }
        const Ipv4HomeAddress* known = addresses_.find(inner);
        return known != nullptr ? std::optional(known->home) : std::nullopt;
    }

    // Before a batch of home_of(): a range of InnerAddress.
    template <std::ranges::input_range Addresses>
    void prefetch(Addresses&& addresses) const {
        if (addresses_.outgrows_cache()) {
            addresses_.prefetch(
                addresses | std::views::filter(&InnerAddress::is_ipv4) |
                std::views::transform([](const InnerAddress& address) { return address.value; }));
        }
    }

  private:
    TunnelTable<Ipv4HomeAddress> addresses_;
};

}  // namespace godwit::datapath

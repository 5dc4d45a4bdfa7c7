#pragma once
// The Home Agents List of RFC 6275 §10.1: which other routers on the home link say that they are
// home agents there (§10.5.1), and the order in which all of them, this one too, are told to a
// mobile node that looks for one.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/neighbor_discovery.hpp"

namespace godwit::server {

class HomeAgentsList {
  public:
    // Anybody on the link can say that he is one. Further ones, and further addresses of one, are
    // passed over.
    static constexpr std::size_t max_others = 64;
    static constexpr std::size_t max_addresses = 8;

    // `random`: any number.
    HomeAgentsList(wire::HomeAgentAddress own, std::uint16_t own_preference,
                   std::function<std::uint32_t()> random)
        : own_(own), own_preference_(own_preference), random_(std::move(random)) {}

    // A Router Advertisement that RFC 4861 §6.1.2 lets be believed, by its link-local source.
    void on_advertisement(mobility::Instant now, const wire::Ipv6Address& router,
                          const wire::RouterAdvertisement& advertisement);
    // The home link is another.
    void clear() { others_.clear(); }

    // In decreasing order of preference, equals in another order each time (§10.5.1). At most as
    // many as a reply of the minimum IPv6 MTU has room for.
    [[nodiscard]] std::vector<wire::HomeAgentAddress> in_order(mobility::Instant now);

  private:
    struct Address {
        wire::HomeAgentAddress value;
        mobility::Instant expires;  // with its prefix (§10.1)
    };
    struct Other {
        std::uint16_t preference = 0;
        mobility::Instant expires;
        std::vector<Address> addresses;
    };
    struct Rank {
        std::uint16_t preference = 0;
        std::vector<wire::HomeAgentAddress> addresses;
    };
    void update_addresses(mobility::Instant now, const wire::RouterAdvertisement& advertisement,
                          Other& other) const;
    void drop_expired(mobility::Instant now);
    template <class Element>
    void shuffle(std::vector<Element>& elements);

    wire::HomeAgentAddress own_;
    std::uint16_t own_preference_;
    std::function<std::uint32_t()> random_;
    std::map<wire::Ipv6Address, Other> others_;  // by their link-local addresses
};

}  // namespace godwit::server

#pragma once
// Tells the home link by its router advertisements (RFC 6275 §11.5.1, §11.5.5): an interface is on the
// home link while a router there advertises the home prefix. Another router alone is no proof that
// the node has moved (§11.5.1): the home router is asked first.

#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "shared/mobility/attachment.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

// What matters here of a router advertisement.
struct RouterHeard {
    mobility::InterfaceIndex interface;
    wire::Ipv6Address router;  // link-local
    bool advertises_home_prefix = false;
    std::chrono::seconds valid_for{};  // the home prefix; 0: no longer
    std::uint32_t mtu = 1500;          // of the interface, octets
};

class HomeLinkWatch {
  public:
    // Returns whether a router solicitation should be sent on that interface, for a quick answer.
    [[nodiscard]] bool on_router_heard(mobility::Instant now, const RouterHeard& heard);
    // The interface has lost its link; what was heard on it is void.
    void on_link_lost(mobility::InterfaceIndex interface);

    [[nodiscard]] std::optional<mobility::HomeLink> home_link(mobility::Instant now) const;
    // When home_link() may change without anything being heard.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline(mobility::Instant now) const;

  private:
    struct Sighting {
        mobility::HomeLink link;
        mobility::Instant until;
        bool is_doubted = false;
    };

    std::map<mobility::InterfaceIndex, Sighting> sightings_;
};

}  // namespace godwit::client

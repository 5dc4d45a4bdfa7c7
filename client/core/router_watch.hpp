#pragma once
// Which routers are on which link, by their advertisements: RFC 6275 §11.5.1. It tells the home
// link (§11.5.5), and which addresses have lost the router that stood for them, where nobody took
// them away. Another router alone is no proof that the node has moved: the known ones are asked
// first.

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
    struct AdvertisedPrefix {
        wire::Prefix prefix;
        std::chrono::seconds valid_for{};  // 0: no longer
    };
    mobility::InterfaceIndex interface;
    wire::Ipv6Address router;  // link-local
    std::vector<AdvertisedPrefix> prefixes{};
    std::uint32_t mtu = 1500;  // of the interface, octets
};

class RouterWatch {
  public:
    // `home_prefix`: what a router advertises on the home link; nothing: there is no home link.
    explicit RouterWatch(std::optional<wire::Prefix> home_prefix) : home_prefix_(home_prefix) {}

    // Returns whether a router solicitation should be sent on that interface, for a quick answer.
    [[nodiscard]] bool on_router_heard(mobility::Instant now, const RouterHeard& heard);
    // The interface has lost its link; what was heard on it is void.
    void on_link_lost(mobility::InterfaceIndex interface);

    [[nodiscard]] std::optional<mobility::HomeLink> home_link(mobility::Instant now) const;
    // Routers are heard on this interface, and none of them advertises a prefix of this address.
    [[nodiscard]] bool is_abandoned(mobility::Instant now, mobility::InterfaceIndex interface,
                                    const wire::Ipv6Address& address) const;
    // When an answer may change without anything being heard.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline(mobility::Instant now) const;

  private:
    struct Sighting {
        wire::Prefix prefix;
        wire::Ipv6Address router;
        std::uint32_t mtu = 1500;
        mobility::Instant heard;
        mobility::Instant until;
        bool is_doubted = false;
    };

    void note(mobility::Instant now, const RouterHeard& heard);
    bool doubt_others(mobility::Instant now, const RouterHeard& heard);

    std::optional<wire::Prefix> home_prefix_;
    std::map<mobility::InterfaceIndex, std::vector<Sighting>> links_;
};

}  // namespace godwit::client

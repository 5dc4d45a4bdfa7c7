#pragma once
// Hears router advertisements on every interface, beside the kernel, and asks for them (RFC 4861
// §6.3): the way to learn early which link this is, and whether it is the home link
// (RFC 6275 §11.5.1, §11.5.5). Asks single routers too whether they are still there.

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <system_error>
#include <variant>

#include "shared/mobility/path.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/neighbor_discovery.hpp"

namespace godwit::platform {

struct AdvertisedRouter {
    mobility::InterfaceIndex interface;
    wire::Ipv6Address router;  // link-local
    wire::RouterAdvertisement advertisement;
};

// It has answered a neighbor solicitation, and still is a router: RFC 4861 §7.3.1.
struct ReachableRouter {
    mobility::InterfaceIndex interface;
    wire::Ipv6Address router;
    bool operator==(const ReachableRouter&) const = default;
};

using RouterNews = std::variant<AdvertisedRouter, ReachableRouter>;

// What an ICMPv6 message says of a router; nothing where it is neither an advertisement that
// RFC 4861 §6.1.2 lets a host believe nor a router's answer.
std::optional<RouterNews> router_news_in(mobility::InterfaceIndex interface,
                                         const wire::Ipv6Header& header, wire::BytesView octets);

struct RouterProbe {
    mobility::InterfaceIndex interface;
    wire::Ipv6Address router;
    wire::LinkLayerAddress router_link_layer{};
    wire::Ipv6Address source;  // that the kernel lets send
    // Of this host, to be remembered by the router; RFC 4429 §3.2 wants none of an optimistic
    // source.
    std::optional<wire::LinkLayerAddress> source_link_layer{};
};

class RouterDiscovery {
  public:
    RouterDiscovery();  // throws std::system_error

    [[nodiscard]] int descriptor() const { return socket_.number(); }  // readable: receive()

    // What comes next. std::errc::bad_message: there was something, and it is neither an
    // advertisement that RFC 4861 §6.1.2 lets a host believe nor a router's answer.
    [[nodiscard]] std::expected<RouterNews, std::error_code> receive() const;

    // Asks the routers on this link to speak up. They answer to all nodes. Works before the
    // interface has an address, too.
    std::error_code solicit(mobility::InterfaceIndex interface);

    // Asks one router whether it is there, at the link-layer address that it had.
    std::error_code probe(const RouterProbe& probe);

  private:
    FileDescriptor socket_;
    FileDescriptor frames_;  // past the kernel's addresses and neighbor cache
};

}  // namespace godwit::platform

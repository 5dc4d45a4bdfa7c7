#pragma once
// Hears router advertisements on every interface, beside the kernel, and asks for them (RFC 4861
// §6.3): the way to learn early which link this is, and whether it is the home link
// (RFC 6275 §11.5.1, §11.5.5).

#include <cstdint>
#include <expected>
#include <span>
#include <system_error>

#include "shared/mobility/path.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/neighbor_discovery.hpp"

namespace godwit::platform {

struct AdvertisedRouter {
    mobility::InterfaceIndex interface;
    wire::Ipv6Address router;  // link-local
    wire::RouterAdvertisement advertisement;
};

class RouterDiscovery {
  public:
    RouterDiscovery();  // throws std::system_error

    [[nodiscard]] int descriptor() const { return socket_.number(); }  // readable: receive()

    // The next advertisement. std::errc::bad_message: there was something, and it is not an
    // advertisement that RFC 4861 §6.1.2 lets a host believe.
    [[nodiscard]] std::expected<AdvertisedRouter, std::error_code> receive() const;

    // Asks the routers on this link to speak up. They answer to all nodes.
    std::error_code solicit(mobility::InterfaceIndex interface);

  private:
    FileDescriptor socket_;
};

}  // namespace godwit::platform

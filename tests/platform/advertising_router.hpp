#pragma once
// A router on the far machine of a link: it advertises itself, and hears solicitations.

#include <cstdint>
#include <string>

#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/neighbor_discovery.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {

class AdvertisingRouter {
  public:
    // In the namespace `there`, on this interface of it; the thread is in `here` afterwards.
    AdvertisingRouter(const NetworkNamespace& there, const NetworkNamespace& here,
                      const std::string& interface);

    static wire::Ipv6Address link_local();  // fe80::ff
    // A default router for 1800 s.
    static wire::RouterAdvertisement advertisement();

    void advertise(const wire::RouterAdvertisement& advertisement, int hop_limit = 255) const;
    struct Solicitation {
        wire::Ipv6Address source;
        int hop_limit = -1;  // none has come
    };
    // Waits for a router solicitation.
    [[nodiscard]] Solicitation solicited() const;

  private:
    mobility::InterfaceIndex interface_;
    FileDescriptor socket_;
};

}  // namespace godwit::platform

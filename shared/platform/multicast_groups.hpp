#pragma once
// The multicast groups that are heard on one interface. The kernel reports each to the link (MLD,
// RFC 3810 §5.2), so that switches with MLD snooping forward what is sent there.

#include <list>
#include <system_error>
#include <unordered_map>

#include "shared/mobility/path.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

class MulticastGroups {
  public:
    // Joins and leaves as many times as it is told; the last one to leave ends it.
    std::error_code join(const wire::Ipv6Address& group);
    void leave(const wire::Ipv6Address& group);

    // From now on all of them on this interface: the one before has gone, or is another's.
    std::error_code move_to(mobility::InterfaceIndex interface);

  private:
    // One socket remembers a few hundred (net.core.optmem_max): the rest go to further ones.
    struct Socket {
        FileDescriptor descriptor;
        std::size_t groups = 0;
    };
    struct Membership {
        std::size_t times = 0;
        std::list<Socket>::iterator socket;  // end(): the kernel has refused it
    };

    std::error_code enter(const wire::Ipv6Address& group, Membership& membership);

    mobility::InterfaceIndex interface_{};
    std::list<Socket> sockets_;
    std::unordered_map<wire::Ipv6Address, Membership> memberships_;
};

}  // namespace godwit::platform

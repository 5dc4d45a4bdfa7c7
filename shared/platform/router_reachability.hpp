#pragma once
// Tells the kernel what is known of a router's reachability, as its own neighbor unreachability
// detection would find out in 8 seconds: of several default routers it uses one that is not known
// to be unreachable (RFC 4861 §6.3.6). What is told holds until the kernel hears better.

#include <system_error>

#include "shared/mobility/path.hpp"
#include "shared/platform/netlink_socket.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/neighbor_options.hpp"

namespace godwit::platform {

std::error_code report_unreachable(NetlinkSocket& netlink, mobility::InterfaceIndex interface,
                                   const wire::Ipv6Address& router);
std::error_code report_reachable(NetlinkSocket& netlink, mobility::InterfaceIndex interface,
                                 const wire::Ipv6Address& router,
                                 const wire::LinkLayerAddress& link_layer);

// Has the kernel ask this neighbor, of either family, once more whether it is there: one that has
// not answered it asks by itself only when something is to be sent there.
// std::errc::no_such_file_or_directory: the kernel does not know it.
std::error_code ask_again(NetlinkSocket& netlink, mobility::InterfaceIndex interface,
                          const wire::Ipv6Address& neighbor);

// The neighbors of this prefix are not on that link any more: what goes to them goes to a router.
// Its next advertisement makes the kernel's route anew.
// std::errc::no_such_process: there was no such route.
std::error_code report_off_link(NetlinkSocket& netlink, mobility::InterfaceIndex interface,
                                const wire::Prefix& prefix);

}  // namespace godwit::platform

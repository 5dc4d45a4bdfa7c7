#pragma once
// Tells all hosts of a link at once that an address is behind an interface of this machine now, so
// that they forget where it was: an unsolicited Neighbor Advertisement (RFC 4861 §7.2.6). A home
// agent announces what it intercepts (RFC 6275 §10.4.1), a mobile node itself when it is home again
// (§11.5.5).

#include <system_error>

#include "shared/mobility/path.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

// Once, from an address of the interface. std::errc::not_supported: the link is none of IEEE 802,
// so its neighbours remember no link-layer addresses of the kind that could be announced.
std::error_code announce(mobility::InterfaceIndex interface, const wire::Ipv6Address& address);

}  // namespace godwit::platform

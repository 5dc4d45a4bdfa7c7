#pragma once
// What this machine's DHCP client was told of a captive portal (RFC 8910 §2.1, §2.2: options 114
// and 103). The client is somebody else's: what it writes down is read, nobody is asked.

#include <optional>
#include <string>

#include "shared/mobility/path.hpp"

namespace godwit::platform {

// The URI as it was written down for this interface; nothing if there is none. By systemd-networkd
// since 254, or by ISC's dhclient, if it was told to ask for it.
std::optional<std::string> captive_portal_in_lease(mobility::InterfaceIndex interface,
                                                   const std::string& name);

// The same of such files' text: /run/systemd/netif/links/2, and dhclient.leases(5), whose last
// lease of the interface counts.
std::optional<std::string> captive_portal_of_networkd(const std::string& text);
std::optional<std::string> captive_portal_of_dhclient(const std::string& text,
                                                      const std::string& interface);

}  // namespace godwit::platform

#pragma once
// Two machines on a link, of which the far one sends Mobility Headers to the near one.

#include "shared/platform/signalling_guard.hpp"
#include "shared/platform/signalling_socket.hpp"
#include "tests/platform/icmp_errors.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {

class Signalling : public OnALink {
  protected:
    Signalling();

    // RFC 6275 §6.1.7 with a Home Address option, as a mobile node away from home sends it.
    [[nodiscard]] wire::Bytes binding_update() const;
    // RFC 6275 §6.1.8 with a type 2 routing header.
    [[nodiscard]] wire::Bytes binding_acknowledgement() const;
    // A binding update from the home link: nothing between the IPv6 and the Mobility Header.
    [[nodiscard]] wire::Bytes plain_binding_update() const;

    // The errors that the near machine's kernel answers with when the far one sends this.
    [[nodiscard]] std::vector<std::uint8_t> errors_after(const wire::Bytes& packet) const;

    std::unique_ptr<IcmpErrors> far_errors_;
    std::unique_ptr<SignallingSocket> far_socket_;
    const GuardedTraffic to_near_{{near_address_}, {}};
};

// CONFIG_IPV6_MIP6: such a kernel drops Home Address options and type 2 routing headers that its
// IPsec policies do not know, without a word.
bool kernel_has_mobile_ipv6();

}  // namespace godwit::platform

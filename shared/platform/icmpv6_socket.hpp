#pragma once
// Hears and sends single messages of ICMPv6 as one of the addresses of this machine, beside the
// kernel, which knows nothing of these (RFC 6275 §6.5 to §6.8) or has its own ends in mind (Router
// Advertisements).

#include <cstdint>
#include <expected>
#include <initializer_list>
#include <system_error>

#include "shared/mobility/path.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/icmpv6.hpp"

namespace godwit::platform {

struct Icmpv6Arrival {
    mobility::InterfaceIndex interface;
    wire::Ipv6Address source;
    wire::Ipv6Address destination;
    wire::Icmpv6Message message;
};

class Icmpv6Socket {
  public:
    // Hears these types, and marks what it sends; 0: no mark. Throws std::system_error.
    Icmpv6Socket(std::initializer_list<std::uint8_t> types, std::uint32_t mark);

    [[nodiscard]] int descriptor() const { return socket_.number(); }  // readable: receive()

    // The next message. std::errc::bad_message: there was one that nobody may believe.
    [[nodiscard]] std::expected<Icmpv6Arrival, std::error_code> receive() const;

    // From this address, by the routing table; from an unspecified one: the kernel chooses.
    [[nodiscard]] std::error_code send(const wire::Ipv6Address& source,
                                       const wire::Ipv6Address& destination,
                                       const wire::Icmpv6Message& message) const;

    // From now on this machine answers for an anycast address on this interface (RFC 4291 §2.6), as
    // long as the socket lives. To be called again when the interface was gone or down.
    [[nodiscard]] std::error_code join_anycast(const wire::Ipv6Address& anycast,
                                               mobility::InterfaceIndex interface) const;

  private:
    FileDescriptor socket_;
};

}  // namespace godwit::platform

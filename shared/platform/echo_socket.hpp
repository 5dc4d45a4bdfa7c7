#pragma once
// Asks one other machine for echoes, from one of our addresses: ICMPv6 or ICMP.

#include <cstdint>
#include <optional>
#include <system_error>

#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

class EchoSocket {
  public:
    // Both of one family, IPv4 as ::ffff:0:0/96. `identifier` tells our echoes from others'. Throws
    // std::system_error, also where no route leads there.
    EchoSocket(const wire::Ipv6Address& local, const wire::Ipv6Address& remote,
               std::uint16_t identifier);

    [[nodiscard]] int descriptor() const { return socket_.number(); }
    [[nodiscard]] std::error_code request(std::uint16_t sequence) const;
    // The sequence number of the next reply that is there; nothing where there is none.
    [[nodiscard]] std::optional<std::uint16_t> receive() const;

  private:
    bool is_ipv4_;
    std::uint16_t identifier_;
    FileDescriptor socket_;
};

}  // namespace godwit::platform

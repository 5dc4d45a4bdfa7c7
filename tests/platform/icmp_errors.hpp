#pragma once
// Which ICMPv6 errors a machine sends back. Nobody waits for something that should not come: an
// echo request goes out last, and all that comes before its reply has been looked at when it is
// there.

#include <cstdint>
#include <vector>

#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

inline constexpr std::uint8_t destination_unreachable = 1;
inline constexpr std::uint8_t parameter_problem = 4;

class IcmpErrors {
  public:
    IcmpErrors();  // that come to the namespace which the thread is in

    // The types of the errors that `peer` has sent in answer to what was sent to it before.
    [[nodiscard]] std::vector<std::uint8_t> from(const wire::Ipv6Address& peer) const;

  private:
    FileDescriptor socket_;
};

}  // namespace godwit::platform

#pragma once
// A TUN interface: what the kernel routes to it is read here, what is written here arrives from it.
// Whole IP packets, without a header in front. The interface vanishes with this object, however the
// process ends.

#include <cstdint>
#include <span>
#include <string>

#include "shared/mobility/path.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/wire/bytes.hpp"

namespace godwit::platform {

// Whether this process may use the TUN driver, /dev/net/tun; empty: it may, else why not, and what
// to do.
std::string trouble_with_tun_driver();

class TunDevice {
  public:
    // Makes an interface of this name (at most 15 octets). Throws std::system_error, which says
    // what to do about it, where there is no TUN driver, no permission, or the name is taken.
    explicit TunDevice(const std::string& name);

    [[nodiscard]] int descriptor() const { return device_.number(); }  // non-blocking
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] mobility::InterfaceIndex interface() const { return interface_; }

    // One packet. A longer packet than the buffer is cut off: give it the interface's MTU.
    [[nodiscard]] Transferred read(std::span<std::uint8_t> buffer) const;
    // std::errc::io_error while the interface is down.
    [[nodiscard]] Transferred write(wire::BytesView packet) const;

  private:
    FileDescriptor device_;
    std::string name_;
    mobility::InterfaceIndex interface_;
};

}  // namespace godwit::platform

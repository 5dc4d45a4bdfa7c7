#pragma once
// A TUN interface: what the kernel routes to it is read here, what is written here arrives from it.
// In front of each stands a virtio-net header (virtio 1.2 §5.1.6), which says what is left to do of
// its checksum, and of what is many packets in one. The interface vanishes with this object, or the
// last of its queues, however the process ends.

#include <array>
#include <cstddef>
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
    static constexpr std::size_t virtio_header = 10;  // octets, in the order of this machine
    // The longest that one read gives, in octets: many packets in one have a length field of 16
    // bits behind 40 octets of IPv6.
    static constexpr std::size_t longest_read = 65'536 + 40;
    // What may be read and written as many packets in one.
    struct Offloads {
        bool tcp = false;
        bool udp = false;
    };

    // Makes an interface of this name (at most 15 octets). Throws std::system_error, which says
    // what to do about it, where there is no TUN driver, no permission, or the name is taken.
    // With offloading the kernel may give many packets in one and leave checksums to this end, as
    // far as it can. With several queues this is the first; which packet goes to which is for
    // TunSteering to say, and before that for the kernel.
    enum class Offloading : bool { off, on };
    enum class Queues : bool { one, several };
    explicit TunDevice(const std::string& name, Offloading offloading, Queues queues = Queues::one);
    // The next queue of the same interface, which has several. Throws std::system_error.
    [[nodiscard]] TunDevice another_queue() const;

    // What the kernel could be asked for at the start.
    [[nodiscard]] const Offloads& offloads() const { return offloads_; }
    // From now on the kernel gives many in one of these only, and divides the rest itself; what
    // waits to be read stays as it is. False: it refuses. Any thread may ask for it.
    [[nodiscard]] bool give_merged(const Offloads& wanted) const;

    [[nodiscard]] int descriptor() const { return device_.number(); }  // non-blocking
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] mobility::InterfaceIndex interface() const { return interface_; }

    // The packet alone is counted. One that is longer than the buffer is cut off: without offloads,
    // give it the interface's MTU, else longest_read.
    [[nodiscard]] Transferred read(std::span<std::uint8_t, virtio_header> header,
                                   std::span<std::uint8_t> buffer) const;
    // One packet, whole and with its checksums, as all are without offloading.
    [[nodiscard]] Transferred read(std::span<std::uint8_t> buffer) const;
    // At most max_pieces of a packet. std::errc::io_error while the interface is down.
    [[nodiscard]] Transferred write(std::span<const std::uint8_t, virtio_header> header,
                                    std::span<const wire::BytesView> pieces) const;
    static constexpr std::size_t max_pieces = 1'000;
    // One packet, whole and with its checksums.
    [[nodiscard]] Transferred write(wire::BytesView packet) const;

  private:
    TunDevice() = default;

    void enable_offloads();

    FileDescriptor device_;
    std::string name_;
    mobility::InterfaceIndex interface_;
    Offloads offloads_;
};

}  // namespace godwit::platform

#include "shared/platform/tun_device.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

#include <algorithm>

namespace godwit::platform {
namespace {

std::string advice_on_opening(std::error_code reason) {
    if (reason == std::errc::no_such_file_or_directory || reason == std::errc::no_such_device) {
        return " (there is none: modprobe tun)";
    }
    if (reason == std::errc::permission_denied) {
        return " (its mode keeps this user out: chmod 0666 /dev/net/tun)";
    }
    return "";
}

FileDescriptor open_driver() {
    FileDescriptor device(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (device.number() < 0) {
        const std::error_code reason = last_error();
        require("open the TUN driver /dev/net/tun" + advice_on_opening(reason), reason);
    }
    return device;
}

std::string attempt_to_make(const std::string& name, std::error_code reason) {
    std::string attempt = "make the TUN interface " + name;
    if (reason == std::errc::operation_not_permitted) {
        return attempt + " (needs CAP_NET_ADMIN: run it as root or as a service)";
    }
    if (reason == std::errc::device_or_resource_busy || reason == std::errc::invalid_argument) {
        return attempt + " (the name is in use: choose another, or stop who has it)";
    }
    return attempt;
}

ifreq interface_request(const std::string& name, int further_flags) {
    ifreq request{};
    if (name.empty() || name.size() >= sizeof request.ifr_name) {
        require("a TUN interface cannot be called \"" + name + "\": 1 to 15 octets",
                std::make_error_code(std::errc::invalid_argument));
    }
    std::ranges::copy(name, std::begin(request.ifr_name));
    request.ifr_flags = static_cast<short>(IFF_TUN | IFF_NO_PI | IFF_VNET_HDR | further_flags);
    return request;
}

std::error_code set_interface(const FileDescriptor& device, ifreq& request) {
    return ::ioctl(device.number(), TUNSETIFF, &request) < 0 ? last_error() : std::error_code{};
}

// Of what was read or written behind the virtio-net header.
Transferred transferred(ssize_t octets) {
    if (octets < 0) {
        return std::unexpected(last_error());
    }
    constexpr std::size_t header = TunDevice::virtio_header;
    const auto count = static_cast<std::size_t>(octets);
    return count > header ? count - header : 0;
}

bool accepts(const FileDescriptor& device, unsigned offloads) {
    return ::ioctl(device.number(), TUNSETOFFLOAD, offloads) == 0;
}

// writev only reads what iovec calls mutable.
iovec piece(wire::BytesView octets) {
    return {const_cast<std::uint8_t*>(octets.data()), octets.size()};
}

}  // namespace

std::string trouble_with_tun_driver() {
    try {
        open_driver();
        return "";
    } catch (const std::system_error& failure) {
        return failure.what();
    }
}

TunDevice::TunDevice(const std::string& name, Offloading offloading, Queues queues)
    : device_(open_driver()) {
    // IFF_TUN_EXCL: never join an interface that somebody else made persistent.
    const int several = queues == Queues::several ? IFF_MULTI_QUEUE : 0;
    ifreq request = interface_request(name, IFF_TUN_EXCL | several);
    if (const std::error_code reason = set_interface(device_, request)) {
        require(attempt_to_make(name, reason), reason);
    }
    name_ = std::begin(request.ifr_name);
    interface_.value = ::if_nametoindex(name_.c_str());
    if (offloading == Offloading::on) {
        enable_offloads();
    }
}

TunDevice TunDevice::another_queue() const {
    TunDevice queue;
    queue.device_ = open_driver();
    ifreq request = interface_request(name_, IFF_MULTI_QUEUE);
    require("open another queue of the TUN interface " + name_,
            set_interface(queue.device_, request));
    queue.name_ = name_;
    queue.interface_ = interface_;
    queue.offloads_ = offloads_;
    return queue;
}

// UDP since Linux 6.2.
void TunDevice::enable_offloads() {
    offloads_ = {.tcp = true, .udp = give_merged({.tcp = true, .udp = true})};
    if (!offloads_.udp) {
        offloads_.tcp = give_merged({.tcp = true, .udp = false});
    }
}

bool TunDevice::give_merged(const Offloads& wanted) const {
    constexpr unsigned for_tcp = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    // With TUN_F_USO4, TUN_F_USO6, which are newer than some headers.
    constexpr unsigned for_udp = TUN_F_CSUM | 0x20 | 0x40;
    return accepts(device_, (wanted.tcp ? for_tcp : 0) | (wanted.udp ? for_udp : 0));
}

Transferred TunDevice::read(std::span<std::uint8_t, virtio_header> header,
                            std::span<std::uint8_t> buffer) const {
    const std::array parts{iovec{header.data(), header.size()},
                           iovec{buffer.data(), buffer.size()}};
    return transferred(::readv(device_.number(), parts.data(), static_cast<int>(parts.size())));
}

Transferred TunDevice::read(std::span<std::uint8_t> buffer) const {
    std::array<std::uint8_t, virtio_header> nothing_to_do{};
    return read(nothing_to_do, buffer);
}

Transferred TunDevice::write(std::span<const std::uint8_t, virtio_header> header,
                             std::span<const wire::BytesView> pieces) const {
    std::array<iovec, max_pieces + 1> parts;  // only those that are used are touched
    parts[0] = piece(header);
    const std::size_t count = std::min(pieces.size(), max_pieces);
    std::ranges::transform(pieces.first(count), parts.begin() + 1, piece);
    return transferred(::writev(device_.number(), parts.data(), static_cast<int>(count + 1)));
}

Transferred TunDevice::write(wire::BytesView packet) const {
    static constexpr std::array<std::uint8_t, virtio_header> nothing_to_do{};
    return write(nothing_to_do, std::span(&packet, 1));
}

}  // namespace godwit::platform

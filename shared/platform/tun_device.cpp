#include "shared/platform/tun_device.hpp"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>

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

Transferred transferred(ssize_t octets) {
    if (octets < 0) {
        return std::unexpected(last_error());
    }
    return static_cast<std::size_t>(octets);
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

TunDevice::TunDevice(const std::string& name) : device_(open_driver()) {
    ifreq request{};
    if (name.empty() || name.size() >= sizeof request.ifr_name) {
        require("a TUN interface cannot be called \"" + name + "\": 1 to 15 octets",
                std::make_error_code(std::errc::invalid_argument));
    }
    std::ranges::copy(name, std::begin(request.ifr_name));
    // IFF_TUN_EXCL: never join an interface that somebody else made persistent.
    request.ifr_flags = static_cast<short>(IFF_TUN | IFF_NO_PI | IFF_TUN_EXCL);
    if (::ioctl(device_.number(), TUNSETIFF, &request) < 0) {
        const std::error_code reason = last_error();
        require(attempt_to_make(name, reason), reason);
    }
    name_ = std::begin(request.ifr_name);
    interface_.value = ::if_nametoindex(name_.c_str());
}

Transferred TunDevice::read(std::span<std::uint8_t> buffer) const {
    return transferred(::read(device_.number(), buffer.data(), buffer.size()));
}

Transferred TunDevice::write(wire::BytesView packet) const {
    return transferred(::write(device_.number(), packet.data(), packet.size()));
}

}  // namespace godwit::platform

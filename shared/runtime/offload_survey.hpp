#pragma once
// What a daemon tries of the offloads at its start, so that none is used that does not work here.

#include "shared/platform/netlink_socket.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/runtime/log.hpp"
#include "shared/runtime/offload.hpp"

namespace godwit::runtime {

// What a TUN device is to be made with.
platform::TunDevice::Offloading offloading(OffloadUse use);

// Brings the TUN device up, through which nobody else may read yet, and has it divide what has been
// found wrong. What cannot be tried stays on. Logs what is off, but for what is not wanted. Throws
// std::system_error where the device cannot be brought up.
OffloadStates find_offloads(OffloadUse use, platform::NetlinkSocket& netlink,
                            const platform::TunDevice& tun, const Log& log);

}  // namespace godwit::runtime

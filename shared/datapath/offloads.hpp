#pragma once
// What the TUN device takes merged, over IPv4 and IPv6 alike.

namespace godwit::datapath {

struct Offloads {
    bool tcp = false;
    bool udp = false;

    bool operator==(const Offloads&) const = default;
};

}  // namespace godwit::datapath

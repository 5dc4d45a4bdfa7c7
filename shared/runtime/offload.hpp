#pragma once
// Many packets in one: the ways that the kernel offers for it, and whether each is in use, or why
// not.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace godwit::runtime {

enum class Offload : std::uint8_t {
    tun_read_tcp,   // the TUN device gives many packets of TCP in one
    tun_read_udp,   // likewise of UDP
    tun_write_tcp,  // it takes many packets of TCP in one
    tun_write_udp,  // likewise of UDP
    udp_segment,    // a UDP socket sends many payloads in one (UDP_SEGMENT)
    udp_gro,        // it gives many in one (UDP_GRO)
};
inline constexpr std::array all_offloads{Offload::tun_read_tcp,  Offload::tun_read_udp,
                                         Offload::tun_write_tcp, Offload::tun_write_udp,
                                         Offload::udp_segment,   Offload::udp_gro};
// "tun_read_tcp": also the status's key.
std::string_view name(Offload offload);

// What the configuration says of all of them.
enum class OffloadUse : bool { off, automatic };

enum class OffloadState : std::uint8_t {
    on,
    not_wanted,  // by the configuration
    lacking,     // this kernel has none
    divided,     // what went in as one came out one by one
    refused,
    silent,  // what went in did not come out, or not all of it
    corrupt,
    slow,
    refused_by_interface,  // the one that packets leave by at present
};
// In words, for people; of what is off.
std::string_view reason(OffloadState state);

// A reading; all on, unless it is said otherwise.
struct OffloadStates {
    std::array<OffloadState, all_offloads.size()> by_offload{};

    OffloadState& operator[](Offload offload) {
        return by_offload[static_cast<std::size_t>(offload)];
    }
    OffloadState operator[](Offload offload) const {
        return by_offload[static_cast<std::size_t>(offload)];
    }
    [[nodiscard]] bool is_on(Offload offload) const { return (*this)[offload] == OffloadState::on; }
    bool operator==(const OffloadStates&) const = default;

    static OffloadStates all(OffloadState state);
};

}  // namespace godwit::runtime

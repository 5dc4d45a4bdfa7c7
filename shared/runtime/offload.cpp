#include "shared/runtime/offload.hpp"

namespace godwit::runtime {

std::string_view name(Offload offload) {
    switch (offload) {
        using enum Offload;
        case tun_read_tcp:
            return "tun_read_tcp";
        case tun_read_udp:
            return "tun_read_udp";
        case tun_write_tcp:
            return "tun_write_tcp";
        case tun_write_udp:
            return "tun_write_udp";
        case udp_segment:
            return "udp_segment";
        case udp_gro:
            return "udp_gro";
    }
    return "unknown";
}

std::string_view reason(OffloadState state) {
    switch (state) {
        using enum OffloadState;
        case on:
            return "it is on";
        case not_wanted:
            return "off by the configuration";
        case lacking:
            return "this kernel does not have it";
        case divided:
            return "what went in as one came out one by one";
        case refused:
            return "the kernel refused it";
        case silent:
            return "not all that went in came out";
        case corrupt:
            return "what came out was not what went in";
        case slow:
            return "slower than one by one";
        case refused_by_interface:
            return "the interface in use refuses it";
    }
    return "unknown";
}

OffloadStates OffloadStates::all(OffloadState state) {
    OffloadStates states;
    states.by_offload.fill(state);
    return states;
}

}  // namespace godwit::runtime

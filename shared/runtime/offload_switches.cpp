#include "shared/runtime/offload_switches.hpp"

#include <algorithm>

namespace godwit::runtime {

OffloadSwitches::OffloadSwitches(const OffloadStates& states) {
    for (std::size_t place = 0; place < states_.size(); ++place) {
        states_[place].store(states.by_offload[place], std::memory_order_relaxed);
    }
}

void OffloadSwitches::switch_off(Offload offload, OffloadState why) {
    auto expected = OffloadState::on;
    states_[static_cast<std::size_t>(offload)].compare_exchange_strong(expected, why,
                                                                       std::memory_order_relaxed);
}

OffloadStates OffloadSwitches::states() const {
    OffloadStates states;
    for (const Offload offload : all_offloads) {
        states[offload] = state(offload);
    }
    return states;
}

OffloadStates OffloadSwitches::states(std::span<const platform::UdpTunnelSocket> sockets) const {
    OffloadStates states = this->states();
    if (states.is_on(Offload::udp_segment) &&
        std::ranges::any_of(sockets, &platform::UdpTunnelSocket::refuses_segments)) {
        states[Offload::udp_segment] = OffloadState::refused_by_interface;
    }
    return states;
}

}  // namespace godwit::runtime

#pragma once
// The data plane's drops as the status counts them.

#include <cstddef>

#include "shared/runtime/counters.hpp"
#include "shared/runtime/data_plane.hpp"

namespace godwit::runtime {

inline void add_drops(Counters& counters, const DataPlane& data_plane) {
    for (std::size_t index = 0; index < datapath::drop_reason_count; ++index) {
        const auto reason = static_cast<datapath::DropReason>(index);
        if (const std::uint64_t dropped = data_plane.drops(reason); dropped > 0) {
            counters.add(datapath::name(reason), dropped);
        }
    }
}

}  // namespace godwit::runtime

#pragma once
// How long the home agent has to say that it knows of the end: as long as two updates that are lost
// take, and the answer to a third. The binding expires by itself if the home agent is not told.

#include <algorithm>
#include <chrono>

namespace godwit::client {

// Of a path with this round trip; 0: it is not known.
inline std::chrono::nanoseconds patience_to_leave(std::chrono::nanoseconds round_trip) {
    constexpr std::chrono::nanoseconds least = std::chrono::milliseconds(200);
    constexpr std::chrono::nanoseconds most = std::chrono::seconds(1);
    constexpr int round_trips = 8;
    return round_trip.count() == 0 ? most : std::clamp(round_trips * round_trip, least, most);
}

}  // namespace godwit::client

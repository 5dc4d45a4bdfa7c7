#pragma once
// How a daemon reads a socket that anybody may write to: whoever floods it does not hold the
// thread.

#include <cstddef>
#include <system_error>

namespace godwit::runtime {

// Of one call. The rest wakes the loop again, and everything else has its turn in between.
inline constexpr std::size_t most_packets = 64;

// Takes what has come: until receive() has nothing more, as std::expected with an error, or so many
// were read. One that nobody may believe (std::errc::bad_message) is left out, and counts.
template <class Socket, class Take>
void take_some_packets(Socket& socket, Take take) {
    for (std::size_t count = 0; count < most_packets; ++count) {
        const auto arrival = socket.receive();
        if (arrival) {
            take(*arrival);
        } else if (arrival.error() != std::errc::bad_message) {
            return;
        }
    }
}

}  // namespace godwit::runtime

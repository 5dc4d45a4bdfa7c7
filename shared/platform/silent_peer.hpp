#pragma once
// Whoever vanishes from the network says nothing of it: a TCP connection to him would stay for ever
// (tcp(7)).

#include <chrono>
#include <system_error>

namespace godwit::platform {

// Has the other end asked whether it is there once it has said nothing for half of this time
// (RFC 1122 §4.2.3.6), and ends the connection with an error if nothing has been heard of it for
// all of it; likewise if it has acknowledged nothing (RFC 5482). Of a listening socket: each
// connection that comes by it.
std::error_code end_when_silent(int descriptor, std::chrono::seconds patience);

}  // namespace godwit::platform

#pragma once
// How packets for home addresses come to this machine (ha.toml: home_mode).

#include <cstdint>

namespace godwit::server {

enum class HomeMode : std::uint8_t {
    routed,   // the home prefix is routed here
    on_link,  // it is on a link of this machine, which answers for the home addresses there
    nat,      // nobody else knows it; what leaves gets this machine's address
};

}  // namespace godwit::server

#pragma once
// What a daemon that was killed has left on the machine, and could not put back itself.

#include <filesystem>

#include "client/configuration.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::client {

// Where the kernel parameters are noted that a Presence changes: beside the socket, in a directory
// that a reboot clears.
std::filesystem::path programs_journal(const Configuration& configuration);
std::filesystem::path forwarding_journal(const Configuration& configuration);
// Of the SignallingGuard; with its family "ip6 godwit".
inline constexpr auto signalling_table = "godwit";

// Addresses, routes, rules, kernel parameters, tables of nftables and name servers are as they were
// before that daemon, whether this one takes anything up or not; of the lockdown nothing changes.
// Where that one still lives, nothing does. What fails is told to the log.
void put_back_leftovers(const Configuration& configuration, const runtime::Log& log);

}  // namespace godwit::client

#pragma once
// Runs another program of this machine and waits for it: systemctl(1) has no other interface for
// what is wanted of it here.

#include <expected>
#include <string>
#include <system_error>
#include <vector>

namespace godwit::platform {

// The exit status of the program, found along PATH, whose output is ours; 128 and the number of the
// signal, if one ended it.
std::expected<int, std::error_code> run_command(const std::vector<std::string>& words);

}  // namespace godwit::platform

#pragma once
// Runs another program of this machine and waits for it: systemctl(1) and resolvconf(8) have no
// other interface for what is wanted of them here.

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace godwit::platform {

// The exit status of the program, found along PATH, whose output is ours; 128 and the number of the
// signal, if one ended it.
// It reads `input`, a file, as its standard input; empty: ours.
std::expected<int, std::error_code> run_command(const std::vector<std::string>& words,
                                                const std::filesystem::path& input = {});
// What this process makes from now on, and programs that it runs, is for everybody to read,
// whatever umask it was started with.
void let_everybody_read();
// Where a program is along PATH; nothing if it is nowhere.
std::optional<std::filesystem::path> find_command(const std::string& name);

}  // namespace godwit::platform

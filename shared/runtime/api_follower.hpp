#pragma once
// Follows what a running daemon tells line by line, on its UNIX socket.

#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace godwit::runtime {

// Calls back with each line of the answer to GET `target`, until the daemon ends it; in one line
// why it is not to be had, or no longer.
std::expected<void, std::string> follow_api(const std::filesystem::path& socket,
                                            const std::string& target,
                                            const std::function<void(std::string_view)>& on_line);

}  // namespace godwit::runtime

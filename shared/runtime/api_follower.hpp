#pragma once
// Follows what a running daemon tells line by line, on its UNIX socket.

#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace godwit::runtime {

struct FollowFailure {
    std::string text;     // in one line why it is not to be had, or no longer
    unsigned status = 0;  // of HTTP, with which the daemon refuses; 0: it does not answer
};

enum class FollowUntil : bool {
    daemon_ends,
    ctrl_c_too,  // which is no failure then
};

// Calls back with each line of the answer to GET `target`, until the daemon ends it. Throws
// std::system_error where no socket can have that name.
std::expected<void, FollowFailure> follow_api(const std::filesystem::path& socket,
                                              const std::string& target,
                                              const std::function<void(std::string_view)>& on_line,
                                              FollowUntil until = FollowUntil::daemon_ends);

}  // namespace godwit::runtime

#pragma once
// The place of a UNIX socket in the file system.

#include <filesystem>

#include "shared/runtime/asio.hpp"

namespace godwit::runtime {

// Makes the directory if it is missing, and removes the socket that a dead daemon has left.
// std::system_error if a living one answers there, or if another file is in the way.
void make_way(asio::io_context& context, const std::filesystem::path& path);

}  // namespace godwit::runtime

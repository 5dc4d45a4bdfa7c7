#pragma once
// A directory that everybody may enter, whoever makes it and with whatever umask.

#include <filesystem>

namespace godwit::platform {

// Makes it, and its parents that are missing; everybody may enter and read each one made, whatever
// the umask is. One that is there stays as it is. Whether it had to be made. Throws
// std::filesystem::filesystem_error.
bool make_open_directory(const std::filesystem::path& directory);

}  // namespace godwit::platform

#pragma once
// Directories of which others can see whether their maker is still at work in them: he holds a lock
// (flock(2)), which ends with him however he ends. A number of a process would be another's after
// the next start of the machine.

#include <filesystem>

#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

// Makes a directory for its owner alone, and holds it for as long as the descriptor is open. Throws
// std::system_error, as for a name that is taken.
FileDescriptor make_held_directory(const std::filesystem::path& directory);

// A directory that nobody holds, who may then be looking at it at the same time as others; no
// descriptor where somebody holds it, or it may not be opened. Who removes it does so before the
// descriptor is closed: whoever has just made it, and comes to hold it afterwards, sees that.
FileDescriptor look_at_left_directory(const std::filesystem::path& directory);

}  // namespace godwit::platform

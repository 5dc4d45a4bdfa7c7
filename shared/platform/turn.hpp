#pragma once
// Several processes of which one at a time may go on.

#include <filesystem>

#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

// Waits until nobody else has his turn at this file, which is made where it is not there, for its
// owner alone: nobody else can have others wait. The turn ends with the descriptor, or with the
// process. Without a directory for the file, or the right to write there, it is nobody's turn: the
// descriptor is none. Throws std::system_error.
FileDescriptor take_turn(const std::filesystem::path& file);

}  // namespace godwit::platform

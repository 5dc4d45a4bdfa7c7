#pragma once
// What is to be said about a file besides what is in it.

#include <filesystem>

namespace godwit::platform {

// Has what was written to a file, or put into a directory, survive a loss of power. Throws
// std::system_error.
void make_durable(const std::filesystem::path& path);

// Moves a file to a name beside it that is free, in one step. False: it is not free, and nothing
// has changed. Throws std::system_error.
bool place_new(const std::filesystem::path& file, const std::filesystem::path& place);

// Gives a file to whoever owns another one, where that is there; what a link leads to stays whose
// it is. Throws std::system_error.
void give_to_owner_of(const std::filesystem::path& other, const std::filesystem::path& file);

// Lets nobody but its owner read and write a file; what a link leads to stays as it is, and so does
// somebody else's file.
void keep_to_owner(const std::filesystem::path& file);

// Lets everybody connect to the UNIX socket that has this name; what a link leads to stays as it
// is. Throws std::system_error.
void open_to_everybody(const std::filesystem::path& socket);

}  // namespace godwit::platform

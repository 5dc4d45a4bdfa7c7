#pragma once
// Who is at the other end of a UNIX socket, as the kernel says (unix(7), SO_PEERCRED).

#include <filesystem>
#include <string>

namespace godwit::platform {

// "user 1000"; "nobody known" where the kernel does not say.
std::string peer_user(int descriptor);

// Whether it is root, this process's own user, or a member of the group that owns the socket's
// file. `descriptor` is of a connected socket; nobody is privileged where the kernel does not say.
bool is_privileged_peer(int descriptor, const std::filesystem::path& socket);

}  // namespace godwit::platform

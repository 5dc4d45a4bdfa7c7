#pragma once
// Opening sockets and setting their options, with failures that name what was attempted.

#include <sys/socket.h>

#include <cstdint>

#include "shared/mobility/path.hpp"
#include "shared/platform/file_descriptor.hpp"

namespace godwit::platform {

// Non-blocking, closed on exec. Says which capability is missing where one is.
FileDescriptor open_socket(int family, int type, int protocol);

template <class Value>
void set_option(const FileDescriptor& socket, int level, int option, const Value& value,
                std::string_view attempt) {
    check_syscall(attempt, ::setsockopt(socket.number(), level, option, &value, sizeof value));
}

// Marks every packet that leaves by this socket, so that policy rules know it; 0: no mark.
void mark_packets(const FileDescriptor& socket, std::uint32_t mark);

// From now on sends by this interface only, and hears no other; 0: any.
std::error_code bind_to_interface(const FileDescriptor& socket, mobility::InterfaceIndex interface);

// Asks for this much room in both directions: beyond the system's limit where that is allowed, up
// to it otherwise.
void enlarge_buffers(const FileDescriptor& socket, int octets);

}  // namespace godwit::platform

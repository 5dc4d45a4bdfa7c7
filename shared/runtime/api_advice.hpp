#pragma once
// Where a daemon is asked; why it cannot be, and what to do.

#include <boost/system/error_code.hpp>
#include <filesystem>
#include <string>

#include "shared/runtime/asio.hpp"

namespace godwit::runtime {

// Throws std::system_error, naming it, for a name of more than 107 octets.
asio::local::stream_protocol::endpoint endpoint_of(const std::filesystem::path& socket);

// In one line. `path`: of the socket on which it was to be asked.
std::string advice(const boost::system::error_code& error, const std::string& path);

}  // namespace godwit::runtime

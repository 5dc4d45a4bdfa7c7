#pragma once
// Why a daemon cannot be asked, and what to do.

#include <boost/system/error_code.hpp>
#include <string>

namespace godwit::runtime {

// In one line. `path`: of the socket on which it was to be asked.
std::string advice(const boost::system::error_code& error, const std::string& path);

}  // namespace godwit::runtime

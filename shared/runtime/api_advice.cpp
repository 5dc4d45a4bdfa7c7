#include "shared/runtime/api_advice.hpp"

#include <boost/beast/http/error.hpp>
#include <system_error>

namespace godwit::runtime {

asio::local::stream_protocol::endpoint endpoint_of(const std::filesystem::path& socket) {
    try {
        return {socket.string()};
    } catch (const boost::system::system_error&) {
        throw std::system_error(std::make_error_code(std::errc::filename_too_long),
                                "no socket can have the name " + socket.string());
    }
}

std::string advice(const boost::system::error_code& error, const std::string& path) {
    if (error == asio::error::access_denied) {
        return "this user may not open " + path + "; run the command as root";
    }
    if (error == boost::system::errc::no_such_file_or_directory ||
        error == asio::error::connection_refused) {
        return "no daemon answers at " + path +
               "; start it, or name its status_socket with --socket";
    }
    if (error == boost::beast::http::error::end_of_stream ||
        error == boost::beast::http::error::partial_message) {
        return "the daemon at " + path + " has ended";
    }
    return "no answer from " + path + ": " + error.message() + "; look at the daemon's log";
}

}  // namespace godwit::runtime

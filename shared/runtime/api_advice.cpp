#include "shared/runtime/api_advice.hpp"

#include <boost/beast/http/error.hpp>

#include "shared/runtime/asio.hpp"

namespace godwit::runtime {

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

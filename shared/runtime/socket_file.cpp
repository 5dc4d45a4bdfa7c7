#include "shared/runtime/socket_file.hpp"

#include <string>
#include <system_error>

namespace godwit::runtime {

namespace {

[[noreturn]] void refuse(std::errc reason, const std::string& attempt) {
    throw std::system_error(std::make_error_code(reason), attempt);
}

// Whether a daemon accepts connections there. One with a full queue lives as well.
bool is_alive(asio::io_context& context, const std::filesystem::path& path) {
    asio::local::stream_protocol::socket socket(context);
    boost::system::error_code error;
    socket.open(asio::local::stream_protocol(), error);
    socket.non_blocking(true, error);
    socket.connect(asio::local::stream_protocol::endpoint(path.string()), error);
    return error != asio::error::connection_refused;
}

}  // namespace

void make_way(asio::io_context& context, const std::filesystem::path& path) {
    const auto kind = std::filesystem::symlink_status(path).type();
    if (kind == std::filesystem::file_type::not_found) {
        if (path.has_parent_path()) {
            std::filesystem::create_directories(path.parent_path());
        }
        return;
    }
    if (kind != std::filesystem::file_type::socket) {
        refuse(std::errc::file_exists, "status socket " + path.string() + " is another file");
    }
    if (is_alive(context, path)) {
        refuse(std::errc::address_in_use,
               "already running: another daemon answers at status socket " + path.string());
    }
    std::filesystem::remove(path);
}

}  // namespace godwit::runtime

#pragma once
// The status over HTTP/1.1 on a UNIX socket: GET /v1/status. Everybody on this machine may read it,
// since it holds no secret; nobody can write anything.

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

#include "shared/runtime/asio.hpp"
#include "shared/runtime/event_loop.hpp"

namespace godwit::runtime {

inline constexpr auto status_target = "/v1/status";

class StatusServer {
  public:
    // Makes the socket, and its directory if that is missing. A socket that a dead daemon left is
    // replaced; std::system_error if a living one answers there, or if it cannot be made.
    // `document` is asked for the JSON at each request. The loop must not run once the server is
    // gone.
    StatusServer(EventLoop& loop, std::filesystem::path socket,
                 std::function<std::string()> document);
    StatusServer(const StatusServer&) = delete;
    StatusServer& operator=(const StatusServer&) = delete;
    // Removes the socket.
    ~StatusServer();

  private:
    using Socket = asio::local::stream_protocol::socket;

    void accept();
    void on_leave();
    asio::awaitable<void> answer(Socket socket) const;

    std::filesystem::path path_;
    std::function<std::string()> document_;
    asio::local::stream_protocol::acceptor acceptor_;
    asio::steady_timer pause_;
    std::size_t readers_ = 0;
};

}  // namespace godwit::runtime

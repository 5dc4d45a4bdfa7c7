#pragma once
// A daemon's HTTP/1.1: on a UNIX socket, that everybody on this machine may read from, and on a TCP
// address if there is one. One request a connection.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "shared/runtime/asio.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/http_connection.hpp"
#include "shared/runtime/http_routes.hpp"
#include "shared/wire/address.hpp"

namespace godwit::runtime {

struct ListenAddress {
    wire::Ipv6Address address;  // an IPv4 address as the mapped one
    std::uint16_t port = 0;

    bool operator==(const ListenAddress&) const = default;
    [[nodiscard]] bool is_loopback() const;
    [[nodiscard]] std::string text() const;  // "127.0.0.1:4190", "[::1]:4190"
};

struct HttpNetwork {
    ListenAddress listen;
    NetworkRules rules;
};

class HttpServer {
  public:
    // Makes the socket, and its directory if that is missing. A socket that a dead daemon left is
    // replaced; std::system_error if a living one answers there, if it cannot be made, or if the
    // TCP address cannot be listened on. The loop must not run once the server is gone.
    HttpServer(EventLoop& loop, HttpRoutes routes, std::filesystem::path socket,
               std::optional<HttpNetwork> network = std::nullopt);
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    // Removes the socket.
    ~HttpServer();

  private:
    class Door;

    HttpRoutes routes_;
    std::filesystem::path path_;
    std::optional<HttpNetwork> network_;
    std::unique_ptr<Door> local_;
    std::unique_ptr<Door> remote_;
};

}  // namespace godwit::runtime

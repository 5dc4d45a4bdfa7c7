#pragma once
// A daemon that answers one request, and remembers what it was.

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <filesystem>
#include <string>
#include <thread>

#include "shared/runtime/asio.hpp"

namespace godwit::tests {

class FakeDaemon {
  public:
    // With this status of HTTP and this body.
    FakeDaemon(const std::filesystem::path& socket, unsigned status, std::string body)
        : acceptor_(context_, runtime::asio::local::stream_protocol::endpoint(socket.string())),
          thread_([this, status, body = std::move(body)] { answer(status, body); }) {}
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;
    ~FakeDaemon() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    // "POST /v1/clients {...}", once it has been asked.
    std::string asked() {
        thread_.join();
        return asked_;
    }

  private:
    void answer(unsigned status, const std::string& body) {
        namespace http = boost::beast::http;
        auto socket = acceptor_.accept();
        boost::beast::flat_buffer buffer;
        http::request<http::string_body> request;
        http::read(socket, buffer, request);
        asked_ = std::string(request.method_string()) + ' ' + std::string(request.target()) +
                 (request.body().empty() ? "" : ' ' + request.body());
        http::response<http::string_body> response(static_cast<http::status>(status), 11, body);
        response.prepare_payload();
        http::write(socket, response);
    }

    runtime::asio::io_context context_;
    runtime::asio::local::stream_protocol::acceptor acceptor_;
    std::string asked_;
    std::thread thread_;
};

}  // namespace godwit::tests

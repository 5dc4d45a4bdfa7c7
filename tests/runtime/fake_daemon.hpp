#pragma once
// A daemon that answers one request after the other, and remembers which they were.

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "shared/runtime/asio.hpp"

namespace godwit::tests {

class FakeDaemon {
  public:
    struct Answer {
        unsigned status = 200;  // of HTTP
        std::string body;
    };
    // As many requests as there are answers.
    FakeDaemon(const std::filesystem::path& socket, std::vector<Answer> answers)
        : acceptor_(context_, runtime::asio::local::stream_protocol::endpoint(socket.string())),
          thread_([this, answers = std::move(answers)] {
              for (const Answer& each : answers) {
                  answer(each);
              }
          }) {}
    FakeDaemon(const std::filesystem::path& socket, unsigned status, std::string body)
        : FakeDaemon(socket, {{status, std::move(body)}}) {}
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;
    ~FakeDaemon() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    // "POST /v1/clients {...}", once it has been asked; the last one.
    std::string asked() {
        thread_.join();
        return asked_;
    }

  private:
    void answer(const Answer& answer) {
        namespace http = boost::beast::http;
        auto socket = acceptor_.accept();
        boost::beast::flat_buffer buffer;
        http::request<http::string_body> request;
        http::read(socket, buffer, request);
        asked_ = std::string(request.method_string()) + ' ' + std::string(request.target()) +
                 (request.body().empty() ? "" : ' ' + request.body());
        http::response<http::string_body> response(static_cast<http::status>(answer.status), 11,
                                                   answer.body);
        response.prepare_payload();
        http::write(socket, response);
    }

    runtime::asio::io_context context_;
    runtime::asio::local::stream_protocol::acceptor acceptor_;
    std::string asked_;
    std::thread thread_;
};

}  // namespace godwit::tests

// Asking a daemon that ends the conversation before it has heard all of it.

#include "shared/runtime/api_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <limits>
#include <string>
#include <thread>
#include <utility>

#include "shared/runtime/asio.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::runtime {
namespace {

namespace http = boost::beast::http;

// Reads a request but for its body, and closes; empty: without an answer.
class HastyDaemon {
  public:
    HastyDaemon(const std::filesystem::path& socket, std::string answer)
        : acceptor_(context_, asio::local::stream_protocol::endpoint(socket.string())),
          thread_([this, answer = std::move(answer)] { converse(answer); }) {}
    HastyDaemon(const HastyDaemon&) = delete;
    HastyDaemon& operator=(const HastyDaemon&) = delete;
    ~HastyDaemon() { thread_.join(); }

  private:
    void converse(const std::string& answer) {
        auto socket = acceptor_.accept();
        boost::beast::flat_buffer buffer;
        http::request_parser<http::string_body> parser;
        parser.body_limit(std::numeric_limits<std::uint64_t>::max());
        http::read_header(socket, buffer, parser);
        if (!answer.empty()) {
            http::response<http::string_body> response(http::status::payload_too_large, 11, answer);
            response.prepare_payload();
            http::write(socket, response);
        }
    }

    asio::io_context context_;
    asio::local::stream_protocol::acceptor acceptor_;
    std::thread thread_;
};

class ApiClient : public testing::Test {
  protected:
    // With more than a socket holds.
    std::expected<ApiAnswer, std::string> ask_at_length(const std::string& answer) {
        const HastyDaemon daemon(socket_, answer);
        return call_api(socket_, {.method = "PUT",
                                  .target = "/v1/backup",
                                  .body = std::string(std::size_t{8} << 20U, 'x')});
    }

    tests::TemporaryDirectory directory_;
    std::filesystem::path socket_ = directory_.path() / "s";
};

TEST_F(ApiClient, TakesTheAnswerThatCameBeforeItsBodyWasRead) {
    const auto answer = ask_at_length(R"({"error":{"code":"too-long","message":"too much"}})");
    ASSERT_TRUE(answer) << answer.error();
    EXPECT_EQ(answer->status, 413U);
    EXPECT_EQ(error_message(*answer), "too much");
}

TEST_F(ApiClient, SaysWhyNothingCanBeSentWhereThereIsNoAnswer) {
    const auto answer = ask_at_length("");
    ASSERT_FALSE(answer);
    EXPECT_THAT(answer.error(), testing::StartsWith("no answer from " + socket_.string()));
}

}  // namespace
}  // namespace godwit::runtime

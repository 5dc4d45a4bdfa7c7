#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/beast/http.hpp>
#include <filesystem>
#include <future>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "shared/runtime/api_client.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/http_server.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::runtime {
namespace {

using testing::HasSubstr;
using Socket = asio::local::stream_protocol::socket;

HttpRoutes routes(Json document) {
    HttpRoutes routes;
    routes.add(status_route([document = std::move(document)] { return document; }));
    return routes;
}

// A daemon that shows "{}", in a thread of its own.
class Daemon {
  public:
    explicit Daemon(const std::filesystem::path& path)
        : server_(loop_, routes(Json::object()), path), thread_([this] { loop_.run(); }) {}
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;
    ~Daemon() {
        asio::post(loop_.context(), [this] { loop_.stop(); });
        thread_.join();
    }

  private:
    EventLoop loop_;
    HttpServer server_;
    std::thread thread_;
};

class StatusSocket : public testing::Test {
  protected:
    Socket connect() {
        Socket socket(context_);
        socket.connect(asio::local::stream_protocol::endpoint(path_.string()));
        return socket;
    }
    // All that comes back until the daemon closes.
    static std::string answer_to(Socket& socket, const std::string& request) {
        boost::system::error_code end;
        asio::write(socket, asio::buffer(request), end);
        std::string answer;
        asio::read(socket, asio::dynamic_buffer(answer), end);
        return answer;
    }
    std::string answer_to(const std::string& request) {
        Socket socket = connect();
        return answer_to(socket, request);
    }

    asio::io_context context_;
    tests::TemporaryDirectory directory_;
    std::filesystem::path path_ = directory_.path() / "run" / "status.sock";
};

TEST_F(StatusSocket, GivesTheDocument) {
    const Daemon daemon(path_);
    EXPECT_EQ(fetch_status(path_), "{}");
}

TEST_F(StatusSocket, SpeaksHttp) {
    const Daemon daemon(path_);
    const std::string answer = answer_to("GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("Content-Type: application/json\r\n"));
    EXPECT_THAT(answer, testing::EndsWith("\r\n\r\n{}"));
}

TEST_F(StatusSocket, KnowsNoOtherPath) {
    const Daemon daemon(path_);
    const std::string answer = answer_to("GET /v2/status HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 404 Not Found\r\n"));
    EXPECT_THAT(answer, testing::EndsWith(R"({"error":{"code":"no-such-target",)"
                                          R"("message":"nothing is here; the status is at )"
                                          "/v1/status\"}}\n"));
}

TEST_F(StatusSocket, KnowsNoOtherMethod) {
    const Daemon daemon(path_);
    for (const std::string request : {"DELETE /v1/status HTTP/1.1\r\nHost: h\r\n\r\n",
                                      "POST /v1/status HTTP/1.1\r\nHost: h\r\n"
                                      "Content-Length: 0\r\n\r\n"}) {
        const std::string answer = answer_to(request);
        EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 405 Method Not Allowed\r\n"));
        EXPECT_THAT(answer, HasSubstr("\r\nAllow: GET\r\n"));
    }
}

TEST_F(StatusSocket, RefusesWhatIsNoHttp) {
    const Daemon daemon(path_);
    EXPECT_THAT(answer_to("good morning\r\n\r\n"), testing::StartsWith("HTTP/1.1 400 Bad Request"));
}

TEST_F(StatusSocket, RefusesALongHeader) {
    const Daemon daemon(path_);
    EXPECT_THAT(answer_to("GET /v1/status HTTP/1.1\r\nX: " + std::string(9000, 'x')),
                testing::StartsWith("HTTP/1.1 431 "));
}

TEST_F(StatusSocket, RefusesABody) {
    const Daemon daemon(path_);
    const std::string answer =
        answer_to("GET /v1/status HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
    EXPECT_THAT(answer, testing::StartsWith("HTTP/1.1 4"));
}

TEST_F(StatusSocket, OutlivesAReaderThatGoesAway) {
    const Daemon daemon(path_);
    connect().close();
    Socket socket = connect();
    asio::write(socket, asio::buffer("GET /v1", 7));
    socket.close();
    EXPECT_EQ(fetch_status(path_), "{}");
}

TEST_F(StatusSocket, ServesManyReadersAtOnce) {
    const Daemon daemon(path_);
    std::vector<std::future<std::expected<std::string, std::string>>> readers;
    for (int reader = 0; reader < 50; ++reader) {
        readers.push_back(std::async(std::launch::async, fetch_status, path_));
    }
    for (auto& reader : readers) {
        EXPECT_EQ(reader.get(), "{}");
    }
}

TEST_F(StatusSocket, AnswersOneBesideAnyNumberWhoSayNothing) {
    EventLoop loop;
    const HttpServer server(loop, routes(Json::object()), path_);
    const auto run_all_that_is_ready = [&] {
        while (loop.context().poll() != 0) {
        }
    };
    std::vector<Socket> silent;
    for (int reader = 0; reader < 64; ++reader) {
        silent.push_back(connect());
    }
    Socket asking = connect();
    asio::write(asking, asio::buffer("GET /v1/status HTTP/1.1\r\nHost: h\r\n\r\n", 36));
    run_all_that_is_ready();
    EXPECT_GT(asking.available(), 0U);
    char octet = 0;
    boost::system::error_code end;
    silent.front().read_some(asio::buffer(&octet, 1), end);
    EXPECT_EQ(end, asio::error::eof) << "its place was needed";
}

TEST_F(StatusSocket, HangsUpOnAReaderWhoSaysNothing) {
    const Daemon daemon(path_);
    Socket socket = connect();
    std::string answer;
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(answer), end);
    EXPECT_EQ(answer, "");
}

TEST_F(StatusSocket, IsReadableByEverybody) {
    const Daemon daemon(path_);
    EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms(0666));
}

TEST_F(StatusSocket, IsGoneAfterTheDaemon) {
    {
        const Daemon daemon(path_);
    }
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(StatusSocket, ReplacesWhatADeadDaemonLeft) {
    std::filesystem::create_directories(path_.parent_path());
    {
        asio::local::stream_protocol::acceptor dead(
            context_, asio::local::stream_protocol::endpoint(path_.string()));
    }
    ASSERT_TRUE(std::filesystem::exists(path_));
    const Daemon daemon(path_);
    EXPECT_EQ(fetch_status(path_), "{}");
}

TEST_F(StatusSocket, IsNotTakenFromALivingDaemon) {
    const Daemon daemon(path_);
    try {
        EventLoop loop;
        const HttpServer second(loop, routes("second"), path_);
        FAIL() << "taken";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::address_in_use);
        EXPECT_THAT(error.what(), HasSubstr("already running: another daemon answers at"));
    }
    EXPECT_EQ(fetch_status(path_), "{}");
}

TEST_F(StatusSocket, IsNotMadeInPlaceOfAnotherFile) {
    const auto file = directory_.write("precious", "text");
    EventLoop loop;
    EXPECT_THROW(HttpServer(loop, routes(""), file), std::system_error);
    EXPECT_EQ(tests::read_file(file), "text");
}

TEST_F(StatusSocket, IsToldToBeUnreachableInOneLine) {
    const auto status = fetch_status(path_);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error(), "no daemon answers at " + path_.string() +
                                  "; start it, or name its status_socket with --socket");
}

TEST_F(StatusSocket, OfAProgramThatNeverAnswersIsGivenUp) {
    std::filesystem::create_directories(path_.parent_path());
    const asio::local::stream_protocol::acceptor silent(
        context_, asio::local::stream_protocol::endpoint(path_.string()));
    const auto status = fetch_status(path_);
    ASSERT_FALSE(status);
    EXPECT_THAT(status.error(), HasSubstr("does not answer in time; look at its log"));
}

}  // namespace
}  // namespace godwit::runtime

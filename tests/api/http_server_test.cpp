#include "shared/runtime/http_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "tests/platform/silence_allowed.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::runtime {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using Tcp = asio::ip::tcp;

constexpr auto token = "a token of some length";

// A port that nobody listens on, at the moment.
std::uint16_t free_port() {
    asio::io_context context;
    return Tcp::acceptor(context, {asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
}

HttpNetwork network(std::uint16_t port) {
    return {.listen = {wire::Ipv6Address::mapped(*wire::Ipv4Address::parse("127.0.0.1")), port},
            .rules = {.token = security::ApiToken(token)}};
}

// Echoes a body, and streams.
class HttpServing : public testing::Test {
  protected:
    HttpServing()
        : server_(std::make_unique<HttpServer>(loop_, routes(), directory_.path() / "s",
                                               network(port_))),
          thread_([this] { loop_.run(); }) {}
    ~HttpServing() override {
        asio::post(loop_.context(), [this] { loop_.stop(); });
        thread_.join();
    }

    HttpRoutes routes() {
        HttpRoutes routes;
        routes.add({.method = "PUT",
                    .path = "/echo",
                    .access = Access::change,
                    .max_body = 100'000,
                    .answer = [](const HttpRequest& asked) {
                        return HttpAnswer{.type = "text/plain", .body = asked.body};
                    }});
        const auto stream = [this](const HttpRequest&) {
            streams_.push_back(std::make_shared<HttpStream>());
            streams_.back()->write("first\n");
            return HttpAnswer{.stream = streams_.back()};
        };
        routes.add({.method = "GET", .path = "/stream", .answer = stream});
        routes.add({.method = "GET", .path = "/echoes", .is_stream = true, .answer = stream});
        routes.add({.method = "GET",
                    .path = "/fail",
                    .answer = [](const HttpRequest&) -> HttpAnswer { throw std::bad_alloc(); }});
        return routes;
    }
    // From 127.0.0.1, or another address of this machine's own.
    Tcp::socket connect(unsigned char from = 1) {
        Tcp::socket socket(context_, Tcp::v4());
        socket.bind({asio::ip::address_v4({127, 0, 0, from}), 0});
        socket.connect({asio::ip::address_v4::loopback(), port_});
        return socket;
    }
    std::string answer_to(const std::string& request) {
        Tcp::socket socket = connect();
        boost::system::error_code end;
        asio::write(socket, asio::buffer(request), end);
        std::string answer;
        asio::read(socket, asio::dynamic_buffer(answer), end);
        return answer;
    }
    std::string put(const std::string& body, const std::string& fields) {
        return answer_to("PUT /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body);
    }
    // Runs in the daemon's thread.
    template <class Function>
    void in_daemon(Function function) {
        std::promise<void> done;
        asio::post(loop_.context(), [&] {
            function();
            done.set_value();
        });
        done.get_future().wait();
    }
    std::string read_until(Tcp::socket& socket, const std::string& end) {
        std::string text;
        asio::read_until(socket, asio::dynamic_buffer(text), end);
        return text;
    }
    Tcp::socket open_stream(unsigned char from = 1, const std::string& fields = "") {
        Tcp::socket socket = connect(from);
        asio::write(socket,
                    asio::buffer("GET /stream HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n"));
        return socket;
    }

    const std::string bearer = std::string("Authorization: Bearer ") + token + "\r\n";
    asio::io_context context_;
    tests::TemporaryDirectory directory_;
    std::uint16_t port_ = free_port();
    std::vector<std::shared_ptr<HttpStream>> streams_;
    EventLoop loop_;
    std::unique_ptr<HttpServer> server_;
    std::thread thread_;
};

TEST_F(HttpServing, TakesABodyFromWhoHasTheToken) {
    EXPECT_THAT(put("hello", bearer),
                testing::AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\nhello")));
}

TEST_F(HttpServing, RefusesWhoHasNoToken) {
    EXPECT_THAT(put("hello", ""), testing::AllOf(StartsWith("HTTP/1.1 401 Unauthorized\r\n"),
                                                 HasSubstr("\r\nWWW-Authenticate: Bearer\r\n"),
                                                 HasSubstr("token-missing")));
}

TEST_F(HttpServing, AnswersBeforeABodyThatItDoesNotTake) {
    EXPECT_THAT(put(std::string(60'000, 'x'), "Authorization: Bearer wrong\r\n"),
                HasSubstr("token-wrong"));
    EXPECT_THAT(put(std::string(100'001, 'x'), bearer), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServing, LetsASenderWhoWaitsGoOn) {
    const std::string answer = put("hello", bearer + "Expect: 100-continue\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServing, LimitsABodyOfUnknownLength) {
    const std::string chunk = "8000\r\n" + std::string(0x8000, 'x') + "\r\n";
    EXPECT_THAT(answer_to("PUT /echo HTTP/1.1\r\nHost: localhost\r\n" + bearer +
                          "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk + chunk +
                          "0\r\n\r\n"),
                StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpServing, KnowsAStrangeHost) {
    EXPECT_THAT(answer_to("GET /stream HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
                StartsWith("HTTP/1.1 421 "));
}

TEST_F(HttpServing, ChangesOverTheUnixSocketWithoutAToken) {
    asio::local::stream_protocol::socket socket(context_);
    socket.connect(asio::local::stream_protocol::endpoint((directory_.path() / "s").string()));
    asio::write(
        socket,
        asio::buffer(std::string("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")));
    std::string answer;
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(answer), end);
    EXPECT_THAT(answer, EndsWith("\r\n\r\nhi"));
}

TEST_F(HttpServing, SurvivesAnAnswerThatFails) {
    EXPECT_THAT(answer_to("GET /fail HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                StartsWith("HTTP/1.1 500 "));
}

TEST_F(HttpServing, StreamsWhatComesAsItComes) {
    Tcp::socket socket = open_stream();
    EXPECT_THAT(read_until(socket, "first\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
    in_daemon([&] { streams_.front()->write("second\n"); });
    EXPECT_THAT(read_until(socket, "second\n"), HasSubstr("second\n"));
    in_daemon([&] { streams_.front()->finish(); });
    EXPECT_THAT(read_until(socket, "0\r\n\r\n"), EndsWith("0\r\n\r\n"));
}

TEST_F(HttpServing, EndsAStreamWhoseReaderHasGone) {
    {
        Tcp::socket socket = open_stream();
        read_until(socket, "first\n");
    }
    bool is_open = true;
    for (int attempt = 0; attempt < 1000 && is_open; ++attempt) {
        answer_to("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
        in_daemon([&] { is_open = streams_.front()->is_open(); });
    }
    EXPECT_FALSE(is_open);
}

TEST_F(HttpServing, CutsAStreamWithoutItsLastChunk) {
    Tcp::socket socket = open_stream();
    read_until(socket, "first\n");
    in_daemon([&] { streams_.front()->cut(); });
    std::string rest;
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(rest), end);
    EXPECT_THAT(rest, testing::Not(HasSubstr("0\r\n\r\n")));
}

TEST_F(HttpServing, LeavesRoomForOthersBesideItsStreams) {
    std::vector<Tcp::socket> followers;
    for (int count = 0; count < 4; ++count) {
        followers.push_back(open_stream());
        read_until(followers.back(), "first\n");
    }
    EXPECT_THAT(answer_to("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                testing::AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("too-many-streams")));
    EXPECT_THAT(put("hello", bearer), StartsWith("HTTP/1.1 200 "));
    Tcp::socket other = open_stream(2);
    EXPECT_THAT(read_until(other, "first\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServing, BeginsNothingThatItHasNoRoomFor) {
    std::vector<Tcp::socket> followers;
    for (int count = 0; count < 4; ++count) {
        followers.push_back(open_stream());
        read_until(followers.back(), "first\n");
    }
    EXPECT_THAT(answer_to("GET /echoes HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                testing::AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("too-many-streams")));
    std::size_t begun = 0;
    in_daemon([&] { begun = streams_.size(); });
    EXPECT_EQ(begun, 4U);
}

TEST_F(HttpServing, LetsWhoHasTheTokenFollowBesideOthersFromHisAddress) {
    std::vector<Tcp::socket> followers;
    for (int count = 0; count < 4; ++count) {
        followers.push_back(open_stream());
        read_until(followers.back(), "first\n");
    }
    Tcp::socket wrong = open_stream(1, "Authorization: Bearer wrong\r\n");
    EXPECT_THAT(read_until(wrong, "\r\n"), StartsWith("HTTP/1.1 503 "));
    for (int count = 0; count < 5; ++count) {
        followers.push_back(open_stream(1, bearer));
        EXPECT_THAT(read_until(followers.back(), "\r\n"), StartsWith("HTTP/1.1 200 "));
    }
}

TEST_F(HttpServing, AnswersBesideManyWhoSayNothing) {
    std::vector<Tcp::socket> silent;
    for (unsigned char from = 2; from < 10; ++from) {
        for (int count = 0; count < 64; ++count) {
            silent.push_back(connect(from));
        }
    }
    EXPECT_THAT(put("hello", bearer), StartsWith("HTTP/1.1 200 "));
    for (int count = 0; count < 64; ++count) {
        silent.push_back(connect());
    }
    EXPECT_THAT(put("hello", bearer), StartsWith("HTTP/1.1 200 ")) << "from the same address";
}

TEST_F(HttpServing, ClosesTheOldestOfManyWhoSayNothing) {
    std::vector<Tcp::socket> silent;
    for (int count = 0; count < 9; ++count) {
        silent.push_back(connect(2));
    }
    char octet = 0;
    boost::system::error_code end;
    silent.front().read_some(asio::buffer(&octet, 1), end);
    EXPECT_EQ(end, asio::error::eof);
    in_daemon([] {});
    asio::write(silent[1],
                asio::buffer(std::string("GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")));
    EXPECT_THAT(read_until(silent[1], "first\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServing, KeepsNoPlaceForMoreThanAMinuteForWhoHasVanished) {
    Tcp::socket follower = open_stream();
    EXPECT_THAT(read_until(follower, "first\n"), HasSubstr("200 OK"));
    const auto end = platform::end_of_connection_from(follower.local_endpoint().port());
    ASSERT_TRUE(end);
    const platform::SilenceAllowed allowed(*end);
    EXPECT_TRUE(allowed.is_asked);
    EXPECT_EQ(allowed.before + allowed.between * allowed.questions, 60);
    EXPECT_EQ(allowed.unacknowledged, 60'000);
}

TEST_F(HttpServing, NamesThePortThatIsTaken) {
    EventLoop loop;
    try {
        const HttpServer second(loop, {}, directory_.path() / "second", network(port_));
        FAIL() << "taken";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::address_in_use);
        EXPECT_THAT(error.what(), HasSubstr("listen on 127.0.0.1:" + std::to_string(port_)));
    }
    EXPECT_FALSE(std::filesystem::exists(directory_.path() / "second"));
}

}  // namespace
}  // namespace godwit::runtime

#include "shared/runtime/api_follower.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "shared/runtime/http_server.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::runtime {
namespace {

class Following : public testing::Test {
  protected:
    // Of a daemon that streams this and then finishes, or else breaks off.
    std::expected<void, FollowFailure> follow(const std::string& text, bool finishes) {
        EventLoop loop;
        HttpRoutes routes;
        routes.add({.method = "GET", .path = "/events", .answer = [&](const HttpRequest&) {
                        auto stream = std::make_shared<HttpStream>();
                        stream->write(text);
                        asio::post(loop.context(), [stream, finishes] {
                            finishes ? stream->finish() : stream->cut();
                        });
                        return HttpAnswer{.stream = stream};
                    }});
        const HttpServer server(loop, routes, socket_);
        std::thread daemon([&] { loop.run(); });
        std::expected<void, FollowFailure> outcome;
        std::exception_ptr thrown;
        try {
            outcome = follow_api(socket_, target_, on_line_);
        } catch (...) {
            thrown = std::current_exception();
        }
        asio::post(loop.context(), [&] { loop.stop(); });
        daemon.join();
        if (thrown) {
            std::rethrow_exception(thrown);
        }
        return outcome;
    }

    tests::TemporaryDirectory directory_;
    std::filesystem::path socket_ = directory_.path() / "s";
    std::string target_ = "/events";
    std::vector<std::string> lines_;
    std::function<void(std::string_view)> on_line_ = [this](std::string_view line) {
        lines_.emplace_back(line);
    };
};

TEST_F(Following, TakesLineAfterLine) {
    EXPECT_TRUE(follow("one\ntwo\n" + std::string(100'000, 'x') + "\nhalf", true));
    ASSERT_EQ(lines_.size(), 3U);
    EXPECT_EQ(lines_[1], "two");
    EXPECT_EQ(lines_[2].size(), 100'000U);
}

TEST_F(Following, SaysThatTheDaemonHasEnded) {
    const auto outcome = follow("one\n", false);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().text, "the daemon at " + socket_.string() + " has ended");
}

// As where nobody reads what is printed.
TEST_F(Following, EndsWithWhatItsReaderThrows) {
    on_line_ = [](std::string_view) { throw std::runtime_error("enough"); };
    EXPECT_THROW(std::ignore = follow("one\ntwo\n", true), std::runtime_error);
}

TEST_F(Following, SaysWhatTheDaemonRefuses) {
    target_ = "/elsewhere";
    const auto outcome = follow("", true);
    ASSERT_FALSE(outcome);
    EXPECT_THAT(outcome.error().text, testing::HasSubstr("nothing is here"));
}

TEST_F(Following, NeedsADaemon) {
    const auto outcome = follow_api(socket_, target_, [](std::string_view) {});
    ASSERT_FALSE(outcome);
    EXPECT_THAT(outcome.error().text, testing::StartsWith("no daemon answers at "));
}

}  // namespace
}  // namespace godwit::runtime

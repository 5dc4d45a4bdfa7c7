#include "shared/runtime/api_follower.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <csignal>
#include <cstdint>
#include <exception>
#include <limits>

#include "shared/runtime/api_advice.hpp"
#include "shared/runtime/api_client.hpp"
#include "shared/runtime/asio.hpp"

namespace godwit::runtime {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using Socket = asio::local::stream_protocol::socket;
using Parser = http::response_parser<http::string_body>;

// Hands on the whole lines of what has come, and leaves the rest.
void take_lines(std::string& text, const std::function<void(std::string_view)>& on_line) {
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos;
         end = text.find('\n', begin)) {
        on_line(std::string_view(text).substr(begin, end - begin));
        begin = end + 1;
    }
    text.erase(0, begin);
}

void ask(Socket& socket, const std::filesystem::path& path, const std::string& target,
         boost::system::error_code& error) {
    socket.connect(endpoint_of(path), error);
    if (!error) {
        http::request<http::empty_body> request(http::verb::get, target, 11);
        request.set(http::field::host, "localhost");
        request.set(http::field::accept, "application/x-ndjson");
        http::write(socket, request, error);
    }
}

// Ends with the answer, or with Ctrl-C.
class Reading {
  public:
    Reading(asio::io_context& context, Socket& socket, beast::flat_buffer& buffer, Parser& parser,
            const std::function<void(std::string_view)>& on_line)
        : context_(context),
          socket_(socket),
          buffer_(buffer),
          parser_(parser),
          on_line_(on_line),
          ctrl_c_(context) {}

    boost::system::error_code run(FollowUntil until) {
        if (until == FollowUntil::ctrl_c_too) {
            ctrl_c_.add(SIGINT);
            ctrl_c_.async_wait([this](const auto& error, int) {
                if (!error) {
                    context_.stop();
                }
            });
        }
        asio::co_spawn(context_, read(), [this](const std::exception_ptr& failure) {
            context_.stop();
            if (failure) {
                std::rethrow_exception(failure);
            }
        });
        context_.run();
        return error_;
    }

  private:
    asio::awaitable<void> read() {
        const bool is_granted = parser_.get().result() == http::status::ok;
        while (!error_ && !parser_.is_done()) {
            co_await http::async_read_some(socket_, buffer_, parser_,
                                           asio::redirect_error(asio::use_awaitable, error_));
            if (is_granted) {
                take_lines(parser_.get().body(), on_line_);
            }
        }
    }

    asio::io_context& context_;
    Socket& socket_;
    beast::flat_buffer& buffer_;
    Parser& parser_;
    const std::function<void(std::string_view)>& on_line_;
    asio::signal_set ctrl_c_;
    boost::system::error_code error_;
};

}  // namespace

std::expected<void, FollowFailure> follow_api(const std::filesystem::path& path,
                                              const std::string& target,
                                              const std::function<void(std::string_view)>& on_line,
                                              FollowUntil until) {
    asio::io_context context;
    Socket socket(context);
    boost::system::error_code error;
    beast::flat_buffer buffer;
    Parser parser;
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    ask(socket, path, target, error);
    if (!error) {
        http::read_header(socket, buffer, parser, error);
    }
    const bool is_granted = parser.is_header_done() && parser.get().result() == http::status::ok;
    if (!error) {
        error = Reading(context, socket, buffer, parser, on_line).run(until);
    }
    if (error) {
        return std::unexpected(FollowFailure{.text = advice(error, path.string())});
    }
    if (!is_granted) {
        const unsigned status = parser.get().result_int();
        return std::unexpected(
            FollowFailure{.text = error_message({.status = status, .body = parser.get().body()}),
                          .status = status});
    }
    return {};
}

}  // namespace godwit::runtime

#include "shared/runtime/status_client.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>

#include "shared/runtime/asio.hpp"
#include "shared/runtime/status_server.hpp"

namespace godwit::runtime {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using Stream = beast::basic_stream<asio::local::stream_protocol>;
using namespace std::chrono_literals;

constexpr auto max_wait = 2s;
constexpr std::uint64_t max_document = 1ULL << 30U;  // octets; a million bindings take 300 MB

struct Answer {
    boost::system::error_code error;
    http::status status{};
    std::string body;
};

asio::awaitable<void> ask(asio::io_context& context, std::string path, Answer& answer) {
    Stream stream(context);
    auto token = asio::redirect_error(asio::use_awaitable, answer.error);
    co_await stream.async_connect(asio::local::stream_protocol::endpoint(path), token);
    if (answer.error) {
        co_return;
    }
    http::request<http::empty_body> request(http::verb::get, status_target, 11);
    request.set(http::field::host, "localhost");
    co_await http::async_write(stream, request, token);
    if (answer.error) {
        co_return;
    }
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(max_document);
    co_await http::async_read(stream, buffer, parser, token);
    answer.status = parser.get().result();
    answer.body = std::move(parser.get().body());
}

std::string advice(const boost::system::error_code& error, const std::string& path) {
    if (error == asio::error::access_denied) {
        return "this user may not open " + path + "; run the command as root";
    }
    if (error == boost::system::errc::no_such_file_or_directory ||
        error == asio::error::connection_refused) {
        return "no daemon answers at " + path +
               "; start it, or name its status_socket with --socket";
    }
    return "no status from " + path + ": " + error.message() + "; look at the daemon's log";
}

}  // namespace

std::expected<std::string, std::string> fetch_status(const std::filesystem::path& socket) {
    asio::io_context context;
    std::optional<Answer> answer;
    Answer pending;
    asio::co_spawn(context, ask(context, socket.string(), pending),
                   [&](const std::exception_ptr&) { answer = std::move(pending); });
    context.run_for(max_wait);
    if (!answer) {
        return std::unexpected("the daemon at " + socket.string() +
                               " does not answer in time; look at its log");
    }
    if (answer->error) {
        return std::unexpected(advice(answer->error, socket.string()));
    }
    if (answer->status != http::status::ok) {
        return std::unexpected(
            socket.string() +
            " is not a status socket of this version; name the right one with --socket");
    }
    return std::move(answer->body);
}

}  // namespace godwit::runtime

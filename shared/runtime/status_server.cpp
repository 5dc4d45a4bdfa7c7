#include "shared/runtime/status_server.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

namespace godwit::runtime {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using Stream = beast::basic_stream<asio::local::stream_protocol>;
using Response = http::response<http::string_body>;
using namespace std::chrono_literals;

// A reader is another program on this machine: it has no reason to be slow or wordy.
constexpr auto max_time_to_ask = 2s;
constexpr auto max_time_to_take = 10s;  // the status of 100,000 bindings is some 30 MB
constexpr auto pause_after_failure = 1s;
constexpr std::uint32_t max_request_header = 4096;  // octets
constexpr std::size_t max_readers = 32;             // at once; others wait for their turn

[[noreturn]] void refuse(std::errc reason, const std::string& attempt) {
    throw std::system_error(std::make_error_code(reason), attempt);
}

void require(const boost::system::error_code& error, const std::string& attempt) {
    if (error) {
        throw std::system_error(error.value(), std::system_category(), attempt);
    }
}

// Whether a daemon accepts connections there. One with a full queue lives as well.
bool is_alive(asio::io_context& context, const std::filesystem::path& path) {
    asio::local::stream_protocol::socket socket(context);
    boost::system::error_code error;
    socket.open(asio::local::stream_protocol(), error);
    socket.non_blocking(true, error);
    socket.connect(asio::local::stream_protocol::endpoint(path.string()), error);
    return error != asio::error::connection_refused;
}

void make_way(asio::io_context& context, const std::filesystem::path& path) {
    const auto kind = std::filesystem::symlink_status(path).type();
    if (kind == std::filesystem::file_type::not_found) {
        if (path.has_parent_path()) {
            std::filesystem::create_directories(path.parent_path());
        }
        return;
    }
    if (kind != std::filesystem::file_type::socket) {
        refuse(std::errc::file_exists, "status socket " + path.string() + " is another file");
    }
    if (is_alive(context, path)) {
        refuse(std::errc::address_in_use,
               "already running: another daemon answers at status socket " + path.string());
    }
    std::filesystem::remove(path);
}

Response response(http::status status, std::string body) {
    Response answer(status, 11);
    answer.set(http::field::server, "godwit");
    answer.set(http::field::content_type, "application/json");
    answer.set(http::field::cache_control, "no-store");
    answer.keep_alive(false);
    answer.body() = std::move(body);
    answer.prepare_payload();
    return answer;
}

Response refusal(http::status status) {
    std::string reason(http::obsolete_reason(status));
    Response answer = response(
        status, R"({"error": ")" + reason + R"(", "try": "GET )" + status_target + "\"}\n");
    if (status == http::status::method_not_allowed) {
        answer.set(http::field::allow, "GET");
    }
    return answer;
}

// Nothing where the reader went away or said nothing in time.
std::optional<Response> refusal_of(const beast::error_code& error) {
    if (error == http::error::header_limit) {
        return refusal(http::status::request_header_fields_too_large);
    }
    if (error == http::error::body_limit) {
        return refusal(http::status::payload_too_large);
    }
    if (error.category() == make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
        return refusal(http::status::bad_request);
    }
    return std::nullopt;
}

std::optional<Response> refusal_of(const http::request<http::empty_body>& request) {
    if (request.target() != status_target) {
        return refusal(http::status::not_found);
    }
    if (request.method() != http::verb::get) {
        return refusal(http::status::method_not_allowed);
    }
    return std::nullopt;
}

}  // namespace

StatusServer::StatusServer(EventLoop& loop, std::filesystem::path socket,
                           std::function<std::string()> document)
    : path_(std::move(socket)),
      document_(std::move(document)),
      acceptor_(loop.context()),
      pause_(loop.context()) {
    using Permissions = std::filesystem::perms;
    make_way(loop.context(), path_);
    const std::string attempt = "open status socket " + path_.string();
    boost::system::error_code error;
    acceptor_.open(asio::local::stream_protocol(), error);
    require(error, attempt);
    acceptor_.bind(asio::local::stream_protocol::endpoint(path_.string()), error);
    require(error, attempt);
    std::filesystem::permissions(path_, Permissions(0666));
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    require(error, attempt);
    accept();
}

StatusServer::~StatusServer() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

void StatusServer::accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, Socket socket) {
        if (error == asio::error::operation_aborted) {
            return;
        }
        if (error) {  // out of descriptors, for example
            pause_.expires_after(pause_after_failure);
            pause_.async_wait([this](const boost::system::error_code& aborted) {
                if (!aborted) {
                    accept();
                }
            });
            return;
        }
        ++readers_;
        asio::co_spawn(acceptor_.get_executor(), answer(std::move(socket)),
                       [this](const std::exception_ptr&) { on_leave(); });
        if (readers_ < max_readers) {
            accept();
        }
    });
}

void StatusServer::on_leave() {
    if (readers_ == max_readers) {
        accept();
    }
    --readers_;
}

asio::awaitable<void> StatusServer::answer(Socket socket) const {
    Stream stream(std::move(socket));
    beast::flat_buffer buffer(max_request_header);
    http::request_parser<http::empty_body> parser;
    parser.header_limit(max_request_header);
    beast::error_code error;
    stream.expires_after(max_time_to_ask);
    co_await http::async_read(stream, buffer, parser,
                              asio::redirect_error(asio::use_awaitable, error));
    std::optional<Response> reply = error ? refusal_of(error) : refusal_of(parser.get());
    if (!reply && error) {
        co_return;
    }
    if (!reply) {
        reply = response(http::status::ok, document_());
    }
    stream.expires_after(max_time_to_take);
    co_await http::async_write(stream, *reply, asio::redirect_error(asio::use_awaitable, error));
}

}  // namespace godwit::runtime

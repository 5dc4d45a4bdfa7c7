#include "shared/runtime/http_connection.hpp"

#include <array>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <limits>
#include <memory>
#include <utility>

namespace godwit::runtime {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using Stream = beast::basic_stream<asio::generic::stream_protocol>;
using Parser = http::request_parser<http::string_body>;
using namespace std::chrono_literals;

// A reader is another program, on this machine or one that its owner looks at: it has no reason to
// be slow or wordy.
constexpr auto max_time_to_ask = 2s;
constexpr auto max_time_to_give = 60s;              // a body: a backup over a slow line
constexpr auto max_time_to_take = 10s;              // the status of 100,000 bindings is some 30 MB
constexpr std::uint32_t max_request_header = 8192;  // octets: what a browser sends, with room

std::string text(boost::beast::string_view view) {
    return {view.data(), view.size()};
}

HttpAnswer refusal(http::status status, std::string_view code) {
    return error_answer(static_cast<unsigned>(status), code, text(http::obsolete_reason(status)));
}

HttpAnswer too_many_streams() {
    return error_answer(503, "too-many-streams", "too many follow the events already; try later");
}

// Nothing where the reader went away or said nothing in time.
std::optional<HttpAnswer> refusal_of(const beast::error_code& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        return refusal(http::status::request_header_fields_too_large, "header-too-large");
    }
    if (error == http::error::body_limit) {
        return refusal(http::status::payload_too_large, "body-too-large");
    }
    if (error.category() == make_error_code(http::error::bad_method).category() &&
        error != http::error::end_of_stream && error != http::error::partial_message) {
        return refusal(http::status::bad_request, "bad-http");
    }
    return std::nullopt;
}

// What browsers hold every answer to: nothing is what it does not say it is, nothing is kept.
template <class Body>
http::response<Body> header_of(const HttpAnswer& answer) {
    http::response<Body> message(static_cast<http::status>(answer.status), 11);
    message.set(http::field::server, "godwit");
    message.set(http::field::content_type, answer.type);
    message.set(http::field::cache_control, "no-store");
    message.set("X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : answer.fields) {
        message.set(name, value);
    }
    message.keep_alive(false);
    return message;
}

class Connection {
  public:
    Connection(HttpSocket socket, const HttpRoutes& routes, HttpGate gate,
               std::unique_ptr<HttpPlace> place)
        : stream_(std::move(socket)),
          routes_(routes),
          gate_(std::move(gate)),
          place_(std::move(place)) {
        place_->on_lost([this] { stream_.close(); });
        parser_.header_limit(max_request_header);
        // Known once the route is. No limit at all (boost::none) Beast 1.74 takes for zero.
        parser_.body_limit(std::numeric_limits<std::uint64_t>::max());
    }

    asio::awaitable<void> run();

  private:
    auto token() { return asio::redirect_error(asio::use_awaitable, error_); }
    std::optional<HttpAnswer> find_route();
    asio::awaitable<std::optional<HttpAnswer>> answer();
    asio::awaitable<void> read_body();
    asio::awaitable<HttpAnswer> kept(std::shared_ptr<HttpPromise> promise);
    asio::awaitable<void> write(const HttpAnswer& answer);
    asio::awaitable<void> write_stream(const HttpAnswer& answer);
    asio::awaitable<void> write_news(HttpStream& news, asio::steady_timer& changed);
    asio::awaitable<void> linger();

    Stream stream_;
    const HttpRoutes& routes_;
    HttpGate gate_;
    std::unique_ptr<HttpPlace> place_;
    beast::flat_buffer buffer_{max_request_header};
    Parser parser_;
    HttpRoutes::Found found_;
    beast::error_code error_;
};

asio::awaitable<void> Connection::run() {
    if (place_->is_lost()) {  // before it has begun
        co_return;
    }
    stream_.expires_after(max_time_to_ask);
    co_await http::async_read_header(stream_, buffer_, parser_, token());
    auto reply = co_await answer();
    if (!reply) {
        co_return;
    }
    if (reply->promise) {
        reply = co_await kept(reply->promise);
    }
    if (reply->stream) {
        co_await write_stream(*reply);
    } else {
        co_await write(*reply);
    }
    if (!parser_.is_done()) {
        co_await linger();
    }
}

// What stands against asking this; nothing if the route may answer.
std::optional<HttpAnswer> Connection::find_route() {
    if (error_) {
        return refusal_of(error_);
    }
    const auto& request = parser_.get();
    auto found = routes_.find(text(request.method_string()), text(request.target()));
    const Access access = found ? found->route->access : Access::open;
    const std::string host = text(request[http::field::host]);
    const std::string authorization = text(request[http::field::authorization]);
    const std::string fetch_site = text(request["Sec-Fetch-Site"]);
    auto [refused, is_privileged] =
        gate_(access, {.host = host, .authorization = authorization, .fetch_site = fetch_site});
    if (refused || !found) {
        return refused ? std::move(*refused) : std::move(found.error());
    }
    if (access != Access::open) {
        place_->on_asked();
    }
    if (is_privileged) {
        place_->on_privileged();
    }
    found_ = std::move(*found);
    if (parser_.content_length() && *parser_.content_length() > found_.route->max_body) {
        return refusal(http::status::payload_too_large, "body-too-large");
    }
    parser_.body_limit(found_.route->max_body);
    return std::nullopt;
}

asio::awaitable<void> Connection::read_body() {
    stream_.expires_after(max_time_to_give);
    if (beast::iequals(parser_.get()[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_on(http::status::continue_, 11);
        co_await http::async_write(stream_, go_on, token());
    }
    if (!error_ && !parser_.is_done()) {
        co_await http::async_read(stream_, buffer_, parser_, token());
    }
}

asio::awaitable<std::optional<HttpAnswer>> Connection::answer() {
    auto refused = find_route();
    if (refused || error_) {
        co_return refused;
    }
    co_await read_body();
    if (error_) {
        co_return refusal_of(error_);
    }
    if (found_.route->is_stream && !place_->follow()) {
        co_return too_many_streams();
    }
    auto& message = parser_.get();
    HttpRequest& request = found_.request;
    request.accept = text(message[http::field::accept]);
    request.last_event_id = text(message["Last-Event-ID"]);
    request.body = std::move(message.body());
    try {
        co_return found_.route->answer(request);
    } catch (const std::exception&) {  // out of memory, for example
        co_return refusal(http::status::internal_server_error, "internal-error");
    }
}

asio::awaitable<HttpAnswer> Connection::kept(std::shared_ptr<HttpPromise> promise) {
    asio::steady_timer known(stream_.get_executor(), asio::steady_timer::time_point::max());
    promise->on_kept([&known] { known.cancel(); });
    while (!promise->answer()) {
        beast::error_code woken;
        co_await known.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    promise->on_kept([] {});
    co_return *promise->answer();
}

asio::awaitable<void> Connection::write(const HttpAnswer& answer) {
    auto message = header_of<http::string_body>(answer);
    message.body() = answer.body;
    message.prepare_payload();
    stream_.expires_after(max_time_to_take);
    co_await http::async_write(stream_, message, token());
}

asio::awaitable<void> Connection::write_stream(const HttpAnswer& answer) {
    if (!place_->follow()) {
        answer.stream->cut();
        co_await write(too_many_streams());
        co_return;
    }
    const std::shared_ptr<HttpStream> news = answer.stream;
    // Whoever asks for a stream says nothing more: what can be read is that he has gone.
    asio::steady_timer changed(stream_.get_executor(), asio::steady_timer::time_point::max());
    news->on_change([&changed] { changed.cancel(); });
    stream_.socket().async_wait(HttpSocket::wait_read,
                                [gone = std::weak_ptr(news)](const boost::system::error_code&) {
                                    if (const auto stream = gone.lock()) {
                                        stream->cut();
                                    }
                                });
    auto header = header_of<http::empty_body>(answer);
    header.chunked(true);
    http::response_serializer<http::empty_body> serializer(header);
    stream_.expires_after(max_time_to_take);
    co_await http::async_write_header(stream_, serializer, token());
    if (!error_) {
        co_await write_news(*news, changed);
    }
    news->cut();
    news->on_change([] {});
}

asio::awaitable<void> Connection::write_news(HttpStream& news, asio::steady_timer& changed) {
    while (!error_ && !news.is_cut()) {
        const std::string text = news.take();
        if (!text.empty()) {
            stream_.expires_after(max_time_to_take);
            co_await asio::async_write(stream_, http::make_chunk(asio::buffer(text)), token());
        } else if (!news.is_open()) {
            co_await asio::async_write(stream_, http::make_chunk_last(), token());
            co_return;
        } else {
            beast::error_code woken;
            stream_.expires_never();
            co_await changed.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        }
    }
}

// Somebody whose request has not been read to its end would lose the answer to it if the
// connection were closed before he has stopped sending.
asio::awaitable<void> Connection::linger() {
    constexpr std::size_t max_unread = 64 * 1024;  // octets
    std::array<char, 4096> unread{};
    stream_.socket().shutdown(HttpSocket::shutdown_send, error_);
    stream_.expires_after(max_time_to_ask);
    for (std::size_t read = 0; !error_ && read < max_unread;) {
        read += co_await stream_.async_read_some(asio::buffer(unread), token());
    }
}

}  // namespace

asio::awaitable<void> serve_http(HttpSocket socket, const HttpRoutes& routes, HttpGate gate,
                                 std::unique_ptr<HttpPlace> place) {
    Connection connection(std::move(socket), routes, std::move(gate), std::move(place));
    co_await connection.run();
}

}  // namespace godwit::runtime

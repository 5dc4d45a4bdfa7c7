#include "shared/runtime/api_client.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "shared/runtime/api_advice.hpp"
#include "shared/runtime/asio.hpp"
#include "shared/runtime/http_routes.hpp"

namespace godwit::runtime {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using Stream = beast::basic_stream<asio::local::stream_protocol>;
using namespace std::chrono_literals;

constexpr auto max_wait_for_status = 2s;
constexpr std::uint64_t max_document = 1ULL << 30U;  // octets; a million bindings take 300 MB

struct Conversation {
    boost::system::error_code error;
    ApiAnswer answer;
};

// The other end has closed. It may have answered before: a daemon that refuses reads no body.
bool has_closed(const boost::system::error_code& error) {
    return error == asio::error::broken_pipe || error == asio::error::connection_reset;
}

asio::awaitable<void> converse(asio::io_context& context, Stream::endpoint_type endpoint,
                               ApiRequest asked, Conversation& conversation) {
    Stream stream(context);
    auto token = asio::redirect_error(asio::use_awaitable, conversation.error);
    stream.expires_after(asked.patience);
    co_await stream.async_connect(endpoint, token);
    if (conversation.error) {
        co_return;
    }
    http::request<http::string_body> request(http::string_to_verb(asked.method), asked.target, 11,
                                             std::move(asked.body));
    request.set(http::field::host, "localhost");
    request.prepare_payload();
    boost::system::error_code unsent;
    co_await http::async_write(stream, request, asio::redirect_error(asio::use_awaitable, unsent));
    if (unsent && !has_closed(unsent)) {
        conversation.error = unsent;
        co_return;
    }
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(max_document);
    co_await http::async_read(stream, buffer, parser, token);
    if (unsent && conversation.error) {
        conversation.error = unsent;
    }
    conversation.answer = {.status = parser.get().result_int(),
                           .body = std::move(parser.get().body())};
}

// Empty if there is no such text.
std::string text_in_error(const ApiAnswer& answer, const char* pointer) {
    const Json document = Json::parse(answer.body, nullptr, false);
    const Json::json_pointer place(pointer);
    return !document.is_discarded() && document.contains(place) && document.at(place).is_string()
               ? document.at(place).get<std::string>()
               : "";
}

}  // namespace

std::string error_message(const ApiAnswer& answer) {
    const std::string message = text_in_error(answer, "/error/message");
    return !message.empty() ? message
                            : "the daemon answers with status " + std::to_string(answer.status) +
                                  "; is it of this version?";
}

std::string error_code(const ApiAnswer& answer) {
    return text_in_error(answer, "/error/code");
}

std::expected<ApiAnswer, std::string> call_api(const std::filesystem::path& socket,
                                               const ApiRequest& request) {
    asio::io_context context;
    Conversation conversation;
    asio::co_spawn(context, converse(context, endpoint_of(socket), request, conversation),
                   [](const std::exception_ptr& failure) {
                       if (failure) {  // else it would look like an answer
                           std::rethrow_exception(failure);
                       }
                   });
    context.run();
    if (conversation.error == beast::error::timeout) {
        return std::unexpected("the daemon at " + socket.string() +
                               " does not answer in time; look at its log");
    }
    if (conversation.error) {
        return std::unexpected(advice(conversation.error, socket.string()));
    }
    return std::move(conversation.answer);
}

std::expected<std::string, std::string> fetch_status(const std::filesystem::path& socket) {
    auto answer = call_api(socket, {.target = status_target, .patience = max_wait_for_status});
    if (!answer) {
        return std::unexpected(std::move(answer.error()));
    }
    if (answer->status != static_cast<unsigned>(http::status::ok)) {
        return std::unexpected(
            socket.string() +
            " is not a status socket of this version; name the right one with --socket");
    }
    return std::move(answer->body);
}

}  // namespace godwit::runtime

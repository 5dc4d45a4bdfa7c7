// Requests over HTTP to either daemon, from their first octet on, as shared/runtime/http_connection
// takes them: who may not ask changes nothing, and what is answered is whole.
//
// The first octet says which daemon, and whether the request comes over its UNIX socket from
// somebody without privilege, over TCP, or from root.

#include <array>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <limits>
#include <memory>

#include "client/api.hpp"
#include "server/api/client_targets.hpp"
#include "server/api/event_feed.hpp"
#include "server/api/page_targets.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/addresses.hpp"
#include "tests/support/fake_clients.hpp"

namespace godwit {
namespace {

namespace http = boost::beast::http;
using runtime::HttpAnswer;
using runtime::HttpRoutes;
using runtime::Json;

constexpr std::size_t max_input = 16384;  // octets
constexpr auto token = "a token of some length";

std::string text(boost::beast::string_view view) {
    return {view.data(), view.size()};
}

// What can be asked of a daemon, and how often something was changed.
struct Daemon {
    HttpRoutes routes;
    std::size_t changes = 0;
};

struct HomeAgentDaemon : Daemon {
    tests::FakeClients clients;
    server::EventFeed feed{[] { return runtime::WallTime{}; },
                           [](const wire::HomeAddress&) { return std::string("laptop"); }};

    HomeAgentDaemon() {
        clients.put({.name = "laptop",
                     .home = test::home,
                     .state = server::ClientState::enabled,
                     .key = security::PublicKey{},
                     .created = tests::FakeClients::now});
        clients.put({.name = "printer",
                     .home = {test::ip("2001:db8:f::a")},
                     .state = server::ClientState::enabled,
                     .is_configured = true});
        clients.on_change([this](std::string_view, const server::Client&) { ++changes; });
        routes.add(runtime::status_route([] { return Json{{"schema", 1}}; }));
        routes.add(runtime::events_route(feed));
        server::add_client_targets(routes, clients,
                                   [](std::string_view) { return std::string("<svg/>"); });
        server::add_page_targets(routes);
    }
};

struct MobileNodeDaemon : Daemon {
    runtime::EventFeed feed{[] { return runtime::WallTime{}; }};
    runtime::EventLoop loop;
    client::Pings pings{loop, [] { return Json::object(); }};

    client::Order order() {
        return [this](const client::OnAnswer& answer) {
            ++changes;
            answer(runtime::json_answer(Json::object()));
        };
    }
    MobileNodeDaemon() {
        routes = client::api_routes(
            {.status = [] { return client::Status(); },
             .feed = feed,
             .up = order(),
             .down = order(),
             .restart = order(),
             .use =
                 [this](const std::string& /*profile*/, const client::OnAnswer& answer) {
                     ++changes;
                     answer(runtime::json_answer(Json::object()));
                 },
             .profiles = [] { return Json::array(); },
             // Nobody is asked for an echo: there is no address to ask from.
             .ping = {.pings = pings,
                      .home_agent = [] { return test::home_agent.address; },
                      .local = [](bool) { return std::nullopt; }},
             .portal = {.refusal = [] { return std::nullopt; },
                        .open = [this](const std::string&) { ++changes; },
                        .close = [this] { ++changes; },
                        .until = [] { return std::nullopt; }}});
    }
};

enum class Asker : std::uint8_t { anybody, network, root };

std::optional<HttpAnswer> refusal(Asker asker, runtime::Access access,
                                  const runtime::HttpCredentials& credentials) {
    static const runtime::NetworkRules rules{
        .is_loopback = false, .token = security::ApiToken(token), .host_names = {"ha.example"}};
    return asker == Asker::network ? runtime::network_refusal(rules, access, credentials)
                                   : runtime::local_refusal(asker == Asker::root, access);
}

void check(const HttpAnswer& answer) {
    if (answer.promise) {
        fuzz::require(answer.promise->answer().has_value());
        return check(*answer.promise->answer());
    }
    fuzz::require(answer.status >= 200 && answer.status < 600 && answer.status != 500);
    if (answer.type == "application/json") {
        const Json document = Json::parse(answer.body, nullptr, false);
        fuzz::require(!document.is_discarded());
        fuzz::require((answer.status >= 400) ==
                      (document.is_object() && document.contains("error")));
    }
}

using Parser = http::request_parser<http::string_body>;

// Takes what the parser wants of the octets; whether it could.
bool read(Parser& parser, wire::BytesView& octets) {
    boost::beast::error_code error;
    const auto taken = parser.put(boost::asio::const_buffer(octets.data(), octets.size()), error);
    octets = octets.subspan(taken);
    return !error;
}

// The header is read before anything is kept for a body: its route says how long one may be.
void ask(Daemon& daemon, Asker asker, Parser& parser, wire::BytesView body) {
    const auto& asked = parser.get();
    auto found = daemon.routes.find(text(asked.method_string()), text(asked.target()));
    if (!found) {
        return check(found.error());
    }
    const std::string host = text(asked[http::field::host]);
    const std::string authorization = text(asked[http::field::authorization]);
    const std::string site = text(asked["Sec-Fetch-Site"]);
    if (const auto refused =
            refusal(asker, found->route->access,
                    {.host = host, .authorization = authorization, .fetch_site = site})) {
        return check(*refused);
    }
    if (parser.content_length().value_or(0) > found->route->max_body) {
        return;
    }
    parser.body_limit(found->route->max_body);
    parser.eager(true);
    if (!parser.is_done() && (!read(parser, body) || !parser.is_done())) {
        return;
    }
    const bool may_change = found->route->access == runtime::Access::change;
    found->request.accept = text(asked[http::field::accept]);
    found->request.last_event_id = text(asked["Last-Event-ID"]);
    found->request.body = asked.body();
    const std::size_t before = daemon.changes;
    check(found->route->answer(found->request));
    fuzz::require(may_change || daemon.changes == before);
    fuzz::require(!may_change || asker == Asker::root || authorization.contains(token));
}

void receive(fuzz::Input input) {
    const std::uint8_t choice = input.octet();
    wire::BytesView octets = input.rest();
    Parser parser;
    parser.header_limit(8192);
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    if (!read(parser, octets) || !parser.is_header_done()) {
        return;
    }
    const auto asker = Asker{static_cast<std::uint8_t>(choice / 2 % 3)};
    if (choice % 2 == 0) {
        ask(*std::make_unique<HomeAgentDaemon>(), asker, parser, octets);
    } else {
        ask(*std::make_unique<MobileNodeDaemon>(), asker, parser, octets);
    }
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > godwit::max_input) {
        return -1;
    }
    godwit::receive({data, size});
    return 0;
}

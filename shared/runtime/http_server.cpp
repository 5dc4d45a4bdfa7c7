#include "shared/runtime/http_server.hpp"

#include <chrono>
#include <cstring>
#include <functional>
#include <system_error>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_placement.hpp"
#include "shared/platform/peer_credentials.hpp"
#include "shared/platform/silent_peer.hpp"
#include "shared/runtime/http_places.hpp"
#include "shared/runtime/socket_file.hpp"

namespace godwit::runtime {

namespace {

using namespace std::chrono_literals;
using Endpoint = asio::generic::stream_protocol::endpoint;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

constexpr auto pause_after_failure = 1s;
// Who follows events says nothing, and there may be none for hours: without an end he would keep
// his place long after he has vanished.
constexpr auto patience_with_silence = 60s;

void require(const boost::system::error_code& error, const std::string& attempt) {
    if (error) {
        throw std::system_error(error.value(), std::system_category(), attempt);
    }
}

asio::ip::tcp::endpoint endpoint_of(const ListenAddress& listen) {
    if (const auto ipv4 = listen.address.mapped_ipv4()) {
        return {asio::ip::address_v4(ipv4->octets), listen.port};
    }
    return {asio::ip::address_v6(listen.address.octets), listen.port};
}

// A site of IPv6 has a /64 at least: whoever has one has all of its addresses.
std::string origin_of(const Endpoint& peer) {
    constexpr std::uint8_t site_prefix = 64;
    asio::ip::tcp::endpoint tcp;
    if (peer.size() > tcp.capacity()) {
        return "";
    }
    std::memcpy(tcp.data(), peer.data(), peer.size());
    if (tcp.address().is_v4()) {
        return tcp.address().to_string();
    }
    const wire::Ipv6Address address{tcp.address().to_v6().to_bytes()};
    const auto ipv4 = address.mapped_ipv4();
    return ipv4 ? ipv4->text() : wire::Prefix::around(address, site_prefix).text();
}

}  // namespace

bool ListenAddress::is_loopback() const {
    constexpr std::uint8_t loopback_network = 127;  // RFC 6890: 127.0.0.0/8
    const auto ipv4 = address.mapped_ipv4();
    return ipv4 ? ipv4->octets[0] == loopback_network : address.is_loopback();
}

std::string ListenAddress::text() const {
    const auto ipv4 = address.mapped_ipv4();
    return (ipv4 ? ipv4->text() : '[' + address.text() + ']') + ':' + std::to_string(port);
}

// A listening socket and those who came by it.
class HttpServer::Door {
  public:
    struct Rules {
        std::function<HttpPeer(HttpSocket&, const Endpoint&)> peer;
        std::function<HttpGate(const HttpPeer&)> gate;
    };

    Door(asio::io_context& context, const HttpRoutes& routes, Rules rules)
        : routes_(routes), rules_(std::move(rules)), acceptor_(context), pause_(context) {}

    void bind(const Endpoint& endpoint, const std::string& attempt) {
        boost::system::error_code error;
        acceptor_.open(endpoint.protocol(), error);
        require(error, attempt);
        acceptor_.set_option(asio::socket_base::reuse_address(true), error);
        acceptor_.bind(endpoint, error);
        require(error, attempt);
    }

    // Before anybody comes by it. Of TCP only: whoever ends on this machine is seen to.
    void end_silent_connections(const std::string& attempt) {
        platform::require(
            attempt, platform::end_when_silent(acceptor_.native_handle(), patience_with_silence));
    }

    void listen(const std::string& attempt) {
        boost::system::error_code error;
        acceptor_.listen(asio::socket_base::max_listen_connections, error);
        require(error, attempt);
        accept();
    }

  private:
    void accept() {
        acceptor_.async_accept(from_,
                               [this](const boost::system::error_code& error, HttpSocket socket) {
                                   if (error == asio::error::operation_aborted) {
                                       return;
                                   }
                                   if (error) {  // out of descriptors, for example
                                       accept_later();
                                       return;
                                   }
                                   serve(std::move(socket));
                                   accept();
                               });
    }

    void accept_later() {
        pause_.expires_after(pause_after_failure);
        pause_.async_wait([this](const boost::system::error_code& aborted) {
            if (!aborted) {
                accept();
            }
        });
    }

    void serve(HttpSocket socket) {
        const HttpPeer peer = rules_.peer(socket, from_);
        asio::co_spawn(
            acceptor_.get_executor(),
            serve_http(std::move(socket), routes_, rules_.gate(peer), places_.take(peer)),
            asio::detached);
    }

    const HttpRoutes& routes_;
    Rules rules_;
    HttpPlaces places_;
    Acceptor acceptor_;
    Endpoint from_;  // who has come last
    asio::steady_timer pause_;
};

HttpServer::HttpServer(EventLoop& loop, HttpRoutes routes, std::filesystem::path socket,
                       std::optional<HttpNetwork> network)
    : routes_(std::move(routes)), path_(std::move(socket)), network_(std::move(network)) {
    make_way(loop.context(), path_);  // first: that a daemon runs already says more than its port
    if (network_) {
        remote_ = std::make_unique<Door>(
            loop.context(), routes_,
            Door::Rules{.peer = [](HttpSocket&, const Endpoint& from) -> HttpPeer {
                            return {.origin = origin_of(from)};
                        },
                        .gate =
                            [this](const HttpPeer&) {
                                return [this](Access access, const HttpCredentials& credentials) {
                                    const NetworkRules& rules = network_->rules;
                                    return HttpVerdict{
                                        .refusal = network_refusal(rules, access, credentials),
                                        .is_privileged = has_token(rules, credentials)};
                                };
                            }});
        const std::string attempt = "listen on " + network_->listen.text() + " ([api] listen)";
        remote_->bind(endpoint_of(network_->listen), attempt);
        remote_->end_silent_connections(attempt);
        remote_->listen(attempt);
    }
    local_ = std::make_unique<Door>(
        loop.context(), routes_,
        Door::Rules{.peer = [this](HttpSocket& caller, const Endpoint&) -> HttpPeer {
                        const int descriptor = caller.native_handle();
                        return {.origin = platform::peer_user(descriptor),
                                .is_privileged = platform::is_privileged_peer(descriptor, path_)};
                    },
                    .gate =
                        [](const HttpPeer& peer) {
                            return [is_privileged = peer.is_privileged](Access access,
                                                                        const HttpCredentials&) {
                                return HttpVerdict{.refusal = local_refusal(is_privileged, access),
                                                   .is_privileged = is_privileged};
                            };
                        }});
    const std::string attempt = "open status socket " + path_.string();
    local_->bind(asio::local::stream_protocol::endpoint(path_.string()), attempt);
    platform::open_to_everybody(path_);
    local_->listen(attempt);
}

HttpServer::~HttpServer() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

}  // namespace godwit::runtime

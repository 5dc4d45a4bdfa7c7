#include "shared/runtime/http_server.hpp"

#include <chrono>
#include <exception>
#include <system_error>
#include <utility>

#include "shared/platform/peer_credentials.hpp"
#include "shared/runtime/socket_file.hpp"

namespace godwit::runtime {

namespace {

using namespace std::chrono_literals;
using Endpoint = asio::generic::stream_protocol::endpoint;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

constexpr auto pause_after_failure = 1s;
constexpr std::size_t max_readers = 32;  // at once on one socket; others wait for their turn

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
    // Makes the gate of a connection.
    using Gates = std::function<HttpGate(HttpSocket&)>;

    Door(asio::io_context& context, const HttpRoutes& routes, Gates gates)
        : service_{routes}, gates_(std::move(gates)), acceptor_(context), pause_(context) {}

    void bind(const Endpoint& endpoint, const std::string& attempt) {
        boost::system::error_code error;
        acceptor_.open(endpoint.protocol(), error);
        require(error, attempt);
        acceptor_.set_option(asio::socket_base::reuse_address(true), error);
        acceptor_.bind(endpoint, error);
        require(error, attempt);
    }

    void listen(const std::string& attempt) {
        boost::system::error_code error;
        acceptor_.listen(asio::socket_base::max_listen_connections, error);
        require(error, attempt);
        accept();
    }

  private:
    void accept() {
        acceptor_.async_accept([this](const boost::system::error_code& error, HttpSocket socket) {
            if (error == asio::error::operation_aborted) {
                return;
            }
            if (error) {  // out of descriptors, for example
                accept_later();
                return;
            }
            ++readers_;
            HttpGate gate = gates_(socket);
            asio::co_spawn(acceptor_.get_executor(),
                           serve_http(std::move(socket), service_, std::move(gate)),
                           [this](const std::exception_ptr&) { on_leave(); });
            if (readers_ < max_readers) {
                accept();
            }
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

    void on_leave() {
        if (readers_ == max_readers) {
            accept();
        }
        --readers_;
    }

    HttpService service_;
    Gates gates_;
    Acceptor acceptor_;
    asio::steady_timer pause_;
    std::size_t readers_ = 0;
};

HttpServer::HttpServer(EventLoop& loop, HttpRoutes routes, std::filesystem::path socket,
                       std::optional<HttpNetwork> network)
    : routes_(std::move(routes)), path_(std::move(socket)), network_(std::move(network)) {
    make_way(loop.context(), path_);  // first: that a daemon runs already says more than its port
    if (network_) {
        remote_ = std::make_unique<Door>(loop.context(), routes_, [this](HttpSocket&) {
            return [this](Access access, const HttpCredentials& credentials) {
                return network_refusal(network_->rules, access, credentials);
            };
        });
        const std::string attempt = "listen on " + network_->listen.text() + " ([api] listen)";
        remote_->bind(endpoint_of(network_->listen), attempt);
        remote_->listen(attempt);
    }
    local_ = std::make_unique<Door>(loop.context(), routes_, [this](HttpSocket& peer) {
        const bool is_privileged = platform::is_privileged_peer(peer.native_handle(), path_);
        return [is_privileged](Access access, const HttpCredentials&) {
            return local_refusal(is_privileged, access);
        };
    });
    const std::string attempt = "open status socket " + path_.string();
    local_->bind(asio::local::stream_protocol::endpoint(path_.string()), attempt);
    std::filesystem::permissions(path_, std::filesystem::perms(0666));
    local_->listen(attempt);
}

HttpServer::~HttpServer() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

}  // namespace godwit::runtime

// The API of a home agent that there is not: three clients, of which one downloads, and one move
// after another. godwit_page_server PORT TOKEN_FILE SOCKET; it runs until SIGTERM or Ctrl-C.

#include <cstdlib>
#include <iostream>
#include <span>
#include <string>

#include "server/api/api.hpp"
#include "server/qr_code.hpp"
#include "shared/runtime/http_server.hpp"
#include "tests/support/fake_clients.hpp"

namespace godwit::tests {
namespace {

using namespace std::chrono_literals;

wire::Ipv6Address address(const char* text) {
    return *wire::Ipv6Address::parse(text);
}

class PlayedHomeAgent {
  public:
    PlayedHomeAgent(std::uint16_t port, const std::string& token_file, const std::string& socket)
        : api_(loop_, {.clients = clients_,
                       .status = [this] { return status(); },
                       .document = [](const server::Status& status) { return to_json(status); },
                       .health = [] { return std::vector<std::string>(); },
                       .name_of = [this](const wire::HomeAddress& home) { return name_of(home); },
                       .qr_code = server::qr_svg,
                       .restarts = 1}),
          server_(
              loop_, api_.routes(), socket,
              runtime::HttpNetwork{.listen = {wire::Ipv6Address::mapped({{127, 0, 0, 1}}), port},
                                   .rules = {.token = security::ApiToken::load(token_file)}}),
          timer_(loop_.context()) {
        put("laptop", laptop_, server::ClientState::enabled);
        put("telephone", telephone_, server::ClientState::enabled);
        put("tablet", {address("2001:db8:f::b")}, server::ClientState::disabled);
        put("<b>camera</b>", {address("2001:db8:f::c")}, server::ClientState::enabled);
        for (const wire::HomeAddress& home : {laptop_, telephone_}) {
            api_.on_event(mobility::BindingRegistered{
                home, {address("2001:db8:a::20")}, wire::Lifetime{150}});
        }
        clients_.on_change([this](std::string_view what, const server::Client& client) {
            api_.feed().publish_client(what, client.name, client.home);
        });
        play();
    }

    void run() { loop_.run(); }

  private:
    void put(const char* name, const wire::HomeAddress& home, server::ClientState state) {
        clients_.put({.name = name,
                      .home = home,
                      .state = state,
                      .key = security::PublicKey{},
                      .created = FakeClients::now,
                      .joined = FakeClients::now});
    }
    std::string name_of(const wire::HomeAddress& home) const {
        for (const server::Client& client : clients_.all()) {
            if (client.home == home) {
                return client.name;
            }
        }
        return "";
    }
    void play() {
        timer_.expires_after(250ms);
        timer_.async_wait([this](const boost::system::error_code& aborted) {
            if (aborted) {
                return;
            }
            ++steps_;
            const auto wave = static_cast<std::uint64_t>(20 + steps_ % 23 * (steps_ % 5 + 1));
            sent_.bytes += 20'000 * wave;
            received_.bytes += 1'500 * wave;
            if (steps_ % 6 == 0) {
                move();
            }
            play();
        });
    }
    void move() {
        const auto before = place();
        is_behind_nat_ = !is_behind_nat_;
        api_.on_event(mobility::BindingMoveRecorded{
            .home = laptop_,
            .from = before,
            .to = place(),
            .cause = mobility::MoveCause::address_lost,
            .first_received = std::chrono::milliseconds(8 + steps_ % 37),
            .resent = 12});
    }
    [[nodiscard]] wire::CareOfAddress place() const {
        return {is_behind_nat_ ? address("::ffff:192.168.1.7") : address("2001:db8:a::20")};
    }
    [[nodiscard]] server::BindingReport binding(const char* name,
                                                const wire::HomeAddress& home) const {
        mobility::Path path{.remote = address("2001:db8:a::20")};
        if (is_behind_nat_) {
            path = {.encapsulation = mobility::Encapsulation::udp,
                    .remote = address("::ffff:198.51.100.5"),
                    .local_port = 443,
                    .remote_port = 61234};
        }
        return {.name = name,
                .home_address = home,
                .care_of_address = place(),
                .path = path,
                .is_behind_nat = is_behind_nat_,
                .is_proved = true,
                .mtu = {.inner = 1426, .whole = 1426},
                .lifetime = 600s,
                .remaining = 480s};
    }
    server::Status status() {
        server::Status status;
        for (const server::Client& client : clients_.all()) {
            const bool is_bound = client.home == laptop_ || client.home == telephone_;
            if (is_bound && client.state == server::ClientState::enabled) {
                status.bindings.push_back(binding(client.name.c_str(), client.home));
            }
        }
        if (!status.bindings.empty()) {
            status.bindings.front().traffic = {.tx = sent_, .rx = received_};
        }
        return status;
    }

    const wire::HomeAddress laptop_{address("2001:db8:f::9")};
    const wire::HomeAddress telephone_{address("2001:db8:f::a")};
    runtime::EventLoop loop_;
    FakeClients clients_;
    bool is_behind_nat_ = false;
    std::uint64_t steps_ = 0;
    datapath::Traffic sent_;
    datapath::Traffic received_;
    server::Api api_;
    runtime::HttpServer server_;
    runtime::asio::steady_timer timer_;
};

}  // namespace
}  // namespace godwit::tests

int main(int argc, char** argv) {
    const std::span arguments(argv, static_cast<std::size_t>(argc));
    if (arguments.size() != 4) {
        std::cerr << "godwit_page_server PORT TOKEN_FILE SOCKET\n";
        return 2;
    }
    const int port = std::atoi(arguments[1]);
    godwit::tests::PlayedHomeAgent(static_cast<std::uint16_t>(port), arguments[2], arguments[3])
        .run();
}

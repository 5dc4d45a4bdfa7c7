#include "client/join_attempt.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "client/core/joining.hpp"
#include "client/core/update_numbers.hpp"
#include "client/handshake_times.hpp"
#include "shared/platform/source_address.hpp"
#include "shared/platform/udp_tunnel_socket.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "shared/wire/native_signalling.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Path;

// For the end of the registration to be acknowledged; it expires by itself if it is not.
constexpr auto leave_patience = 1s;
constexpr int buffer_octets = 1 << 16;     // a few short messages
constexpr std::size_t max_message = 4096;  // octets: longer ones are none of ours
constexpr std::size_t max_messages = 8;    // read at once
constexpr auto look_up_patience = 2000ms;

// A copy in secret memory: the caller's own goes to the disk.
security::PresharedKey copy_of(const security::PresharedKey& key) {
    return security::PresharedKey(security::make_secret(key.octets()));
}

class JoinAttempt {
  public:
    JoinAttempt(const security::Invite& invite, security::KeyPair own,
                const std::filesystem::path& state_directory)
        : invite_(invite),
          socket_({.buffer_octets = buffer_octets}),
          times_(state_directory, own.public_key()),
          authenticator_({.home_agent_address = invite.home_agent,
                          .own = std::move(own),
                          .home_agent = invite.home_agent_key,
                          .preshared_key = copy_of(invite.secret),
                          .invite = invite.id},
                         [this] { return times_.next(runtime::wall_now()).time; }),
          // As the daemon counts: what registers after this has a greater number.
          node_(invite.home, invite.home_agent,
                first_sequence(runtime::wall_now().time_since_epoch())) {}

    JoinOutcome run(std::chrono::nanoseconds patience) {
        const auto found =
            platform::resolve({.names = invite_.endpoints, .timeout = look_up_patience});
        const std::vector<Path> paths = paths_to(found.addresses);
        if (!paths.empty()) {
            give_up_at_ = runtime::boot_now() + patience;
            for (const int descriptor : socket_.descriptors()) {
                watches_.push_back(loop_.on_readable(descriptor, [this] { read(); }));
            }
            loop_.on_deadline([this] { return next_deadline(); }, [this] { call_at_deadline(); });
            perform(node_.begin(runtime::boot_now(), paths));
            loop_.run();
        }
        if (node_.refused() && !node_.has_joined()) {  // else the key waits for another try
            times_.forget();
        }
        return {.has_joined = node_.has_joined(),
                .refused = node_.refused(),
                .refusal = node_.refusal(),
                .unresolved = found.unresolved,
                .paths = paths.size()};
    }

  private:
    // Each address by the first port, then each by the next.
    [[nodiscard]] std::vector<Path> paths_to(
        const std::vector<wire::Ipv6Address>& addresses) const {
        std::vector<Path> paths;
        for (const std::uint16_t port : invite_.ports) {
            for (const wire::Ipv6Address& address : addresses) {
                const auto local = platform::source_address_towards(address);
                if (local && paths.size() < max_join_paths) {
                    paths.push_back({.encapsulation = mobility::Encapsulation::udp,
                                     .local = *local,
                                     .remote = address,
                                     .local_port = socket_.port(),
                                     .remote_port = port});
                }
            }
        }
        return paths;
    }

    // Nothing but messages: what else the core wants done belongs to a tunnel.
    void perform(const mobility::Actions& actions) {
        for (const mobility::Action& action : actions) {
            if (const auto* order = std::get_if<mobility::SendMessage>(&action)) {
                send(*order);
            }
        }
        if (node_.has_joined() && !is_leaving_) {
            is_leaving_ = true;
            give_up_at_ = runtime::boot_now() + leave_patience;
        }
        if (node_.has_left() || node_.refused()) {
            loop_.stop();
        }
    }

    void send(const mobility::SendMessage& order) {
        auto header = authenticator_.seal(order);
        if (!header) {
            return;
        }
        const wire::Bytes packet = wire::SignallingPacket{.source = invite_.home.address,
                                                          .destination = invite_.home_agent.address,
                                                          .mobility_header = *std::move(header)}
                                       .serialize();
        const platform::TunnelDeparture departure{.payload = packet, .path = order.path};
        // One that does not leave is one that gets lost: it is sent again.
        (void)socket_.send({&departure, 1});
    }

    void read() {
        std::array<std::array<std::uint8_t, max_message>, max_messages> buffers{};
        std::array<platform::TunnelArrival, max_messages> arrivals{};
        for (std::size_t i = 0; i < max_messages; ++i) {
            arrivals.at(i).buffer = buffers.at(i);
        }
        const auto count = socket_.receive(arrivals);
        for (const platform::TunnelArrival& arrival :
             std::span(arrivals).first(count.value_or(0))) {
            take(arrival);
        }
    }

    void take(const platform::TunnelArrival& arrival) {
        const auto packet = wire::SignallingPacket::parse(arrival.payload);
        if (arrival.cut_off || !packet) {
            return;
        }
        if (const auto received = authenticator_.open(arrival.path, *packet)) {
            perform(node_.on_received(runtime::boot_now(), *received));
        }
    }

    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        const auto node = node_.next_deadline();
        return node ? std::min(*node, give_up_at_) : give_up_at_;
    }

    void call_at_deadline() {
        const mobility::Instant now = runtime::boot_now();
        if (now >= give_up_at_) {
            loop_.stop();
        } else {
            perform(node_.on_deadline(now));
        }
    }

    const security::Invite& invite_;
    runtime::EventLoop loop_;
    platform::UdpTunnelSocket socket_;
    HandshakeTimes times_;  // the daemon's, if that is its place
    security::MobileNodeAuthenticator authenticator_;
    Joining node_;
    mobility::Instant give_up_at_;
    bool is_leaving_ = false;
    std::vector<runtime::EventLoop::Watch> watches_;
};

}  // namespace

JoinOutcome attempt_to_join(const security::Invite& invite, security::KeyPair own,
                            std::chrono::nanoseconds patience,
                            const std::filesystem::path& state_directory) {
    return JoinAttempt(invite, std::move(own), state_directory).run(patience);
}

}  // namespace godwit::client

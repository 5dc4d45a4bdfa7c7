// Between a core and the two ways that its messages and packets go; the core and the authenticator
// only write down what they are asked.

#include "shared/runtime/node_runner.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "shared/runtime/clock.hpp"
#include "shared/security/handshake_option.hpp"
#include "tests/datapath/data_plane_fixture.hpp"

namespace godwit::runtime {
namespace {

using mobility::Encapsulation;
using mobility::Path;
using test::correspondent;
using test::home;
using What = mobility::WatchTraffic::What;

class WritingNode final : public mobility::Node {
  public:
    explicit WritingNode(EventLoop& loop) : loop_(&loop) {}

    std::vector<std::pair<Path, mobility::Hint::Kind>> received;
    std::vector<Path> moved;
    std::vector<mobility::TrafficNotice> traffic;

    mobility::Actions on_received(mobility::Instant, const mobility::Received& message) override {
        received.emplace_back(message.path, std::get<mobility::Hint>(message.content).kind);
        return noticed();
    }
    mobility::Actions on_session_confirmed(mobility::Instant, mobility::SessionId) override {
        return {};
    }
    mobility::Actions on_rekey_due(mobility::Instant, mobility::SessionId) override { return {}; }
    mobility::Actions on_moved_endpoint(mobility::Instant, mobility::SessionId,
                                        const Path& path) override {
        moved.push_back(path);
        return noticed();
    }
    mobility::Actions on_traffic(mobility::Instant,
                                 const mobility::TrafficNotice& notice) override {
        traffic.push_back(notice);
        return noticed();
    }
    mobility::Actions on_resent(mobility::Instant, const mobility::ResentNotice&) override {
        return {};
    }
    mobility::Actions on_deadline(mobility::Instant) override { return {}; }
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const override {
        return std::nullopt;
    }

  private:
    mobility::Actions noticed() {
        loop_->stop();
        return {};
    }

    EventLoop* loop_;
};

// Seals with a checksum that fits no inner packet; what it opens is a hint that tells how it came.
class WritingAuthenticator final : public security::Authenticator {
  public:
    std::expected<wire::Bytes, security::SealError> seal(
        const mobility::SendMessage& order) override {
        return wire::serialize_mobility_header(order.message,
                                               {order.path.local, order.path.remote});
    }
    std::expected<mobility::Received, security::Rejection> open(
        const Path& path, const wire::SignallingPacket& packet) override {
        return opened(path, packet, mobility::Hint::Kind::refresh_requested);
    }
    std::expected<mobility::Received, security::Rejection> open_tunnelled(
        const Path& path, mobility::SessionId, const wire::SignallingPacket& packet) override {
        return opened(path, packet, mobility::Hint::Kind::unknown_session);
    }
    bool commit_handshakes() override { return is_on_record; }
    void end(mobility::SessionId) override {}
    security::Secret<security::TunnelKeys> take_tunnel_keys(mobility::SessionId) override {
        return nullptr;
    }

    bool is_on_record = true;
    std::optional<wire::ExperimentalMessage> reply{};  // to every message

  private:
    std::expected<mobility::Received, security::Rejection> opened(
        const Path& path, const wire::SignallingPacket& packet, mobility::Hint::Kind how) const {
        if (reply) {
            return std::unexpected(security::Rejection{
                .reason = security::RejectionReason::wants_cookie, .reply = reply});
        }
        if (!wire::parse_mobility_header(packet.mobility_header, packet.pseudo_header())) {
            return std::unexpected(
                security::Rejection{.reason = security::RejectionReason::malformed});
        }
        return mobility::Received{.path = path, .home = home, .content = mobility::Hint{how, {}}};
    }
};

class WritingObserver final : public NodeObserver {
  public:
    std::vector<mobility::TunnelMtu> fits;
    int messages_out = 0;

    void on_event(const mobility::Event&) override {}
    void on_message_in(const wire::MobilityMessage&) override {}
    void on_message_out(const wire::MobilityMessage&) override { ++messages_out; }
    void before_actions() override {}
    void on_fit(const mobility::FitTunnel& fit) override { fits.push_back(fit.mtu); }
};

struct RunNode {
    RunNode(Role role, const platform::NetworkNamespace& where, DataPlane& plane)
        : signalling((where.enter(), 0)),
          runner(role,
                 {.node = node,
                  .home_agent = test::home_agent,
                  .authenticator = authenticator,
                  .socket = signalling,
                  .data_plane = plane,
                  .observer = observer,
                  .log = log},
                 [](const wire::Ipv6Address&) { return true; }) {
        runner.join(loop);
    }
    // Until the core has been told something.
    void run() {
        loop.context().restart();
        loop.run();
    }

    EventLoop loop;
    WritingNode node{loop};
    WritingAuthenticator authenticator;
    WritingObserver observer;
    Log log{LogLevel::error};
    platform::SignallingSocket signalling;
    NodeRunner runner;
};

class NodeRunnerTest : public DataPlaneTest {
  protected:
    static Path over_udp(const wire::Ipv6Address& local, const wire::Ipv6Address& remote) {
        return {.encapsulation = Encapsulation::udp,
                .local = local,
                .remote = remote,
                .local_port = mobility::dsmip_port,
                .remote_port = mobility::dsmip_port};
    }
    static mobility::SendMessage heartbeat(const Path& path, const mobility::Seal& seal,
                                           std::uint32_t padded_to = 0) {
        return {.path = path,
                .home = home,
                .message = wire::Heartbeat{.sequence = 7},
                .seal = seal,
                .padded_to = padded_to};
    }

    static mobility::SendMessage handshake(const Path& path) {
        return {.path = path,
                .home = home,
                .message = wire::BindingUpdate{.options = {security::blank_handshake_option(
                                                   security::HandshakeOptionKind::initiation, 96)}},
                .seal = mobility::StartHandshake{}};
    }
    // What the home agent's runner has dropped for this reason, once it has had its turn.
    std::uint64_t dropped_by_agent(std::string_view reason) {
        at_agent_.loop.context().restart();
        at_agent_.loop.context().poll();
        return at_agent_.runner.drops().count(reason);
    }

    const Path up_ = over_udp(node_ipv4, agent_ipv4);
    const Path down_ = over_udp(agent_ipv4, node_ipv4);
    const mobility::SessionId session_ = test::session_of(test::mobile_node_keys());
    RunNode at_agent_{Role::home_agent, far_, agent()};
    RunNode at_node_{Role::mobile_node, near_, node()};
};

TEST_F(NodeRunnerTest, SendsSignallingAlongAUdpPathAsAnInnerPacket) {
    at_node_.runner.perform({heartbeat(up_, mobility::Unprotected{})});
    at_agent_.run();
    ASSERT_EQ(at_agent_.node.received.size(), 1U);
    const auto& [path, how] = at_agent_.node.received[0];
    EXPECT_EQ(path.encapsulation, Encapsulation::udp);
    EXPECT_EQ(path.remote, node_ipv4);
    EXPECT_EQ(how, mobility::Hint::Kind::refresh_requested);

    at_agent_.runner.perform({heartbeat(path, mobility::Unprotected{})});
    at_node_.run();
    ASSERT_EQ(at_node_.node.received.size(), 1U);
    EXPECT_EQ(at_node_.node.received[0].first.remote, agent_ipv4);
    EXPECT_EQ(at_node_.observer.messages_out, 1);
}

TEST_F(NodeRunnerTest, SendsThroughTheTunnelWhatIsToBeSealedByIt) {
    register_sealed(test::mobile_node_keys());
    at_node_.runner.perform({heartbeat(up_, mobility::ThroughTunnel{}, 1400)});
    at_agent_.run();
    ASSERT_EQ(at_agent_.node.received.size(), 1U);
    EXPECT_EQ(at_agent_.node.received[0].second, mobility::Hint::Kind::unknown_session);
    EXPECT_EQ(at_agent_.node.received[0].first.remote, node_ipv4);
}

TEST_F(NodeRunnerTest, SendsHeartbeatsOfASessionThroughAPlainTunnel) {
    register_plain();
    at_agent_.runner.perform({heartbeat(downlink_, mobility::InSession{session_})});
    at_node_.run();
    ASSERT_EQ(at_node_.node.received.size(), 1U);
    EXPECT_EQ(at_node_.node.received[0].second, mobility::Hint::Kind::refresh_requested);
    EXPECT_EQ(at_node_.node.received[0].first.encapsulation, Encapsulation::ip6);
}

TEST_F(NodeRunnerTest, CountsMessagesThatAreNone) {
    node().send_bare(up_, test::message_packet(home.address, test::home_agent.address));
    at_node_.runner.perform({heartbeat(up_, mobility::Unprotected{})});
    at_agent_.run();
    EXPECT_EQ(at_agent_.runner.drops().by_reason().size(), 1U);
}

TEST_F(NodeRunnerTest, TellsTheCoreOfAHandshake) {
    at_node_.runner.perform({handshake(up_)});
    at_agent_.run();
    EXPECT_EQ(at_agent_.node.received.size(), 1U);
}

TEST_F(NodeRunnerTest, TellsTheCoreOfNoHandshakeThatIsNotOnRecord) {
    at_agent_.authenticator.is_on_record = false;
    at_node_.runner.perform({handshake(up_)});
    expect_to_become(1U, [this] { return dropped_by_agent("not-on-record"); });
    EXPECT_TRUE(at_agent_.node.received.empty());
    EXPECT_EQ(at_agent_.observer.messages_out, 0);
}

TEST_F(NodeRunnerTest, TakesMoreHandshakesThanFitIntoOneTurn) {
    at_agent_.authenticator.is_on_record = false;
    constexpr std::uint64_t many = 3 * DataPlane::max_messages;
    for (std::uint64_t count = 0; count < many; ++count) {
        at_node_.runner.perform({handshake(up_)});
    }
    expect_to_become(many, [this] { return dropped_by_agent("not-on-record"); });
}

// Their checksums are those of other addresses.
TEST_F(NodeRunnerTest, TakesMoreNativePacketsThanFitIntoOneTurn) {
    constexpr std::uint64_t many = 3 * DataPlane::max_messages;
    for (std::uint64_t count = 0; count < many; ++count) {
        at_node_.runner.perform({handshake(uplink_)});
    }
    expect_to_become(many, [this] { return dropped_by_agent("malformed"); });
}

TEST_F(NodeRunnerTest, SendsWhatGoesBackToWhoWasRejected) {
    at_agent_.authenticator.reply = wire::ExperimentalMessage{{1, 1}};
    at_node_.runner.perform({handshake(up_)});
    expect_to_become(1U, [this] { return dropped_by_agent("handshake-wants-cookie"); });
    at_node_.run();
    EXPECT_EQ(at_node_.node.received.size(), 1U);
    EXPECT_TRUE(at_agent_.node.received.empty());
}

TEST_F(NodeRunnerTest, TellsTheCoreFromWhereTheNewestPacketCame) {
    register_sealed_along(test::mobile_node_keys(), up_, down_);
    application_.send(correspondent, "from behind a NAT");
    at_agent_.run();
    ASSERT_EQ(at_agent_.node.moved.size(), 1U);
    EXPECT_EQ(at_agent_.node.moved[0].remote, node_ipv4);
}

TEST_F(NodeRunnerTest, ReadsTheTrafficAtOnce) {
    register_sealed(test::mobile_node_keys());
    expect_both_ways("one each way");
    expect_to_become(1U, [this] { return node().traffic(home).received.packets; });
    expect_to_become(1U, [this] { return node().traffic(home).sent.packets; });
    at_node_.runner.perform({mobility::WatchTraffic{home, What::reading}});
    ASSERT_EQ(at_node_.node.traffic.size(), 1U);
    EXPECT_EQ(at_node_.node.traffic[0].what, What::reading);
    EXPECT_EQ(at_node_.node.traffic[0].sent, 1U);
    EXPECT_EQ(at_node_.node.traffic[0].received, 1U);
}

TEST_F(NodeRunnerTest, TellsTheCoreOfTrafficThatItWatches) {
    register_sealed(test::mobile_node_keys());
    at_node_.runner.perform({mobility::WatchTraffic{home, What::any_sent}});
    expect_both_ways("watched");
    at_node_.run();
    ASSERT_EQ(at_node_.node.traffic.size(), 1U);
    EXPECT_EQ(at_node_.node.traffic[0].what, What::any_sent);
}

TEST_F(NodeRunnerTest, HoldsFitsAndCarriesAsTheCoreSays) {
    register_sealed(test::mobile_node_keys());
    at_node_.runner.perform({mobility::FitTunnel{home, mobility::TunnelMtu::of(1300)},
                             mobility::CarryIpv4{home, home_ipv4}});
    EXPECT_EQ(at_node_.observer.fits, std::vector{mobility::TunnelMtu::of(1300)});
    application_.send(correspondent, std::string(1320, 'x'));
    expect_to_become(1U, [this] { return node().drops(datapath::DropReason::too_big); });
    at_node_.runner.perform({mobility::HoldTunnel{home}});
    application_.send(correspondent, "held");
    expect_to_become(1U, [this] { return node().drops(datapath::DropReason::held); });
}

}  // namespace
}  // namespace godwit::runtime

#pragma once
// Connects a core with the world: packets from the signalling socket and messages from the data
// plane go through the authenticator into the core, and what the core answers is carried out. The
// same for both roles; nothing is decided here.

#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <vector>

#include "shared/mobility/node.hpp"
#include "shared/platform/signalling_socket.hpp"
#include "shared/runtime/counters.hpp"
#include "shared/runtime/data_plane.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"
#include "shared/security/authenticator.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/native_signalling.hpp"

namespace godwit::runtime {

// What a daemon sees of its core's work.
class NodeObserver {
  public:
    NodeObserver() = default;
    NodeObserver(const NodeObserver&) = delete;
    NodeObserver& operator=(const NodeObserver&) = delete;
    virtual ~NodeObserver() = default;

    virtual void on_event(const mobility::Event& event) = 0;
    // A message that has been proved; hints are none.
    virtual void on_message_in(const wire::MobilityMessage& message) = 0;
    virtual void on_message_out(const wire::MobilityMessage& message) = 0;
    // The tunnel of a home address has been fitted to its path.
    virtual void on_fit(const mobility::FitTunnel& /*fit*/) {}
    // Something may have changed in the core, and its answer is about to be carried out.
    virtual void before_actions() = 0;
};

// Whose address the home address stands for on the wire.
enum class Role : std::uint8_t {
    mobile_node,  // its own: a Home Address option
    home_agent,   // the other end's: a type 2 routing header
};

class NodeRunner {
  public:
    struct Parts {
        mobility::Node& node;
        wire::HomeAgentAddress home_agent;
        security::Authenticator& authenticator;
        const platform::SignallingSocket& socket;
        DataPlane& data_plane;
        NodeObserver& observer;
        const Log& log;
    };
    // `is_ours` tells to which addresses packets are taken: a packet socket sees also what a router
    // only forwards.
    NodeRunner(Role role, const Parts& parts,
               std::function<bool(const wire::Ipv6Address&)> is_ours);

    // Runs the node by this loop from now on, as long as this object lives.
    void join(EventLoop& loop);

    void perform(const mobility::Actions& actions);
    // The cipher of the latest sealed session; nothing before the first.
    [[nodiscard]] std::optional<security::Suite> suite() const { return suite_; }
    // What was passed over on its way to the core, by reason.
    [[nodiscard]] const Counters& drops() const { return drops_; }

  private:
    struct Sealed {
        wire::SignallingPacket packet;
        mobility::SendMessage order;
    };
    // How a message travels.
    enum class Way : std::uint8_t {
        native,          // as it is, behind a Home Address option or a type 2 routing header
        in_udp,          // as an inner packet in UDP, whatever tunnel there is
        through_tunnel,  // as an inner packet of the home address's tunnel
    };

    using Opened = std::expected<mobility::Received, security::Rejection>;
    // What somebody says, and may yet prove.
    struct Claim {
        mobility::Path path;
        wire::SignallingPacket packet;
    };
    // Packets of the signalling socket in one turn of the loop.
    static constexpr std::size_t max_packets = 64;

    void read_signalling();
    void read_packet(const platform::SignallingArrival& arrival);
    void read_message(const InboundTunnelWorker::Message& message);
    void take(Claim claim);
    void take_handshakes();
    void receive(const Claim& claim, const Opened& received);
    void reject(const Claim& claim, const security::Rejection& rejection);
    void drop_handshake(const mobility::Received& received);
    void read_notices();
    void notify_traffic(const wire::HomeAddress& home, mobility::WatchTraffic::What what);
    void carry_out(const mobility::SendMessage& order);
    void carry_out(const mobility::AdmitSession& order);
    void carry_out(const mobility::DirectTunnel& order);
    void carry_out(const mobility::ConfirmSession& order);
    void carry_out(const mobility::HoldTunnel& order);
    void carry_out(const mobility::FitTunnel& order);
    void carry_out(const mobility::CarryIpv4& order);
    void carry_out(const mobility::CarryPrefixes& order);
    void carry_out(const mobility::RouteFlows& order);
    void carry_out(const mobility::WatchTraffic& order);
    void carry_out(const mobility::CloseTunnel& order);
    void carry_out(const mobility::EndSession& order);
    void carry_out(const mobility::Event& event);
    void send(const Sealed& message);
    [[nodiscard]] static Way way_of(const mobility::SendMessage& order);
    [[nodiscard]] wire::SignallingPacket addressed(const mobility::SendMessage& order) const;
    [[nodiscard]] wire::SignallingPacket inner(const mobility::SendMessage& order) const;

    Role role_;
    Parts parts_;
    std::function<bool(const wire::Ipv6Address&)> is_ours_;
    Counters drops_;
    std::optional<security::Suite> suite_;
    std::vector<Claim> handshakes_;  // of this turn, which wait for everything else
    std::vector<Sealed> held_back_;
    std::vector<wire::HomeAddress> readings_;  // to be told behind the present actions
    std::array<std::uint8_t, 2048> buffer_{};  // more than a Mobility Header in its packet may have
    std::array<EventLoop::Watch, 2> watches_;
};

}  // namespace godwit::runtime

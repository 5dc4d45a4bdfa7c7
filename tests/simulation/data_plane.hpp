#pragma once
// The data plane of a host: the tunnels and the keys that the daemons have, in virtual time instead
// of threads, and with frames instead of sockets and a TUN device. What it does with the tunnels is
// what runtime::DataPlane and its two workers do.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/look_up_by.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "shared/mobility/node.hpp"
#include "shared/security/session_keys.hpp"
#include "tests/simulation/frame.hpp"

namespace godwit::simulation {

// What the control plane has told it.
struct TunnelState {
    struct Direction {
        mobility::Path path;
        std::optional<mobility::SessionId> session;
    };
    std::map<wire::HomeAddress, Direction> directed;
    std::map<mobility::SessionId, std::uint32_t> admitted;  // and the other end's SPI
    bool is_held = false;
    mobility::TunnelMtu mtu;
    std::uint64_t sent = 0;  // packets of applications, each counted once
    std::uint64_t received = 0;
    std::map<datapath::DropReason, std::uint64_t> drops;
};

class DataPlane {
  public:
    // False: the system refuses it, since it does not have that source address.
    using Send = std::function<bool(const Frame& frame, const std::string& text)>;
    using Deliver = std::function<void(wire::BytesView inner)>;

    DataPlane(datapath::LookUpBy look_up_by, Send send, Deliver deliver);

    void admit(const wire::HomeAddress& home, const security::TunnelKeys& keys);
    // A plain tunnel carries nothing here.
    bool direct(mobility::Instant now, const mobility::DirectTunnel& order);
    void hold(const wire::HomeAddress& home);
    void fit(const mobility::FitTunnel& order);
    void carry_ipv4(const mobility::CarryIpv4& order);
    void carry_prefixes(const mobility::CarryPrefixes& order);
    void route_flows(const mobility::RouteFlows& order);
    void watch(const mobility::WatchTraffic& order);
    void close(const wire::HomeAddress& home);
    void end(mobility::SessionId session);
    [[nodiscard]] std::vector<mobility::Reception> receptions(const wire::HomeAddress& home) const;

    // An application's packet. Whether there is a tunnel for it.
    bool send(mobility::Instant now, wire::BytesView inner);
    void send_message(mobility::Instant now, const mobility::SendMessage& order,
                      const wire::SignallingPacket& inner, const std::string& text);
    void send_dummy(mobility::Instant now, const wire::HomeAddress& home);
    // A sealed frame. False: it is dropped.
    bool receive(const mobility::Path& path, wire::Bytes sealed);
    // What is due now: whatever waits or is to be sent again.
    void run(mobility::Instant now);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;

    struct Message {
        mobility::Path path;
        mobility::SessionId sealed_by;
        wire::Bytes packet;
    };
    struct MovedEndpoint {
        mobility::SessionId session;
        mobility::Path path;
    };
    struct Watched {
        wire::HomeAddress home;
        mobility::WatchTraffic::What what{};
    };
    // As in runtime::DataPlane.
    struct Notices {
        std::vector<mobility::SessionId> confirmed;
        std::vector<Message> messages;
        std::vector<MovedEndpoint> moved_endpoints;
        std::vector<Watched> watched;
        std::vector<datapath::Resent> resent;

        [[nodiscard]] bool empty() const {
            return confirmed.empty() && messages.empty() && moved_endpoints.empty() &&
                   watched.empty() && resent.empty();
        }
    };
    Notices take_notices() { return std::exchange(notices_, {}); }
    [[nodiscard]] const TunnelState& state() const { return state_; }

  private:
    struct Session {
        wire::HomeAddress home;
        std::optional<datapath::OutboundSeal> seal;       // until it is directed or closed
        const datapath::SealedTunnel* inbound = nullptr;  // until it is closed
        std::uint64_t number = 0;                         // in the order in which they came
    };

    void depart(const datapath::Outgoing& packet, const std::string& text);
    [[nodiscard]] bool depart_along(const datapath::Outgoing& packet, const mobility::Path& path,
                                    const wire::SignallingPacket& view, const std::string& text);
    void on_sent(const datapath::Outgoing& packet);
    void report_resent();
    void on_received(const datapath::Incoming& packet, const mobility::Path& path);
    void end_inbound(mobility::SessionId id, Session& session);
    void close_outbound(const wire::HomeAddress& home);
    void end_ipv4(const wire::HomeAddress& home);
    void drop(datapath::DropReason reason) { ++state_.drops[reason]; }

    datapath::LookUpBy look_up_by_;
    Send send_;
    Deliver deliver_;
    datapath::OutboundTunnels outbound_;
    datapath::InboundTunnels inbound_;
    std::unique_ptr<datapath::PacketBuffer> buffer_ = std::make_unique<datapath::PacketBuffer>();
    std::map<mobility::SessionId, Session> sessions_;
    std::map<wire::HomeAddress, wire::Ipv4Address> ipv4_;
    std::map<wire::HomeAddress, std::vector<wire::Prefix>> prefixes_;
    std::uint64_t sessions_so_far_ = 0;
    mobility::Instant now_;
    TunnelState state_;
    Notices notices_;
};

}  // namespace godwit::simulation

#pragma once
// The data plane as the control thread sees it: tunnels are published here, and two threads carry
// the packets. A tunnel is sealed by a session, or plain. All calls are for the control thread and
// return at once; they take effect in the order they are made.

#include <array>
#include <cstdint>
#include <optional>
#include <thread>
#include <unordered_map>
#include <vector>

#include "shared/datapath/counters.hpp"
#include "shared/datapath/look_up_by.hpp"
#include "shared/datapath/traffic_total.hpp"
#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/platform/event_signal.hpp"
#include "shared/platform/raw_tunnel_socket.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/runtime/tunnel_worker_inbound.hpp"
#include "shared/runtime/tunnel_worker_outbound.hpp"
#include "shared/security/session_keys.hpp"
#include "shared/wire/address.hpp"

namespace godwit::runtime {

class DataPlane {
  public:
    struct Sockets {
        platform::RawTunnelSocket& esp;   // protocol 50
        platform::RawTunnelSocket& ipv6;  // protocol 41
    };
    // Starts the threads; packets without a tunnel are dropped from here on. What is passed by
    // reference outlives the data plane.
    DataPlane(const platform::TunDevice& tun, Sockets sockets, datapath::LookUpBy look_up_by);
    DataPlane(const DataPlane&) = delete;
    DataPlane& operator=(const DataPlane&) = delete;

    // Opens sealed packets of this session, named by its inbound SPI, from now on. The half that
    // seals rests here until the session is directed. False, and nothing done, for a session that
    // was admitted before: its sequence numbers would start again.
    bool admit(const wire::HomeAddress& home, const security::TunnelKeys& keys);
    // Sends what belongs to this home address along this path: sealed by the session, or plain
    // without one, and then takes plain packets from there as well. False, and nothing done, if the
    // session is not admitted for this home address, or if another took its place before.
    bool direct(const wire::HomeAddress& home, const mobility::Path& path,
                const std::optional<mobility::SessionId>& session);
    // Sends a sealed packet without content, which tells the other end that this end has the keys.
    void send_dummy(const wire::HomeAddress& home);
    // Neither sends nor takes packets for this home address any more, nor ever by its sessions.
    void close(const wire::HomeAddress& home);
    // Forgets a session and its keys, and with them a tunnel that it still seals.
    void end(mobility::SessionId session);

    // What the workers have to tell, each of it once.
    struct Notices {
        std::vector<mobility::SessionId> confirmed;  // a first packet was opened
        std::vector<mobility::SessionId> rekey_due;  // half of the sequence numbers are used
        bool device_lost = false;                    // the TUN device is gone; told every time
    };
    // A descriptor, readable when there is something to take.
    [[nodiscard]] int notices() const { return control_.descriptor(); }
    [[nodiscard]] Notices take_notices();

    struct Traffic {
        datapath::Traffic sent;
        datapath::Traffic received;
    };
    // Since the start.
    [[nodiscard]] Traffic traffic() const;
    [[nodiscard]] std::uint64_t drops(datapath::DropReason reason) const;
    // Of this home address since it was first admitted or directed.
    [[nodiscard]] Traffic traffic(const wire::HomeAddress& home) const;

  private:
    struct Session {
        wire::HomeAddress home;
        std::optional<datapath::OutboundSeal> seal;  // until the session is directed or closed
    };
    enum class Tunnel : std::uint8_t { closed, plain, sealed };
    struct Binding {
        Tunnel tunnel = Tunnel::closed;
        mobility::SessionId sealed_by;  // if it is
        std::vector<mobility::SessionId> admitted;
        datapath::TrafficTotal sent;
        datapath::TrafficTotal received;

        [[nodiscard]] bool is_sealed_by(mobility::SessionId session) const {
            return tunnel == Tunnel::sealed && sealed_by == session;
        }
    };

    bool direct_sealed(const wire::HomeAddress& home, const mobility::Path& path,
                       mobility::SessionId session);
    void direct_plain(const wire::HomeAddress& home, const mobility::Path& path);
    void publish_tunnel(Binding& binding, std::unique_ptr<datapath::OutboundTunnel> tunnel);
    void close_outbound(const wire::HomeAddress& home, Binding& binding);
    void close_inbound(Binding& binding, mobility::SessionId session);
    void collect_receipts();
    void forget_if_unused(const wire::HomeAddress& home);

    std::unordered_map<mobility::SessionId, Session> sessions_;
    std::unordered_map<wire::HomeAddress, Binding> bindings_;
    platform::EventSignal control_;
    OutboundTunnelWorker outbound_;
    InboundTunnelWorker inbound_;
    // Last: they stop first.
    std::jthread outbound_thread_;
    std::jthread inbound_thread_;
};

}  // namespace godwit::runtime

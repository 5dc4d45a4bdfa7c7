#pragma once
// Many mobile nodes in one process, each of which a home agent sees as if it were somewhere of its
// own: they register over UDP, and answer the heartbeats that come through their tunnels. Their
// addresses are 2001:db8:100::/40, which the network namespace must have as a local route.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <unordered_map>
#include <vector>

#include "shared/security/esp.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "shared/wire/native_signalling.hpp"
#include "shared/wire/next_header.hpp"
#include "tests/bench/many_addresses.hpp"

namespace godwit::bench {

class Crowd {
  public:
    using Clock = std::chrono::steady_clock;

    // Writes a [[mobile_node]] entry for each; `key` is the home agent's.
    Crowd(wire::HomeAgentAddress home_agent, const security::PublicKey& key, std::uint32_t count,
          std::ostream& entries);
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;
    virtual ~Crowd() = default;

    void register_all();

  protected:
    // Then an update is sent again.
    static constexpr std::chrono::milliseconds patience{250};

    struct MobileNode {
        std::unique_ptr<security::MobileNodeAuthenticator> authenticator;
        std::optional<mobility::SessionId> session;
        std::unique_ptr<security::EspOpener> opener;
        std::unique_ptr<security::EspSealer> sealer;
        std::uint8_t place = 0;
        wire::SequenceNumber sequence;
        Clock::time_point sent;  // the update that waits for its acknowledgement
        wire::Bytes update;
    };

    static wire::HomeAddress home_of(std::uint32_t node);
    // Seals an update from where the node is; sends the one that was sealed last.
    void seal_update(std::uint32_t node);
    void send_update(std::uint32_t node);
    // Takes what has come, a batch at most, and puts into answered_ whose update was acknowledged.
    void take_arrivals();
    void send_sealed(std::uint32_t node, wire::BytesView inner, wire::NextHeader protocol);
    // An IPv6 packet has come through a node's tunnel that is no signalling.
    virtual void on_packet(std::uint32_t /*node*/, wire::BytesView /*inner*/) {}

    ManyAddresses& socket() { return socket_; }
    [[nodiscard]] const wire::HomeAgentAddress& home_agent() const { return home_agent_; }

    std::vector<MobileNode> nodes_;
    std::vector<std::uint32_t> answered_;  // whose update has been acknowledged in this turn

  private:
    [[nodiscard]] mobility::Path path(std::uint32_t node) const;
    void take_message(const ManyAddresses::Arrival& arrival);
    void take_sealed(const ManyAddresses::Arrival& arrival);
    void take_signalling(std::uint32_t node, wire::BytesView inner);
    void open_answer(std::uint32_t node, const wire::SignallingPacket& packet);

    wire::HomeAgentAddress home_agent_;
    ManyAddresses socket_;
    std::unordered_map<std::uint32_t, std::uint32_t> by_spi_;
    bool is_registering_ = true;
};

}  // namespace godwit::bench

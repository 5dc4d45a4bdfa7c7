#pragma once
// The two cores on a virtual network, behind their real authenticators and tunnels: all that a
// daemon does with a core, except sockets. A restart loses what a process loses.

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/core/mobile_node.hpp"
#include "server/core/home_agent.hpp"
#include "shared/security/home_agent_authenticator.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "tests/simulation/data_plane.hpp"
#include "tests/simulation/frame.hpp"
#include "tests/simulation/virtual_network.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::simulation {

class Host {
  public:
    Host(VirtualNetwork& network, std::string name, datapath::LookUpBy look_up_by);
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    virtual ~Host() = default;

    void receive(const wire::Bytes& packet);
    // A packet of some application goes out through the tunnel, or waits to do so; its number, from
    // 1 on. Nothing if there is no tunnel.
    std::optional<std::uint64_t> send_data(const wire::HomeAddress& home,
                                           std::uint16_t port = 4000);
    void perform(const mobility::Actions& actions);
    // From now on nothing arrives here, and no timer rings.
    void fall_asleep();

    [[nodiscard]] const TunnelState& tunnels() const { return data_plane_->state(); }
    // How many numbers send_data() has given, and those that came from the other end, in their
    // order.
    [[nodiscard]] std::uint64_t numbered() const { return numbered_; }
    [[nodiscard]] const std::vector<std::uint64_t>& delivered() const { return delivered_; }
    [[nodiscard]] const std::vector<mobility::Event>& events() const { return events_; }
    [[nodiscard]] std::size_t rejected() const { return rejected_; }
    template <class Kind>
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            events_, [](const auto& event) { return std::holds_alternative<Kind>(event); }));
    }

  protected:
    virtual mobility::Node& node() = 0;
    virtual security::Authenticator& authenticator() = 0;
    // With the home address in the header that this end's native packets have it in.
    [[nodiscard]] virtual wire::SignallingPacket native(
        const mobility::SendMessage& message) const = 0;
    // Between the home address and the home agent's.
    [[nodiscard]] virtual wire::SignallingPacket inner(const wire::HomeAddress& home) const = 0;
    // What a daemon writes to its disk.
    virtual void note(const mobility::Event& /*event*/) {}
    void lose_state();
    void wake_up();

    VirtualNetwork& network_;
    std::string name_;

  private:
    // Rings once, at the earliest of what was asked for.
    struct Alarm {
        std::optional<mobility::Instant> at;
    };

    void start_data_plane();
    void perform(const mobility::Action& action);
    void send(const mobility::SendMessage& message);
    void take(const std::expected<mobility::Received, security::Rejection>& received);
    void deliver(wire::BytesView inner);
    // What the data plane has to do and to tell, and when the two want to be called again.
    void settle();
    void read_notices();
    void notify_traffic(const wire::HomeAddress& home, mobility::WatchTraffic::What what);
    void wake_at(Alarm& alarm, const std::optional<mobility::Instant>& instant);
    void expect_rest();

    datapath::LookUpBy look_up_by_;
    std::unique_ptr<DataPlane> data_plane_;
    std::vector<wire::HomeAddress> readings_;  // to be told behind the present actions
    std::vector<mobility::Event> events_;
    std::size_t rejected_ = 0;
    std::uint64_t numbered_ = 0;
    std::vector<std::uint64_t> delivered_;
    Alarm control_;
    Alarm data_;
    bool is_asleep_ = false;
    std::size_t lives_ = 0;  // timers of an earlier one ring for nobody
};

class SimulatedHomeAgent;

class SimulatedMobileNode final : public Host {
  public:
    SimulatedMobileNode(VirtualNetwork& network, SimulatedHomeAgent& home_agent,
                        client::RegistrationSettings settings, security::KeyPair key);

    void attach(const wire::CareOfAddress& care_of) { attach_to({care_of}, {}); }
    // By several addresses at once, and the home agent's endpoints for UDP.
    void attach_to(const std::vector<wire::CareOfAddress>& care_of,
                   const std::vector<wire::Ipv6Address>& endpoints);
    // By several links at once.
    void attach_to_links(const std::vector<mobility::CandidateAddress>& candidates);
    // Before it is attached for the first time: it keeps a binding by a second link, if there is
    // one, and these flows go where they are wished.
    void use_both_links(std::vector<client::FlowWish> flows);
    void attach_home();
    void detach();
    void restart();
    // After fall_asleep(): at the same addresses, or at another one.
    void resume();
    void resume_at(const wire::CareOfAddress& care_of);

    [[nodiscard]] client::MobileNode& core() { return *core_; }
    [[nodiscard]] client::State state() const { return core_->state(network_.now()); }

  private:
    mobility::Node& node() override { return *core_; }
    security::Authenticator& authenticator() override { return *authenticator_; }
    [[nodiscard]] wire::SignallingPacket native(
        const mobility::SendMessage& message) const override;
    [[nodiscard]] wire::SignallingPacket inner(const wire::HomeAddress& home) const override;
    void start();
    void be_at(const std::vector<wire::Ipv6Address>& addresses,
               const mobility::Attachments& attachments);

    SimulatedHomeAgent& home_agent_;
    client::RegistrationSettings settings_;
    std::vector<client::FlowWish> flows_;
    security::Secret<security::KeyOctets> key_;
    security::Tai64n last_handshake_;  // as in the daemon's file, which a restart leaves
    std::unique_ptr<security::MobileNodeAuthenticator> authenticator_;
    std::unique_ptr<client::MobileNode> core_;
    std::vector<wire::Ipv6Address> addresses_;
    mobility::Attachments attachments_;
};

class SimulatedHomeAgent final : public Host {
  public:
    SimulatedHomeAgent(VirtualNetwork& network, server::HomeAgentSettings settings,
                       std::vector<security::PublicKey> mobile_nodes);

    void restart();

    // Another address at which it hears UDP.
    void listen_at(const wire::Ipv6Address& address);

    [[nodiscard]] const security::PublicKey& public_key() const { return public_key_; }
    [[nodiscard]] server::HomeAgent& core() { return *core_; }
    // The valid binding of a home address; nullptr if there is none.
    [[nodiscard]] const server::Binding* binding(const wire::HomeAddress& home) const;

  private:
    // The timestamps stay when the process does not.
    struct Ledger final : security::HandshakeLedger {
        bool advance(const security::ServingKeys& own, const security::PublicKey& peer,
                     const security::Tai64n& time) override;
        std::map<security::PublicKey, security::Tai64n> last;
    };

    mobility::Node& node() override { return *core_; }
    security::Authenticator& authenticator() override { return *authenticator_; }
    [[nodiscard]] wire::SignallingPacket native(
        const mobility::SendMessage& message) const override;
    [[nodiscard]] wire::SignallingPacket inner(const wire::HomeAddress& home) const override;
    void note(const mobility::Event& event) override;
    void start();

    server::HomeAgentSettings settings_;
    std::vector<security::PublicKey> mobile_nodes_;
    security::Secret<security::KeyOctets> key_;
    security::PublicKey public_key_;
    Ledger ledger_;
    std::map<wire::HomeAddress, wire::CareOfAddress> disk_;
    std::unique_ptr<security::HomeAgentAuthenticator> authenticator_;
    std::unique_ptr<server::HomeAgent> core_;
};

}  // namespace godwit::simulation

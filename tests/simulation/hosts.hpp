#pragma once
// The two cores on a virtual network, behind their real authenticators: all that a daemon does with
// a core, except sockets. A restart loses what a process loses.

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
#include "tests/simulation/virtual_network.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::simulation {

// What the data plane of a host would know.
struct TunnelState {
    struct Direction {
        mobility::Path path;
        std::optional<mobility::SessionId> session;
    };
    std::map<wire::HomeAddress, Direction> directed;
    std::map<mobility::SessionId, std::uint32_t> admitted;  // and the other end's SPI
};

class Host {
  public:
    Host(VirtualNetwork& network, std::string name) : network_(network), name_(std::move(name)) {}
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    virtual ~Host() = default;

    void receive(const wire::Bytes& packet);
    void perform(const mobility::Actions& actions);

    [[nodiscard]] const TunnelState& tunnels() const { return tunnels_; }
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
    [[nodiscard]] virtual wire::SignallingPacket addressed(
        const mobility::SendMessage& message) const = 0;
    // A sealed packet without content arrives at the other end, if it does.
    virtual void confirm(const wire::HomeAddress& home) = 0;
    // What a daemon writes to its disk.
    virtual void note(const mobility::Event& /*event*/) {}
    void lose_state();

    VirtualNetwork& network_;
    std::string name_;
    TunnelState tunnels_;

  private:
    void perform(const mobility::Action& action);
    void send(const mobility::SendMessage& message);
    void wake_at_deadline();

    std::vector<mobility::Event> events_;
    std::size_t rejected_ = 0;
    std::size_t lives_ = 0;  // timers of an earlier one ring for nobody
};

class SimulatedHomeAgent;

class SimulatedMobileNode final : public Host {
  public:
    SimulatedMobileNode(VirtualNetwork& network, SimulatedHomeAgent& home_agent,
                        client::RegistrationSettings settings, security::KeyPair key);

    void attach(const wire::CareOfAddress& care_of);
    void attach_home();
    void detach();
    void restart();

    [[nodiscard]] client::MobileNode& core() { return *core_; }
    [[nodiscard]] client::State state() const { return core_->state(network_.now()); }

  private:
    mobility::Node& node() override { return *core_; }
    security::Authenticator& authenticator() override { return *authenticator_; }
    [[nodiscard]] wire::SignallingPacket addressed(
        const mobility::SendMessage& message) const override;
    void confirm(const wire::HomeAddress& home) override;
    void start();
    void be_at(const std::optional<wire::Ipv6Address>& address,
               const mobility::Attachments& attachments);

    SimulatedHomeAgent& home_agent_;
    client::RegistrationSettings settings_;
    security::Secret<security::KeyOctets> key_;
    std::unique_ptr<security::MobileNodeAuthenticator> authenticator_;
    std::unique_ptr<client::MobileNode> core_;
    std::optional<wire::Ipv6Address> address_;
    mobility::Attachments attachments_;
};

class SimulatedHomeAgent final : public Host {
  public:
    SimulatedHomeAgent(VirtualNetwork& network, server::HomeAgentSettings settings,
                       std::vector<security::PublicKey> mobile_nodes);

    void restart();
    void hear_session(mobility::SessionId session);

    [[nodiscard]] const security::PublicKey& public_key() const { return public_key_; }
    [[nodiscard]] server::HomeAgent& core() { return *core_; }
    // The valid binding of a home address; nullptr if there is none.
    [[nodiscard]] const server::Binding* binding(const wire::HomeAddress& home) const;

  private:
    // The timestamps stay when the process does not.
    struct Ledger final : security::HandshakeLedger {
        bool advance(mobility::PeerId peer, const security::Tai64n& time) override;
        std::map<mobility::PeerId, security::Tai64n> last;
    };

    mobility::Node& node() override { return *core_; }
    security::Authenticator& authenticator() override { return *authenticator_; }
    [[nodiscard]] wire::SignallingPacket addressed(
        const mobility::SendMessage& message) const override;
    void confirm(const wire::HomeAddress& /*home*/) override {}
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

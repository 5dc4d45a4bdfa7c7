#include "client/daemon.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "client/attachment_watch.hpp"
#include "client/core/mobile_node.hpp"
#include "client/home_agent_key.hpp"
#include "client/keys.hpp"
#include "client/refusal_text.hpp"
#include "client/status.hpp"
#include "client/traffic_steering.hpp"
#include "shared/mobility/tunnel_mtu.hpp"
#include "shared/platform/attempt.hpp"
#include "shared/platform/neighbor_announcement.hpp"
#include "shared/platform/outer_packet_socket.hpp"
#include "shared/platform/process_hardening.hpp"
#include "shared/platform/raw_tunnel_socket.hpp"
#include "shared/platform/signalling_guard.hpp"
#include "shared/platform/signalling_socket.hpp"
#include "shared/platform/tun_device.hpp"
#include "shared/platform/udp_tunnel_socket.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/data_plane.hpp"
#include "shared/runtime/data_plane_drops.hpp"
#include "shared/runtime/event_log.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/http_server.hpp"
#include "shared/runtime/log.hpp"
#include "shared/runtime/node_runner.hpp"
#include "shared/runtime/service_life.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "shared/security/random.hpp"
#include "shared/security/unprotected_authenticator.hpp"

namespace godwit::client {
namespace {

// Follows the home agent to its next key, once that is on the disk.
bool follow(HomeAgentKey& key, const security::PublicKey& next, const runtime::Log& log) {
    try {
        key.replace(next);
        log.info("home-agent-key-changed", {{"public_key", next.text()}});
        return true;
    } catch (const std::system_error& failure) {
        log.warning("home-agent-key-not-stored", {{"reason", failure.what()}});
        return false;
    }
}

std::unique_ptr<security::Authenticator> make_authenticator(const Configuration& configuration,
                                                            const runtime::Log& log) {
    if (configuration.protection == mobility::Protection::none) {
        return std::make_unique<security::UnprotectedAuthenticator>(
            configuration.home_agent.address);
    }
    Keys keys = load_keys(configuration);
    const auto key = std::make_shared<HomeAgentKey>(configuration.state_directory,
                                                    *configuration.home_agent.public_key);
    const auto suites = configuration.suites.common_with(security::SuiteSet::of_this_machine());
    return std::make_unique<security::MobileNodeAuthenticator>(
        security::MobileNodeCredentials{
            .home_agent_address = configuration.home_agent.address,
            .own = std::move(*keys.own),
            .home_agent = key->current(),
            .preshared_key = std::move(keys.preshared),
            .suites = suites,
            .on_next_key =
                [key, &log](const security::PublicKey& next) { return follow(*key, next, log); }},
        [] { return security::Tai64n::from(runtime::wall_now()); });
}

RegistrationSettings registration_settings(const Configuration& configuration) {
    return {
        .home = configuration.home_address,
        .home_agent = configuration.home_agent.address,
        .lifetime = configuration.lifetime,
        .protection = configuration.protection,
        .first_registration_timeout = configuration.first_registration_timeout,
        // RFC 6275 §11.7.1 leaves the first number open; the time makes it differ at each start.
        .first_sequence = wire::SequenceNumber(static_cast<std::uint16_t>(
            runtime::wall_now().time_since_epoch() / std::chrono::milliseconds(16))),
        .wants_ipv4 = configuration.ipv4,
        .wants_other_bindings =
            configuration.second_path && configuration.protection == mobility::Protection::sealed};
}

// `via` tells whether a candidate is on a link that is meant.
std::vector<FlowWish> flow_wishes(
    const Configuration& configuration,
    const std::function<bool(const std::string&, const mobility::CandidateAddress&)>& via) {
    std::vector<FlowWish> wishes;
    for (const mobility::FlowSelector& flow : configuration.redundant) {
        wishes.push_back(
            {.selectors = mobility::traffic_selectors(flow, configuration.ipv4), .via = {}});
    }
    for (const FlowChoice& choice : configuration.flows) {
        wishes.push_back(
            {.selectors = mobility::traffic_selectors(choice.match, configuration.ipv4),
             .via = [via, links = choice.via](const auto& candidate) {
                 return via(links, candidate);
             }});
    }
    return wishes;
}

MobileNodeSettings mobile_node_settings(const Configuration& configuration,
                                        std::uint16_t scout_port, std::vector<FlowWish> flows) {
    return {.registration = registration_settings(configuration),
            .encapsulations = configuration.encapsulations,
            .ports = configuration.home_agent.ports,
            .first_heartbeat = security::random_number(),
            .scout_port = scout_port,
            .mtu_probe_interval = configuration.mtu_probe_interval,
            .flows = std::move(flows)};
}

AttachmentWatch::Settings attachment_settings(const Configuration& configuration,
                                              const platform::TunDevice& tun) {
    return {.home_agent = configuration.home_agent.address,
            .endpoints = configuration.home_agent.endpoints,
            .query_mark = outer_packet_mark,
            .home = configuration.home_address,
            .tunnel = tun.interface(),
            .links = configuration.links,
            .home_prefix = configuration.home_prefix};
}

class Daemon final : public runtime::NodeObserver {
  public:
    explicit Daemon(const Configuration& configuration);

    void run();

    void on_event(const mobility::Event& event) override;
    void on_message_in(const wire::MobilityMessage& /*message*/) override {}
    void on_message_out(const wire::MobilityMessage& /*message*/) override {}
    void before_actions() override { steer(); }
    void on_fit(const mobility::FitTunnel& order) override { change_mtu(order.mtu.inner); }

  private:
    void steer();
    void announce_return(const std::optional<mobility::HomeLink>& home_link);
    void change_mtu(std::uint32_t mtu);
    void call_at_deadline();
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;
    [[nodiscard]] bool is_ours(const wire::Ipv6Address& address) const;
    [[nodiscard]] std::vector<FlowWish> flows() const;
    [[nodiscard]] runtime::HttpRoutes routes() const;
    [[nodiscard]] Status status() const;
    [[nodiscard]] PathReport report(const mobility::Path& path) const;
    void report_path(Status& status, mobility::Instant now) const;

    const Configuration& configuration_;
    runtime::Log log_;
    runtime::EventLoop loop_;
    platform::TunDevice tun_;
    platform::NetlinkSocket netlink_;
    platform::SignallingGuard guard_;
    platform::SignallingSocket signalling_;
    platform::RawTunnelSocket esp_;
    platform::RawTunnelSocket ipv6_;
    platform::RawTunnelSocket ipv4_;
    std::array<platform::UdpTunnelSocket, 2> udp_;  // the second for RoamingSettings::scout_port
    platform::OuterPacketSocket outer_;
    std::unique_ptr<security::Authenticator> authenticator_;
    MobileNode node_;
    runtime::DataPlane data_plane_;
    runtime::NodeRunner runner_;
    TrafficSteering steering_;
    AttachmentWatch attachments_;
    bool was_registered_ = false;
    std::optional<mobility::HomeLink> announced_;
    std::uint32_t mtu_ = 0;
    std::uint64_t handovers_ = 0;
    std::optional<HandoverReport> last_handover_;
    HandoverLog handover_log_;
    runtime::HttpServer http_server_;
};

Daemon::Daemon(const Configuration& configuration)
    : configuration_(configuration),
      log_(configuration.log_level),
      tun_(configuration.interface),
      guard_("godwit", {.local = {}, .peers = {configuration.home_agent.address.address}}),
      signalling_(outer_packet_mark),
      esp_({.protocol = wire::NextHeader::esp, .mark = outer_packet_mark}),
      ipv6_({.protocol = wire::NextHeader::ipv6, .mark = outer_packet_mark}),
      ipv4_({.protocol = wire::NextHeader::ipv4, .mark = outer_packet_mark}),
      udp_{platform::UdpTunnelSocket({.mark = outer_packet_mark}),
           platform::UdpTunnelSocket({.mark = outer_packet_mark})},
      outer_(outer_packet_mark),
      authenticator_(make_authenticator(configuration, log_)),
      node_(mobile_node_settings(configuration, udp_.back().port(), flows())),
      data_plane_(tun_, {.esp = esp_, .ipv6 = ipv6_, .ipv4 = ipv4_, .udp = udp_, .outer = outer_},
                  datapath::LookUpBy::inner_source, configuration.home_agent.address,
                  configuration.resend),
      runner_(runtime::Role::mobile_node,
              {.node = node_,
               .home_agent = configuration.home_agent.address,
               .authenticator = *authenticator_,
               .socket = signalling_,
               .data_plane = data_plane_,
               .observer = *this,
               .log = log_},
              [this](const wire::Ipv6Address& address) { return is_ours(address); }),
      steering_({.home = configuration.home_address,
                 .tunnel = tun_.interface(),
                 .routes = configuration.routes,
                 .udp_port = udp_.front().port()},
                log_),
      attachments_(attachment_settings(configuration, tun_), loop_, log_,
                   [this](const mobility::Attachments& attachments) {
                       runner_.perform(node_.on_attachments(runtime::boot_now(), attachments));
                   }),
      http_server_(loop_, routes(), configuration.status_socket) {}

void Daemon::run() {
    change_mtu(mobility::min_ipv6_mtu);  // until a path is known
    platform::require("bring " + tun_.name() + " up",
                      platform::bring_up(netlink_, tun_.interface()));
    steer();
    runner_.join(loop_);
    loop_.on_deadline([this] { return next_deadline(); }, [this] { call_at_deadline(); });
    log_.info("started", {{"home", configuration_.home_address},
                          {"home_agent", configuration_.home_agent.address},
                          {"interface", tun_.name()}});
    attachments_.start();
    {
        const runtime::ServiceLife life(loop_);
        loop_.run();
    }
    runner_.perform(node_.on_stop(runtime::boot_now()));
    log_.info("stopped");
}

bool Daemon::is_ours(const wire::Ipv6Address& address) const {
    return address == configuration_.home_address.address ||
           address == address_of(node_.target(), configuration_.home_address).address ||
           node_.is_care_of_address(address);
}

void Daemon::steer() {
    const State state = node_.state(runtime::boot_now());
    was_registered_ = was_registered_ || state == State::registered || state == State::home;
    const Target& target = node_.target();
    std::optional<mobility::HomeLink> home_link;
    if (const auto* home = std::get_if<AtHome>(&target)) {
        home_link = home->link;
    }
    Steering steering = was_registered_ ? Steering::through_tunnel : Steering::not_yet;
    if (state == State::home) {
        steering = Steering::at_home;
    }
    steering_.steer(steering, home_link, node_.ipv4_home());
    announce_return(steering == Steering::at_home ? home_link : std::nullopt);
}

// RFC 6275 §11.5.5: "After receiving the Binding Acknowledgement for its Binding Update to its home
// agent, the mobile node MUST multicast onto the home link [...] a Neighbor Advertisement".
void Daemon::announce_return(const std::optional<mobility::HomeLink>& home_link) {
    if (std::exchange(announced_, home_link) == home_link || !home_link) {
        return;
    }
    if (const auto error =
            platform::announce(home_link->interface, configuration_.home_address.address)) {
        log_.warning("home-address-not-announced", {{"reason", error.message()}});
    }
}

void Daemon::change_mtu(std::uint32_t mtu) {
    if (mtu == mtu_) {
        return;
    }
    mtu_ = mtu;
    if (const auto error = platform::change_mtu(netlink_, tun_.interface(), mtu)) {
        log_.warning("mtu-not-changed", {{"reason", error.message()}});
    }
}

std::optional<mobility::Instant> Daemon::next_deadline() const {
    const auto node = node_.next_deadline();
    const auto attachments = attachments_.next_deadline();
    return node && attachments ? std::min(*node, *attachments) : node ? node : attachments;
}

void Daemon::call_at_deadline() {
    attachments_.on_deadline();
    runner_.perform(node_.on_deadline(runtime::boot_now()));
}

void Daemon::on_event(const mobility::Event& event) {
    runtime::log_event(log_, event);
    if (const auto* handover = std::get_if<mobility::HandoverCompleted>(&event)) {
        ++handovers_;
        last_handover_ = HandoverReport{.from = handover->from,
                                        .to = handover->to,
                                        .cause = handover->cause,
                                        .gap = handover->gap};
    } else if (const auto* record = std::get_if<mobility::HandoverRecorded>(&event)) {
        handover_log_.add(*record);
    }
    steer();
}

runtime::HttpRoutes Daemon::routes() const {
    runtime::HttpRoutes routes;
    routes.add(runtime::status_route([this] { return to_json(status()); }));
    return routes;
}

Status Daemon::status() const {
    const mobility::Instant now = runtime::boot_now();
    Status status{.state = node_.state(now),
                  .home_address = configuration_.home_address,
                  .home_agent = configuration_.home_agent.address,
                  .ipv4_home_address = node_.ipv4_home(),
                  .handovers = handovers_,
                  .last_handover = last_handover_,
                  .handover_log = handover_log_,
                  .drops = runner_.drops()};
    report_path(status, now);
    runtime::add_drops(status.drops, data_plane_);
    if (configuration_.protection == mobility::Protection::none) {
        status.health.emplace_back("nothing is protected: protection = \"none\"");
    }
    if (status.state == State::unattached) {
        status.health.emplace_back("no interface has an address with a route to the home agent");
    } else if (status.state == State::registering) {
        status.health.emplace_back("the home agent has not acknowledged this place yet");
    } else if (status.state == State::revoked) {
        status.health.emplace_back(
            "the home agent has ended this registration and does not want another; ask who runs "
            "it. It is asked again every 15 s");
    }
    if (node_.refusal()) {
        status.health.push_back("somebody who says to be the home agent refuses: " +
                                refusal_text(*node_.refusal()));
    }
    return status;
}

std::vector<FlowWish> Daemon::flows() const {
    return flow_wishes(configuration_, [this](const std::string& links, const auto& candidate) {
        return mobility::matches(links, attachments_.traits(candidate.interface));
    });
}

PathReport Daemon::report(const mobility::Path& path) const {
    return {.encapsulation = path.encapsulation,
            .link = attachments_.traits(path.interface),
            .local = path.local,
            .remote = path.remote,
            .remote_port = path.remote_port};
}

void Daemon::report_path(Status& status, mobility::Instant now) const {
    if (const auto* away = std::get_if<Away>(&node_.target())) {
        status.care_of_address = wire::CareOfAddress{away->care_of.address};
        status.path = report(away->path);
        status.path->is_behind_nat = node_.is_behind_nat();
    }
    if (node_.warm_path()) {
        status.warm_path = report(*node_.warm_path());
    }
    if (const Binding* binding = node_.binding(now)) {
        status.binding = BindingReport{
            .sequence = binding->sequence,
            .lifetime = binding->granted,
            .remaining = std::chrono::floor<std::chrono::seconds>(binding->expires - now)};
        const runtime::DataPlane::Traffic traffic = data_plane_.traffic();
        const bool is_sealed = configuration_.protection == mobility::Protection::sealed;
        status.tunnel = TunnelReport{.protection = configuration_.protection,
                                     .suite = is_sealed ? runner_.suite() : std::nullopt,
                                     .mtu = mtu_,
                                     .traffic = {.tx = traffic.sent, .rx = traffic.received}};
    }
}

}  // namespace

void run_daemon(const Configuration& configuration) {
    platform::harden_process();
    platform::require_network_capabilities();
    Daemon(configuration).run();
}

}  // namespace godwit::client

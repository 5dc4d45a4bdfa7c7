#include "client/presence.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

#include "client/daemon_parts.hpp"
#include "client/leftovers.hpp"
#include "client/near_destinations.hpp"
#include "client/status_report.hpp"
#include "shared/mobility/tunnel_mtu.hpp"
#include "shared/platform/attempt.hpp"
#include "shared/platform/neighbor_announcement.hpp"
#include "shared/platform/network_monitor.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/event_log.hpp"
#include "shared/runtime/offload_survey.hpp"

namespace godwit::client {
namespace {

platform::UdpTunnelSocket::Options udp_options(const runtime::OffloadSwitches& offloads) {
    return {.mark = outer_packet_mark,
            .coalesced = offloads.is_on(runtime::Offload::udp_gro),
            .in_segments = offloads.is_on(runtime::Offload::udp_segment)};
}

}  // namespace

Presence::Presence(Configuration configuration, Lockdown& lockdown, runtime::EventLoop& loop,
                   const runtime::Log& log, Listener listener)
    : configuration_(std::move(configuration)),
      lockdown_(lockdown),
      log_(log),
      listener_(std::move(listener)),
      tun_(configuration_.interface, runtime::offloading(configuration_.offloads)),
      offload_survey_(std::async([this] {
          return runtime::find_offloads(configuration_.offloads, netlink_, tun_, log_);
      })),
      guard_(signalling_table, {.local = {}, .peers = {configuration_.home_agent.address.address}}),
      guard_upkeep_(std::string("ip6 ") + signalling_table, loop, log_,
                    [this] { return guard_.put_back(); }),
      signalling_(outer_packet_mark),
      esp_({.protocol = wire::NextHeader::esp, .mark = outer_packet_mark}),
      ipv6_({.protocol = wire::NextHeader::ipv6, .mark = outer_packet_mark}),
      ipv4_({.protocol = wire::NextHeader::ipv4, .mark = outer_packet_mark}),
      offloads_(offload_survey_.get()),
      udp_{platform::UdpTunnelSocket(udp_options(offloads_)),
           platform::UdpTunnelSocket(udp_options(offloads_))},
      outer_(outer_packet_mark),
      authenticator_(make_authenticator(configuration_, log_)),
      node_(mobile_node_settings(configuration_, udp_.back(), flows())),
      data_plane_(tun_,
                  {.esp = esp_,
                   .ipv6 = ipv6_,
                   .ipv4 = ipv4_,
                   .udp = udp_,
                   .outer = outer_,
                   .offloads = &offloads_},
                  datapath::LookUpBy::inner_source, configuration_.home_agent.address,
                  configuration_.resend,
                  configuration_.copy_dscp ? wire::OuterDscp::copied : wire::OuterDscp::zero),
      runner_(runtime::Role::mobile_node,
              {.node = node_,
               .home_agent = configuration_.home_agent.address,
               .authenticator = *authenticator_,
               .socket = signalling_,
               .data_plane = data_plane_,
               .observer = *this,
               .log = log_},
              [this](const wire::Ipv6Address& address) { return is_ours(address); }),
      steering_({.home = configuration_.home_address,
                 .tunnel = tun_.interface(),
                 .routes = configuration_.routes,
                 .udp_port = udp_.front().port(),
                 .exclude = configuration_.exclude,
                 .has_excluded_programs = !configuration_.exclude_cgroups.empty(),
                 .network_prefixes = configuration_.network_prefixes},
                log_),
      program_exclusion_(configuration_.exclude_cgroups, tun_.name(),
                         programs_journal(configuration_), loop, log_),
      forwarding_({.has_network = !configuration_.network_prefixes.empty(),
                   .is_wanted = configuration_.forwarding,
                   .sysctl_journal = forwarding_journal(configuration_)},
                  platform::NetworkMonitor().snapshot(), log_),
      name_service_(name_service_settings(configuration_, tun_.interface(),
                                          [this](const std::optional<WantedDns>& wanted) {
                                              steering_.lead_to(servers_in_tunnel(wanted));
                                          }),
                    loop, log_),
      attachments_(
          attachment_settings(
              configuration_, tun_.interface(),
              [this](const platform::NetworkSnapshot& network) {
                  steering_.let_past(near_destinations(network, tun_.interface()),
                                     own_ipv4_addresses(network, tun_.interface()));
              },
              [this] { return name_service_.wanted(); }),
          loop, log_, [this](const mobility::Attachments& now) { on_attachments(now); },
          [this] { on_resume(); }),
      portal_({.home_agent = configuration_.home_agent.address,
               .endpoints = configuration_.home_agent.endpoints},
              attachments_, loop, log_, [this] { listener_.on_change(); }),
      way_out_(tun_.name(), loop, log_,
               {.on_change = [this] { on_way_out(); }, .on_look = [this] { ask_again(); }}) {
    change_mtu(mobility::min_ipv6_mtu);  // until a path is known
    platform::require("bring " + tun_.name() + " up",
                      platform::bring_up(netlink_, tun_.interface()));
    if (configuration_.protection != mobility::Protection::plain) {
        prefix_.emplace(PrefixInquiry::Settings{.home = configuration_.home_address,
                                                .home_agent = configuration_.home_agent.address,
                                                .tunnel = tun_.interface()},
                        loop, log_, [this] { on_home_prefix(); });
    }
    steer();
    steering_.watch(loop);
    runner_.join(loop);
}

void Presence::start() {
    log_.info("up", {{"home", configuration_.home_address},
                     {"home_agent", configuration_.home_agent.address},
                     {"interface", tun_.name()}});
    attachments_.start();
}

// One that leaves looks no more where it could go.
void Presence::on_attachments(const mobility::Attachments& attachments) {
    if (!on_left_) {
        endpoints_.emplace();
        for (const mobility::HomeAgentEndpoint& endpoint : attachments.endpoints) {
            endpoints_->push_back(endpoint.address);
        }
        portal_.on_attachments(attachments);
        forwarding_.on_attachments(attachments);
        lock();  // before anything is sent there
        runner_.perform(node_.on_attachments(runtime::boot_now(), attachments));
    }
}

void Presence::on_resume() {
    if (!on_left_) {
        runner_.perform(node_.on_resume(runtime::boot_now()));
    }
}

void Presence::on_way_out() {
    steering_.let_portal_out(way_out_.is_open());
    if (!way_out_.is_open()) {
        ask_again();
    }
    listener_.on_change();
}

// Whoever logs in has it in the next moment.
void Presence::ask_again() {
    if (!on_left_ && state() == State::registering) {
        runner_.perform(node_.on_let_through(runtime::boot_now()));
    }
}

bool Presence::leave(std::function<void()> on_left) {
    const mobility::Actions actions = node_.on_stop(runtime::boot_now());
    runner_.perform(actions);
    on_left_ = std::move(on_left);
    has_left_ = node_.has_left();
    way_out_.close("down");
    return !has_left_;
}

bool Presence::is_ours(const wire::Ipv6Address& address) const {
    return address == configuration_.home_address.address ||
           address == address_of(node_.target(), configuration_.home_address).address ||
           node_.is_care_of_address(address);
}

void Presence::before_actions() {
    if (on_left_ && !has_left_ && node_.has_left()) {
        has_left_ = true;
        on_left_();
    }
    steer();
    listener_.on_change();
}

// The home link counts as inside once the home agent has said that this machine is there.
void Presence::lock() {
    if (!endpoints_) {
        return;
    }
    const auto* home = std::get_if<AtHome>(&node_.target());
    lockdown_.follow({.endpoints = *endpoints_, .ipv4_home = node_.ipv4_home()},
                     home != nullptr && state() == State::home ? std::optional(home->link.interface)
                                                               : std::nullopt);
}

void Presence::steer() {
    lock();
    const State state = this->state();
    was_registered_ = was_registered_ || state == State::registered || state == State::home;
    const Target& target = node_.target();
    std::optional<mobility::HomeLink> home_link;
    if (const auto* home = std::get_if<AtHome>(&target);
        home != nullptr && node_.may_use_home_link()) {
        home_link = home->link;
    }
    Steering steering = was_registered_ ? Steering::through_tunnel : Steering::not_yet;
    if (state == State::home) {
        steering = Steering::at_home;
    }
    steering_.steer(steering, home_link, node_.ipv4_home());
    name_service_.follow(state, node_.dns(), node_.ipv4_home());
    announce_return(steering == Steering::at_home ? home_link : std::nullopt);
    way_out_.follow(state);
    portal_.follow(state);
    if (prefix_) {
        prefix_->follow(state);
    }
}

void Presence::on_home_prefix() {
    if (prefix_->known()) {
        node_.on_home_prefix(prefix_->known()->valid_until);
    }
    listener_.on_change();
}

// RFC 6275 §11.5.5: "After receiving the Binding Acknowledgement for its Binding Update to its home
// agent, the mobile node MUST multicast onto the home link [...] a Neighbor Advertisement".
void Presence::announce_return(const std::optional<mobility::HomeLink>& home_link) {
    if (std::exchange(announced_, home_link) == home_link || !home_link) {
        return;
    }
    if (const auto error =
            platform::announce(home_link->interface, configuration_.home_address.address)) {
        log_.warning("home-address-not-announced", {{"reason", error.message()}});
    }
}

void Presence::change_mtu(std::uint32_t mtu) {
    if (mtu == mtu_) {
        return;
    }
    mtu_ = mtu;
    steering_.fit(mtu);
}

std::optional<mobility::Instant> Presence::next_deadline() const {
    if (has_left_) {
        return std::nullopt;  // the core would register again
    }
    return std::ranges::min(
        {node_.next_deadline(), attachments_.next_deadline(), steering_.next_deadline(),
         portal_.next_deadline(), prefix_ ? prefix_->next_deadline() : std::nullopt},
        {}, [](const auto& deadline) { return deadline.value_or(mobility::Instant::max()); });
}

void Presence::on_deadline() {
    attachments_.on_deadline();
    runner_.perform(node_.on_deadline(runtime::boot_now()));
    steering_.on_deadline();  // of what the above wants by now
    portal_.on_deadline();
    if (prefix_) {
        prefix_->on_deadline();
    }
}

std::optional<wire::Ipv6Address> Presence::ipv4_home_address() const {
    const auto ipv4 = status().ipv4_home_address;
    return ipv4 ? std::optional(wire::Ipv6Address::mapped(*ipv4)) : std::nullopt;
}

void Presence::on_event(const mobility::Event& event) {
    runtime::log_event(log_, event);
    if (prefix_ && std::holds_alternative<mobility::HomePrefixDoubtful>(event)) {
        prefix_->ask();
    }
    listener_.on_event(event);
    steer();
}

State Presence::state() const {
    return node_.state(runtime::boot_now());
}

std::vector<FlowWish> Presence::flows() const {
    return flow_wishes(configuration_, [this](const std::string& links, const auto& candidate) {
        return mobility::matches(links, attachments_.traits(candidate.interface));
    });
}

PathReport Presence::report(const mobility::Path& path) const {
    return client::report(path, attachments_);
}

Status Presence::status() const {
    Status status = status_of({.configuration = configuration_,
                               .node = node_,
                               .attachments = attachments_,
                               .runner = runner_,
                               .data_plane = data_plane_,
                               .mtu = mtu_});
    std::ranges::copy(steering_.complaints(), std::back_inserter(status.health));
    std::ranges::copy(guard_upkeep_.complaints(), std::back_inserter(status.health));
    std::ranges::copy(program_exclusion_.complaints(), std::back_inserter(status.health));
    std::ranges::copy(forwarding_.complaints(), std::back_inserter(status.health));
    status.offloads = offloads_.states(udp_);
    status.dns = name_service_.report();
    status.portal = portal_.portal();
    status.portal_open_until = way_out_.until();
    if (status.portal) {
        status.health.push_back(
            "this network wants a login before it lets the tunnel through: "
            "godwit portal");
    }
    name_service_.add_health(status.health);
    if (prefix_) {
        prefix_->report(status);
    }
    return status;
}

}  // namespace godwit::client

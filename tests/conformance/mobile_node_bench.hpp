#pragma once
// A mobile node between two wires: its core and its authenticator, joined as the daemon joins them
// (shared/runtime/node_runner). What it sends is kept as octets, what it hears comes as octets.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "client/core/mobile_node.hpp"
#include "shared/security/authenticator.hpp"
#include "shared/security/rejection.hpp"
#include "shared/wire/native_signalling.hpp"
#include "tests/conformance/mobile_node_octets.hpp"
#include "tests/conformance/rule.hpp"
#include "tests/support/actions.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::conformance::mobile_node {

using namespace std::chrono_literals;
using client::State;
using mobility::Encapsulation;
using mobility::Instant;
using mobility::Path;
using test::care_of_a;
using test::care_of_b;
using test::ip;
using test::noon;

inline const Ipv6Address home = test::home.address;
inline const Ipv6Address home_agent = test::home_agent.address;
inline const Ipv6Address stranger = ip("2001:db8:bad::1");

// What the links offer.
inline const mobility::Attachments nothing{};
inline mobility::CandidateAddress offered(const Ipv6Address& address, std::uint32_t interface = 1) {
    return {.interface = {interface}, .address = address};
}
inline mobility::Attachments at(const wire::CareOfAddress& care_of) {
    return {.candidates = {offered(care_of.address)}, .home = {}};
}
inline const Ipv6Address private_ipv4 = ip("::ffff:192.168.1.7");
inline const Ipv6Address ipv4_of_home_agent = ip("::ffff:203.0.113.2");
inline const mobility::Attachments only_ipv4{
    .candidates = {offered(private_ipv4)}, .endpoints = {{ipv4_of_home_agent}}, .home = {}};
inline const mobility::Attachments at_home{
    .candidates = {}, .home = mobility::HomeLink{.interface = {1}, .router = ip("fe80::1")}};

// A message that the mobile node has sent. In UDP it is what is inside; the path is outside.
struct Sent : ReadPacket {
    Sent(Instant sent_at, Path along, Bytes octets)
        : ReadPacket(std::move(octets)), at(sent_at), path(std::move(along)) {}
    Instant at;
    Path path;
};

// Of a laboratory, unless something else is said.
inline client::MobileNodeSettings settings_of(
    mobility::Protection protection = mobility::Protection::none) {
    return {.registration = {.home = test::home,
                             .home_agent = test::home_agent,
                             .protection = protection,
                             .first_sequence = wire::SequenceNumber(100)}};
}

class MobileNodeBench {
  public:
    MobileNodeBench(const client::MobileNodeSettings& settings,
                    std::unique_ptr<security::Authenticator> authenticator)
        : core(settings), authenticator_(std::move(authenticator)) {}
    MobileNodeBench(const MobileNodeBench&) = delete;
    MobileNodeBench& operator=(const MobileNodeBench&) = delete;
    virtual ~MobileNodeBench() = default;

    void attach(const mobility::Attachments& attachments) {
        perform(core.on_attachments(now, attachments));
    }
    void stop() { perform(core.on_stop(now)); }
    // Lets time pass, and timers run.
    void run_until(Instant end) {
        for (auto next = next_instant(); next && *next <= end; next = next_instant()) {
            now = std::max(now, *next);
            hear_due();
            perform(core.on_deadline(now));
            if (++steps_ > 100'000) {
                throw std::runtime_error("the mobile node finds no rest");
            }
        }
        now = end;
    }
    void run_for(std::chrono::nanoseconds time) { run_until(now + time); }

    // As it comes from the network: along a path for UDP, else by what its header says.
    void hear(const Bytes& octets, std::optional<Path> path = std::nullopt) {
        rejection.reset();
        const auto packet = wire::SignallingPacket::parse(octets);
        if (!packet) {
            rejection = security::Rejection{security::RejectionReason::malformed, packet.error()};
            return;
        }
        if (!path && !is_ours(packet->destination)) {
            return;
        }
        const Path by = path.value_or(
            Path{.interface = {1}, .local = packet->destination, .remote = packet->source});
        take(authenticator_->open(by, *packet));
    }
    void hear(const HeardPacket& packet) { hear(packet.octets()); }

    [[nodiscard]] std::vector<Sent> sent_of(std::uint8_t type) const {
        std::vector<Sent> found;
        std::ranges::copy_if(sent, std::back_inserter(found),
                             [type](const Sent& one) { return one.type() == type; });
        return found;
    }
    [[nodiscard]] std::vector<Sent> updates() const { return sent_of(message::update); }
    [[nodiscard]] std::size_t update_count() const { return updates().size(); }
    // Throws if there is none.
    [[nodiscard]] Sent update() const {
        const auto all = updates();
        return all.at(all.size() - 1);
    }
    [[nodiscard]] std::vector<Sent> updates_since(Instant instant) const {
        auto all = updates();
        std::erase_if(all, [&](const Sent& one) { return one.at < instant; });
        return all;
    }
    // The most within any second.
    [[nodiscard]] std::size_t most_updates_in_a_second() const {
        const auto all = updates();
        std::size_t most = 0;
        for (const Sent& first : all) {
            most = std::max(
                most, static_cast<std::size_t>(std::ranges::count_if(all, [&](const Sent& one) {
                    return one.at >= first.at && one.at < first.at + 1s;
                })));
        }
        return most;
    }
    // Between each update and the next.
    [[nodiscard]] std::vector<std::chrono::milliseconds> pauses() const {
        std::vector<std::chrono::milliseconds> found;
        const auto all = updates();
        for (std::size_t next = 1; next < all.size(); ++next) {
            found.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(
                all[next].at - all[next - 1].at));
        }
        return found;
    }

    [[nodiscard]] State state() const { return core.state(now); }
    [[nodiscard]] bool is_registered() const { return state() == State::registered; }
    [[nodiscard]] bool is_home() const { return state() == State::home; }
    [[nodiscard]] const client::Binding* binding() const { return core.binding(now); }
    // Whether packets of the home address take the tunnel now.
    [[nodiscard]] bool carries() const { return tunnel.has_value() && !is_held; }
    template <class Kind>
    [[nodiscard]] std::vector<Kind> told() const {
        return test::events<Kind>(events_);
    }

    client::MobileNode core;
    Instant now = noon;
    std::vector<Sent> sent;
    std::optional<security::Rejection> rejection;  // of what was heard last
    std::optional<Path> tunnel;                    // along which data goes
    bool is_held = false;
    std::optional<mobility::TunnelMtu> mtu;
    std::optional<wire::Ipv4Address> ipv4_home;  // that the tunnel carries
    std::vector<Instant> keepalives;             // packets without content

  protected:
    void perform(const mobility::Actions& actions) {
        for (const mobility::Action& action : actions) {
            std::visit([this](const auto& order) { carry_out(order); }, action);
        }
    }
    void take(const std::expected<mobility::Received, security::Rejection>& received) {
        if (received) {
            perform(core.on_received(now, *received));
        } else {
            rejection = received.error();
        }
    }
    [[nodiscard]] security::Authenticator& authenticator() { return *authenticator_; }

    // What the other end does with it by itself: nothing, unless a bench says otherwise.
    virtual void on_sent(const Sent& /*message*/, const mobility::SendMessage& /*order*/) {}
    virtual void hear_due() {}
    [[nodiscard]] virtual std::optional<Instant> next_heard() const { return std::nullopt; }

  private:
    [[nodiscard]] std::optional<Instant> next_instant() const {
        const auto heard = next_heard();
        const auto timer = core.next_deadline();
        return heard && timer ? std::min(*heard, *timer) : heard ? heard : timer;
    }
    [[nodiscard]] bool is_ours(const Ipv6Address& address) const {
        return address == home || core.is_care_of_address(address);
    }
    static bool goes_inside(const mobility::SendMessage& order) {
        return order.path.encapsulation == Encapsulation::udp ||
               std::holds_alternative<mobility::ThroughTunnel>(order.seal);
    }
    void carry_out(const mobility::SendMessage& order) {
        wire::SignallingPacket packet{.source = order.path.local, .destination = order.path.remote};
        if (goes_inside(order)) {
            packet.source = home;
            packet.destination = home_agent;
        } else if (order.names_home && order.path.local != home) {
            packet.home_address_option = order.home;
        }
        packet.mobility_header = authenticator_->seal(order).value();
        if (goes_inside(order)) {
            wire::write_checksum(packet.mobility_header, packet.pseudo_header());
        }
        sent.emplace_back(now, order.path, packet.serialize());
        on_sent(Sent(sent.back()), order);
    }
    void carry_out(const mobility::DirectTunnel& order) {
        tunnel = order.path;
        is_held = false;
    }
    void carry_out(const mobility::HoldTunnel& /*order*/) { is_held = true; }
    void carry_out(const mobility::CloseTunnel& /*order*/) { tunnel.reset(); }
    void carry_out(const mobility::FitTunnel& order) { mtu = order.mtu; }
    void carry_out(const mobility::CarryIpv4& order) { ipv4_home = order.ipv4; }
    void carry_out(const mobility::ConfirmSession& /*order*/) { keepalives.push_back(now); }
    void carry_out(const mobility::EndSession& order) { authenticator_->end(order.session); }
    void carry_out(const mobility::Event& event) { events_.emplace_back(event); }
    template <class Other>
    void carry_out(const Other& /*order*/) {}

    std::unique_ptr<security::Authenticator> authenticator_;
    mobility::Actions events_;
    std::size_t steps_ = 0;
};

}  // namespace godwit::conformance::mobile_node

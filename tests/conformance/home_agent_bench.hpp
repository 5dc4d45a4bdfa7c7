#pragma once
// A home agent of the laboratory profile between octets that come in and octets that go out: the
// parser, the authenticator and the core, joined as runtime::NodeRunner joins them.

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "server/core/home_agent.hpp"
#include "shared/security/home_agent_authenticator.hpp"
#include "tests/conformance/octets.hpp"
#include "tests/conformance/rule.hpp"
#include "tests/security/memory_ledger.hpp"
#include "tests/security/sample_keys.hpp"

namespace godwit::conformance {

using namespace std::chrono_literals;

inline const Ipv6Address home = test::home.address;              // 2001:db8:f::9
inline const Ipv6Address other_home = ip("2001:db8:f::a");       // of another mobile node
inline const Ipv6Address home_agent = test::home_agent.address;  // 2001:db8:f::1
inline const Ipv6Address care_of_a = test::care_of_a.address;    // 2001:db8:a::2
inline const Ipv6Address care_of_b = test::care_of_b.address;    // 2001:db8:b::2

inline server::HomeAgentSettings laboratory() {
    constexpr auto none = mobility::Protection::none;
    return {.address = test::home_agent,
            .home_prefix = test::home_prefix,
            .max_lifetime = wire::max_lifetime,
            .allow_unprotected = true,
            .mobile_nodes = {{.name = "laptop", .home = {home}, .protection = none},
                             {.name = "phone", .home = {other_home}, .protection = none}}};
}

class HomeAgentBench {
  public:
    explicit HomeAgentBench(server::HomeAgentSettings settings = laboratory())
        : authenticator_(credentials_of(settings), ledger_), core(std::move(settings)) {}

    // What the home agent sends when it hears this packet.
    std::vector<Answer> hear_packet(BytesView packet) {
        const auto parsed = wire::SignallingPacket::parse(packet);
        if (!parsed) {
            return {};
        }
        return take(
            {.interface = home_link, .local = parsed->destination, .remote = parsed->source},
            *parsed);
    }
    // An update from there, with a Home Address option unless it comes from the home address.
    std::vector<Answer> hear(const Update& update, const Ipv6Address& from = care_of_a,
                             const Ipv6Address& of = home) {
        return hear_packet(written(update, from, of));
    }
    static Bytes written(const Update& update, const Ipv6Address& from = care_of_a,
                         const Ipv6Address& of = home) {
        std::vector<Extension> extensions;
        if (from != of) {
            extensions.push_back(home_address_option(of));
        }
        return packet(from, home_agent, extensions, update.header().between(of, home_agent));
    }
    // The one acknowledgement of it; throws, so that the test fails, if there is another number of
    // them.
    Answer answer(const Update& update, const Ipv6Address& from = care_of_a,
                  const Ipv6Address& of = home) {
        return only(hear(update, from, of));
    }
    static Answer only(const std::vector<Answer>& answers) {
        if (answers.size() != 1 || answers[0].type() != 6) {
            throw std::logic_error(std::to_string(answers.size()) +
                                   " answers, and not one acknowledgement");
        }
        return answers[0];
    }

    // In UDP, from this address and port (RFC 5555 §4.1): the inner packet goes between the home
    // address and the home agent's.
    std::vector<Answer> hear_in_udp(const Update& update, const Ipv6Address& outer,
                                    std::uint16_t port = 40000) {
        const Bytes inner = packet(home, home_agent, {}, update.header().between(home, home_agent));
        return hear_packet_in_udp(inner, outer, port);
    }
    std::vector<Answer> hear_packet_in_udp(BytesView inner, const Ipv6Address& outer,
                                           std::uint16_t port) {
        const auto parsed = wire::SignallingPacket::parse(inner);
        if (!parsed) {
            return {};
        }
        return take({.encapsulation = mobility::Encapsulation::udp,
                     .interface = home_link,
                     .local = ip("::ffff:203.0.113.1"),
                     .remote = outer,
                     .local_port = 4191,
                     .remote_port = port},
                    *parsed);
    }

    // Time passes, and what is due is done when it is due. What is sent meanwhile.
    std::vector<Answer> wait(mobility::Instant::duration time) {
        const mobility::Instant until = now_ + time;
        std::vector<Answer> sent;
        for (auto due = core.next_deadline(); due && *due <= until; due = core.next_deadline()) {
            now_ = std::max(now_, *due);
            append(carry_out(core.on_deadline(now_)), sent);
        }
        now_ = until;
        return sent;
    }

    std::vector<Answer> carry_out(const mobility::Actions& actions) {
        std::vector<Answer> sent;
        for (const mobility::Action& action : actions) {
            if (const auto* message = std::get_if<mobility::SendMessage>(&action)) {
                send(*message, sent);
            } else if (const auto* direct = std::get_if<mobility::DirectTunnel>(&action)) {
                tunnels_[direct->home.address] = direct->path;
            } else if (const auto* carry = std::get_if<mobility::CarryIpv4>(&action)) {
                ipv4_[carry->home.address] = carry->ipv4;
            } else if (const auto* close = std::get_if<mobility::CloseTunnel>(&action)) {
                tunnels_.erase(close->home.address);
                ipv4_.erase(close->home.address);  // nothing travels through it any more
            }
        }
        return sent;
    }

    // Where packets for a home address go; nothing if it is not bound.
    [[nodiscard]] std::optional<Ipv6Address> tunnel(const Ipv6Address& of = home) const {
        const auto found = tunnels_.find(of);
        return found == tunnels_.end() ? std::nullopt : std::optional(found->second.remote);
    }
    // Which IPv4 address travels through the tunnel of a home address; nothing if none does.
    [[nodiscard]] std::optional<wire::Ipv4Address> carried_ipv4(
        const Ipv6Address& of = home) const {
        const auto found = ipv4_.find(of);
        return found == ipv4_.end() ? std::nullopt : found->second;
    }
    // What the home agent knows of it; throws if it has no entry.
    [[nodiscard]] const server::Binding& binding() const {
        const server::Binding* entry = core.bindings().find({home}, now_);
        if (entry == nullptr) {
            throw std::logic_error("there is no binding");
        }
        return *entry;
    }
    [[nodiscard]] std::uint16_t tunnel_port() const { return tunnels_.at(home).remote_port; }
    [[nodiscard]] mobility::Instant now() const { return now_; }
    // How the last answer left.
    [[nodiscard]] const mobility::Path& last_way() const { return last_way_; }
    static constexpr mobility::InterfaceIndex home_link{3};

  private:
    std::vector<Answer> take(const mobility::Path& path, const wire::SignallingPacket& packet) {
        const auto received = authenticator_.open(path, packet);
        return received ? carry_out(core.on_received(now_, *received)) : std::vector<Answer>();
    }
    void send(const mobility::SendMessage& order, std::vector<Answer>& sent) {
        const bool is_native = order.path.encapsulation == mobility::Encapsulation::ip6;
        wire::SignallingPacket packet{.source = order.path.local, .destination = order.path.remote};
        if (!is_native) {
            packet = {.source = home_agent, .destination = order.home.address};
        } else if (order.names_home && order.path.remote != order.home.address) {
            packet.routing_header = order.home;
        }
        packet.mobility_header = authenticator_.seal(order).value();
        if (!is_native) {
            wire::write_checksum(packet.mobility_header, packet.pseudo_header());
        }
        last_way_ = order.path;
        sent.push_back(Answer::parse(packet.serialize()));
    }
    static void append(const std::vector<Answer>& more, std::vector<Answer>& all) {
        all.insert(all.end(), more.begin(), more.end());
    }
    static security::HomeAgentCredentials credentials_of(
        const server::HomeAgentSettings& settings) {
        security::HomeAgentCredentials credentials{.address = settings.address,
                                                   .own = security::key_pair(2)};
        std::uint32_t index = 0;
        for (const server::MobileNodeRecord& record : settings.mobile_nodes) {
            credentials.unprotected_peers.push_back({.id = {index++}, .home = record.home});
        }
        return credentials;
    }

    security::MemoryLedger ledger_;
    security::HomeAgentAuthenticator authenticator_;
    mobility::Instant now_ = test::noon;
    std::map<Ipv6Address, mobility::Path> tunnels_;
    std::map<Ipv6Address, std::optional<wire::Ipv4Address>> ipv4_;
    mobility::Path last_way_;

  public:
    server::HomeAgent core;
};

// One that has bound the home address to care_of_a, by sequence number 1000 unless told otherwise.
class BoundHomeAgent : public HomeAgentBench {
  public:
    explicit BoundHomeAgent(std::uint16_t sequence = 1000,
                            server::HomeAgentSettings settings = laboratory())
        : HomeAgentBench(std::move(settings)) {
        EXPECT_EQ(answer({.sequence = sequence}).status(), 0);
    }
};

}  // namespace godwit::conformance

// How many bindings a home agent registers in a second, and how much memory it keeps for each: core
// and authenticator together, in one process, without sockets. A binding idles once its mobile node
// has answered all that it was asked; the memory then is told without and with the tunnels of the
// data plane, as its two workers hold them. Moves are counted in several rounds; in between, all
// mobile nodes answer from where they are. Prints one JSON object.
//   registration_bench [BINDINGS]
//   registration_bench BINDINGS unanswered    nobody answers: the memory of new bindings
//   registration_bench BINDINGS memory        without the rates

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <random>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/core/home_agent.hpp"
#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "shared/security/home_agent_authenticator.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "shared/wire/native_signalling.hpp"

namespace godwit::bench {
namespace {

using Clock = std::chrono::steady_clock;

const wire::HomeAgentAddress home_agent{wire::Ipv6Address::parse("2001:db8:f::1").value()};
constexpr std::size_t rounds = 5;  // of moves
// Who registers at the same time, of many that are idle.
constexpr std::size_t at_once = 1000;

wire::Ipv6Address numbered(std::string_view prefix, std::uint32_t number) {
    wire::Ipv6Address address = wire::Ipv6Address::parse(prefix).value();
    for (std::size_t octet = 0; octet < 4; ++octet) {
        address.octets[15 - octet] = static_cast<std::uint8_t>(number >> (8 * octet));
    }
    return address;
}

// Octets of physical memory that this process holds.
std::size_t resident() {
    malloc_trim(0);
    std::ifstream statm("/proc/self/statm");
    std::size_t pages = 0;
    std::size_t resident_pages = 0;
    statm >> pages >> resident_pages;
    return resident_pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

struct Ledger final : security::HandshakeLedger {
    bool advance(const security::ServingKeys& /*own*/, const security::PublicKey& /*peer*/,
                 const security::Tai64n& /*time*/) override {
        return true;
    }
};

struct MobileNode {
    std::unique_ptr<security::MobileNodeAuthenticator> authenticator;
    wire::HomeAddress home;
    std::optional<mobility::SessionId> session;
    wire::SequenceNumber sequence;
};

class Bench {
  public:
    explicit Bench(std::uint32_t bindings);
    nlohmann::json measure_rates();
    nlohmann::json measure_memory();
    nlohmann::json measure_unanswered_memory();

  private:
    // The packets of one round: built before any clock runs.
    std::vector<wire::SignallingPacket> updates(const std::string& care_of_prefix);
    // `first`: the number of the first of them.
    double serve(std::span<const wire::SignallingPacket> packets, std::uint32_t first = 0);
    // Registers everybody; returns how much memory that took for each, in octets.
    double register_all(bool answered);
    [[nodiscard]] double octets_since(std::size_t before) const;
    void perform(std::uint32_t node, const mobility::Actions& actions);
    // The mobile nodes answer what they are asked through the tunnel, for as long as that.
    void answer_heartbeats(std::chrono::nanoseconds time);
    void answer(const mobility::SendMessage& request);
    void open_tunnels();
    // A home agent that has not heard of anybody yet.
    void restart_home_agent();
    void hear_answers();

    security::KeyPair home_agent_key_ = security::KeyPair::generate();
    std::vector<MobileNode> nodes_;
    std::vector<security::PublicKey> keys_;
    mobility::Instant now_{std::chrono::hours(1)};
    bool keeps_answers_ = false;
    bool notes_tunnels_ = false;
    bool answers_heartbeats_ = false;
    // Of the home agent, once the sessions have been admitted.
    std::unordered_map<wire::HomeAddress, mobility::SessionId> admitted_;
    std::unordered_map<wire::HomeAddress, mobility::Path> paths_;
    std::vector<mobility::SendMessage> requests_;
    std::unique_ptr<datapath::InboundTunnels> inbound_;
    std::unique_ptr<datapath::OutboundTunnels> outbound_;
    Ledger ledger_;
    std::unique_ptr<security::HomeAgentAuthenticator> authenticator_;
    std::unique_ptr<server::HomeAgent> core_;
    std::vector<std::pair<std::uint32_t, wire::Bytes>> answers_;
};

Bench::Bench(std::uint32_t bindings) : nodes_(bindings) {
    for (std::uint32_t number = 0; number < bindings; ++number) {
        auto key = security::KeyPair::generate();
        keys_.push_back(key.public_key());
        nodes_[number].home = {numbered("2001:db8:f:0:1::", number)};
        nodes_[number].authenticator = std::make_unique<security::MobileNodeAuthenticator>(
            security::MobileNodeCredentials{.home_agent_address = home_agent,
                                            .own = std::move(key),
                                            .home_agent = home_agent_key_.public_key()},
            [] { return security::Tai64n{}; });
    }
}

void Bench::restart_home_agent() {
    security::HomeAgentCredentials credentials{
        .address = home_agent,
        .own = security::KeyPair(security::make_secret(home_agent_key_.private_key()))};
    server::HomeAgentSettings settings{
        .address = home_agent,
        .home_prefix = wire::Prefix::parse("2001:db8:f::/64").value(),
        .checks = {.random = [random = std::mt19937()]() mutable {
            return static_cast<std::uint32_t>(random());
        }}};
    for (std::uint32_t number = 0; number < nodes_.size(); ++number) {
        credentials.protected_peers.push_back({.id = {number}, .key = keys_[number]});
        settings.mobile_nodes.push_back({std::to_string(number), nodes_[number].home});
    }
    core_ = std::make_unique<server::HomeAgent>(std::move(settings));
    authenticator_ =
        std::make_unique<security::HomeAgentAuthenticator>(std::move(credentials), ledger_);
}

std::vector<wire::SignallingPacket> Bench::updates(const std::string& care_of_prefix) {
    std::vector<wire::SignallingPacket> packets;
    for (std::uint32_t number = 0; number < nodes_.size(); ++number) {
        MobileNode& node = nodes_[number];
        const wire::CareOfAddress care_of{numbered(care_of_prefix, number)};
        node.sequence = node.sequence.next();
        const mobility::SendMessage order{
            .path = {.local = care_of.address, .remote = home_agent.address},
            .home = node.home,
            .message = wire::BindingUpdate{.sequence = node.sequence,
                                           .acknowledge = true,
                                           .home_registration = true,
                                           .lifetime = wire::Lifetime(150),
                                           .options = {wire::AlternateCareOfAddress{care_of}}},
            .seal = node.session ? mobility::Seal{mobility::InSession{*node.session}}
                                 : mobility::Seal{mobility::StartHandshake{}}};
        packets.push_back({.source = care_of.address,
                           .destination = home_agent.address,
                           .home_address_option = node.home,
                           .mobility_header = node.authenticator->seal(order).value()});
    }
    return packets;
}

// Seconds for all of them, from the packet to the sealed acknowledgement.
double Bench::serve(std::span<const wire::SignallingPacket> packets, std::uint32_t first) {
    const auto began = Clock::now();
    for (std::uint32_t index = 0; index < packets.size(); ++index) {
        const mobility::Path path{.local = home_agent.address, .remote = packets[index].source};
        const auto received = authenticator_->open(path, packets[index]);
        if (!received) {
            std::cerr << "rejected: " << security::name(received.error()) << '\n';
            std::exit(1);
        }
        perform(first + index, core_->on_received(now_, *received));
    }
    return std::chrono::duration<double>(Clock::now() - began).count();
}

void Bench::perform(std::uint32_t node, const mobility::Actions& actions) {
    for (const mobility::Action& action : actions) {
        if (const auto* message = std::get_if<mobility::SendMessage>(&action)) {
            wire::Bytes header = authenticator_->seal(*message).value();
            const bool is_answer =
                std::holds_alternative<wire::BindingAcknowledgement>(message->message);
            if (keeps_answers_ && is_answer) {
                answers_.emplace_back(node, std::move(header));
            } else if (answers_heartbeats_ && !is_answer) {
                requests_.push_back(*message);
            }
        } else if (const auto* admit = std::get_if<mobility::AdmitSession>(&action)) {
            if (notes_tunnels_) {
                admitted_[admit->home] = admit->session;
            }
        } else if (const auto* direct = std::get_if<mobility::DirectTunnel>(&action)) {
            if (notes_tunnels_) {
                paths_[direct->home] = direct->path;
            }
        } else if (const auto* end = std::get_if<mobility::EndSession>(&action)) {
            authenticator_->end(end->session);
        }
    }
}

void Bench::answer_heartbeats(std::chrono::nanoseconds time) {
    const mobility::Instant end = now_ + time;
    answers_heartbeats_ = true;
    for (auto due = std::optional(now_); due && *due <= end; due = core_->next_deadline()) {
        now_ = std::max(now_, *due);
        perform(0, core_->on_deadline(now_));
        while (!requests_.empty()) {
            for (const mobility::SendMessage& request : std::exchange(requests_, {})) {
                answer(request);
            }
        }
    }
    now_ = end;
    answers_heartbeats_ = false;
}

void Bench::answer(const mobility::SendMessage& request) {
    const auto* heartbeat = std::get_if<wire::Heartbeat>(&request.message);
    const auto session = admitted_.find(request.home);
    if (heartbeat == nullptr || session == admitted_.end()) {
        return;
    }
    const wire::PseudoHeader addresses{request.home.address, home_agent.address};
    const wire::SignallingPacket packet{
        .source = addresses.source,
        .destination = addresses.destination,
        .mobility_header = wire::serialize_mobility_header(
            wire::Heartbeat{.response = true, .sequence = heartbeat->sequence}, addresses)};
    const auto received = authenticator_->open_tunnelled(request.path, session->second, packet);
    perform(0, core_->on_received(now_, received.value()));
}

void Bench::open_tunnels() {
    inbound_ = std::make_unique<datapath::InboundTunnels>(datapath::LookUpBy::inner_destination,
                                                          home_agent);
    outbound_ = std::make_unique<datapath::OutboundTunnels>(datapath::LookUpBy::inner_destination,
                                                            home_agent);
    for (const auto& [home, session] : admitted_) {
        const auto keys = authenticator_->take_tunnel_keys(session);
        inbound_->admit(std::make_unique<datapath::SealedTunnel>(home, security::EspOpener(*keys)));
        outbound_->direct({}, std::make_unique<datapath::OutboundTunnel>(
                                  home, paths_.at(home),
                                  datapath::OutboundSeal{.session = session,
                                                         .sealer = security::EspSealer(*keys)}));
    }
}

void Bench::hear_answers() {
    for (const auto& [number, header] : std::exchange(answers_, {})) {
        MobileNode& node = nodes_[number];
        const wire::Ipv6Address care_of = numbered("2001:db8:a::", number);
        const auto received = node.authenticator->open(
            {.local = care_of, .remote = home_agent.address}, {.source = home_agent.address,
                                                               .destination = care_of,
                                                               .routing_header = node.home,
                                                               .mobility_header = header});
        node.session = mobility::session_of(std::get<0>(received.value().content).proof());
    }
}

double Bench::octets_since(std::size_t before) const {
    return static_cast<double>(resident() - before) / static_cast<double>(nodes_.size());
}

double Bench::register_all(bool answered) {
    const auto handshakes = updates("2001:db8:a::");
    restart_home_agent();
    for (const MobileNode& node : nodes_) {  // what is the bench's own is not measured
        admitted_[node.home] = {};
        paths_[node.home] = {};
    }
    notes_tunnels_ = true;
    const std::size_t before = resident();
    for (std::size_t first = 0; first < handshakes.size(); first += at_once) {
        const std::size_t count = std::min(at_once, handshakes.size() - first);
        answers_heartbeats_ = answered;
        serve(std::span(handshakes).subspan(first, count), static_cast<std::uint32_t>(first));
        if (answered) {
            answer_heartbeats({});
        }
    }
    return octets_since(before);
}

nlohmann::json Bench::measure_unanswered_memory() {
    return {{"bindings", nodes_.size()}, {"octets_per_new_binding", register_all(false)}};
}

nlohmann::json Bench::measure_memory() {
    const double idle = register_all(true);
    const std::size_t before = resident();
    open_tunnels();
    return {{"octets_per_idle_binding", idle}, {"octets_of_tunnels", octets_since(before)}};
}

nlohmann::json Bench::measure_rates() {
    restart_home_agent();
    keeps_answers_ = true;
    notes_tunnels_ = true;
    const auto handshakes = updates("2001:db8:a::");
    const double handshake_seconds = serve(handshakes);
    hear_answers();
    keeps_answers_ = false;
    notes_tunnels_ = false;
    std::vector<double> rates;
    const auto bindings = static_cast<double>(nodes_.size());
    for (std::size_t round = 0; round < rounds; ++round) {
        answer_heartbeats(std::chrono::seconds(1));
        const auto moves = updates(round % 2 == 0 ? "2001:db8:b::" : "2001:db8:a::");
        rates.push_back(bindings / serve(moves));
    }
    std::ranges::sort(rates);
    return {{"bindings", nodes_.size()},
            {"registrations_by_handshake_per_second", bindings / handshake_seconds},
            {"moves_in_session_per_second",
             {{"least", rates.front()}, {"median", rates[rounds / 2]}, {"most", rates.back()}}}};
}

}  // namespace
}  // namespace godwit::bench

int main(int count, char** arguments) {
    const std::uint32_t bindings =
        count > 1 ? static_cast<std::uint32_t>(std::stoul(arguments[1])) : 100'000;
    godwit::bench::Bench bench(bindings);
    if (const std::string_view only = count > 2 ? arguments[2] : ""; !only.empty()) {
        std::cout << (only == "memory" ? bench.measure_memory() : bench.measure_unanswered_memory())
                         .dump(2)
                  << '\n';
        return 0;
    }
    auto figures = bench.measure_memory();
    figures.update(bench.measure_rates());
    std::cout << figures.dump(2) << '\n';
}

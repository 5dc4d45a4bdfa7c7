#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/udp_header.hpp"
#include "tests/simulation/hosts.hpp"
#include "tests/support/recorder.hpp"

namespace godwit::simulation {
namespace {

std::string describe(const wire::MobilityMessage& message, const mobility::Seal& seal) {
    std::string text = "Mobility Header";
    if (const auto* update = std::get_if<wire::BindingUpdate>(&message)) {
        text = "BU " + std::to_string(update->sequence.value()) +
               (update->lifetime == wire::Lifetime::zero() ? " lifetime 0" : "");
    } else if (const auto* answer = std::get_if<wire::BindingAcknowledgement>(&message)) {
        text = "BA " + std::to_string(answer->sequence.value()) + " " + name(answer->status);
    } else if (std::holds_alternative<wire::BindingRefreshRequest>(message)) {
        text = "BRR";
    } else if (const auto* heartbeat = std::get_if<wire::Heartbeat>(&message)) {
        text = heartbeat->response ? "heartbeat answer" : "heartbeat";
    }
    constexpr std::array kinds{" (handshake)", " (handshake)", " (session)", " (unprotected)",
                               " (sealed)"};
    return text + kinds.at(seal.index());
}

mobility::Path seen_from_here(mobility::Path path) {
    std::swap(path.local, path.remote);
    std::swap(path.local_port, path.remote_port);
    return path;
}

// What some application sends: a number, in UDP.
wire::Bytes application_packet(const wire::Ipv6Address& source,
                               const wire::Ipv6Address& destination, std::uint16_t port,
                               std::uint64_t number) {
    constexpr auto payload_length = wire::UdpHeader::size + sizeof number;
    wire::Bytes packet(wire::Ipv6Header::size);
    wire::Ipv6Header{.payload_length = payload_length,
                     .next_header = wire::NextHeader::udp,
                     .source = source,
                     .destination = destination}
        .write(std::span(packet).first<wire::Ipv6Header::size>());
    wire::Writer out(packet);
    out.integer(port);
    out.integer(port);
    out.integer(static_cast<std::uint16_t>(payload_length));
    out.zeros(2);  // the checksum
    out.integer(number);
    return packet;
}

}  // namespace

Host::Host(VirtualNetwork& network, std::string name, datapath::LookUpBy look_up_by)
    : network_(network), name_(std::move(name)), look_up_by_(look_up_by) {
    start_data_plane();
}

void Host::start_data_plane() {
    data_plane_ = std::make_unique<DataPlane>(
        look_up_by_,
        [this](const Frame& frame, const std::string& text) {
            if (!network_.is_attached(frame.path.local)) {
                return false;
            }
            network_.send(name_, frame.serialize(), text);
            return true;
        },
        [this](wire::BytesView inner) { deliver(inner); });
}

void Host::receive(const wire::Bytes& packet) {
    if (is_asleep_) {
        return;
    }
    const auto frame = Frame::parse(packet);
    if (!frame) {
        ++rejected_;
    } else if (!frame->sealed_for) {
        take(authenticator().open(seen_from_here(frame->path), frame->packet));
    } else if (!data_plane_->receive(seen_from_here(frame->path), frame->sealed)) {
        ++rejected_;
    }
    settle();
}

void Host::deliver(wire::BytesView inner) {
    wire::Reader in(inner);
    in.skip(wire::Ipv6Header::size + wire::UdpHeader::size);
    delivered_.push_back(in.integer<std::uint64_t>());  // 0: it is none of send_data()
}

void Host::take(const std::expected<mobility::Received, security::Rejection>& received) {
    if (!received) {
        ++rejected_;
        network_.story.note(network_.now(), name_,
                            "rejects: " + std::string(name(received.error())));
        return;
    }
    perform(node().on_received(network_.now(), *received));
}

std::optional<std::uint64_t> Host::send_data(const wire::HomeAddress& home, std::uint16_t port) {
    const auto [source, destination] = look_up_by_ == datapath::LookUpBy::inner_source
                                           ? std::pair(home.address, test::correspondent)
                                           : std::pair(test::correspondent, home.address);
    const bool is_taken = data_plane_->send(
        network_.now(), application_packet(source, destination, port, numbered_ + 1));
    numbered_ += is_taken ? 1U : 0U;
    settle();
    return is_taken ? std::optional(numbered_) : std::nullopt;
}

void Host::perform(const mobility::Actions& actions) {
    for (const mobility::Action& action : actions) {
        perform(action);
    }
    for (const wire::HomeAddress& home : std::exchange(readings_, {})) {
        notify_traffic(home, mobility::WatchTraffic::What::reading);
    }
    settle();
}

void Host::perform(const mobility::Action& action) {
    if (const auto* message = std::get_if<mobility::SendMessage>(&action)) {
        send(*message);
    } else if (const auto* admit = std::get_if<mobility::AdmitSession>(&action)) {
        const auto keys = authenticator().take_tunnel_keys(admit->session);
        ASSERT_TRUE(keys) << "a session is admitted once, while it lives";
        test::Recorder::of_this_process().keys(*keys);
        data_plane_->admit(admit->home, *keys);
    } else if (const auto* direct = std::get_if<mobility::DirectTunnel>(&action)) {
        ASSERT_TRUE(data_plane_->direct(network_.now(), *direct))
            << "a tunnel is directed by a session that was admitted, until another takes its place";
    } else if (const auto* confirmed = std::get_if<mobility::ConfirmSession>(&action)) {
        data_plane_->send_dummy(network_.now(), confirmed->home);
    } else if (const auto* hold = std::get_if<mobility::HoldTunnel>(&action)) {
        data_plane_->hold(hold->home);
    } else if (const auto* fit = std::get_if<mobility::FitTunnel>(&action)) {
        data_plane_->fit(*fit);
    } else if (const auto* carry = std::get_if<mobility::CarryIpv4>(&action)) {
        data_plane_->carry_ipv4(*carry);
    } else if (const auto* behind = std::get_if<mobility::CarryPrefixes>(&action)) {
        data_plane_->carry_prefixes(*behind);
    } else if (const auto* route = std::get_if<mobility::RouteFlows>(&action)) {
        data_plane_->route_flows(*route);
    } else if (const auto* watched = std::get_if<mobility::WatchTraffic>(&action)) {
        if (watched->what == mobility::WatchTraffic::What::reading) {
            readings_.push_back(watched->home);
        } else {
            data_plane_->watch(*watched);
        }
    } else if (const auto* close = std::get_if<mobility::CloseTunnel>(&action)) {
        data_plane_->close(close->home);
    } else if (const auto* end = std::get_if<mobility::EndSession>(&action)) {
        data_plane_->end(end->session);
        authenticator().end(end->session);
    } else if (const auto* event = std::get_if<mobility::Event>(&action)) {
        events_.push_back(*event);
        note(events_.back());
    }
}

void Host::send(const mobility::SendMessage& order) {
    mobility::SendMessage message = order;
    if (message.tells_reception) {
        mobility::tell(data_plane_->receptions(order.home), message.message);
    }
    auto header = authenticator().seal(message);
    ASSERT_TRUE(header) << name(header.error());
    const std::string text = describe(message.message, message.seal);
    const bool is_native = message.path.encapsulation == mobility::Encapsulation::ip6;
    const bool is_sealed = std::holds_alternative<mobility::ThroughTunnel>(message.seal);
    Frame frame{.path = message.path,
                .packet = is_native && !is_sealed ? native(message) : inner(message.home)};
    if (!is_native || is_sealed) {
        wire::write_checksum(*header, frame.packet.pseudo_header());
    }
    frame.packet.mobility_header = std::move(*header);
    if (is_sealed) {
        ASSERT_TRUE(tunnels().directed.contains(message.home))
            << "heartbeats go through a sealed tunnel";
        data_plane_->send_message(network_.now(), message, frame.packet, text);
    } else {
        network_.send(name_, frame.serialize(), text);
    }
}

void Host::settle() {
    data_plane_->run(network_.now());
    read_notices();
    wake_at(control_, node().next_deadline());
    wake_at(data_, data_plane_->next_deadline());
}

// In the order of runtime::NodeRunner.
void Host::read_notices() {
    const DataPlane::Notices notices = data_plane_->take_notices();
    const auto now = [this] { return network_.now(); };
    for (const mobility::SessionId session : notices.confirmed) {
        perform(node().on_session_confirmed(now(), session));
    }
    for (const DataPlane::Message& message : notices.messages) {
        const auto packet = wire::SignallingPacket::parse(message.packet);
        if (packet) {
            take(authenticator().open_tunnelled(message.path, message.sealed_by, *packet));
        } else {
            ++rejected_;
        }
    }
    for (const auto& [session, path] : notices.moved_endpoints) {
        perform(node().on_moved_endpoint(now(), session, path));
    }
    for (const auto& [home, what] : notices.watched) {
        notify_traffic(home, what);
    }
    for (const auto& [home, outcome] : notices.resent) {
        perform(node().on_resent(now(),
                                 {.home = home, .resent = outcome.resent, .lost = outcome.lost}));
    }
}

void Host::notify_traffic(const wire::HomeAddress& home, mobility::WatchTraffic::What what) {
    perform(node().on_traffic(
        network_.now(),
        {.home = home, .what = what, .sent = tunnels().sent, .received = tunnels().received}));
}

void Host::wake_at(Alarm& alarm, const std::optional<mobility::Instant>& instant) {
    if (!instant || (alarm.at && *alarm.at <= *instant)) {
        return;
    }
    alarm.at = std::max(*instant, network_.now());
    network_.at(*alarm.at, [this, &alarm, at = *alarm.at, life = lives_] {
        if (life != lives_ || is_asleep_ || alarm.at != at) {
            return;
        }
        alarm.at.reset();
        if (const auto due = node().next_deadline(); due && *due <= network_.now()) {
            perform(node().on_deadline(network_.now()));
            expect_rest();
        } else {
            settle();
        }
    });
}

// A node that has done what was due and is due again has forgotten something, and would spin.
void Host::expect_rest() {
    if (const auto due = node().next_deadline(); due && *due <= network_.now()) {
        throw std::logic_error(name_ + " wants to be woken at once, again and again");
    }
}

void Host::fall_asleep() {
    is_asleep_ = true;
    network_.story.note(network_.now(), name_, "falls asleep");
}

void Host::wake_up() {
    is_asleep_ = false;
    control_ = data_ = {};
    network_.story.note(network_.now(), name_, "wakes up");
}

void Host::lose_state() {
    ++lives_;
    control_ = data_ = {};
    start_data_plane();
    network_.story.note(network_.now(), name_, "restarts");
}

}  // namespace godwit::simulation

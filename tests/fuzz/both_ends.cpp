#include "tests/fuzz/both_ends.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "shared/security/handshake_option.hpp"
#include "shared/wire/mobility_header.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/steady_random.hpp"
#include "tests/security/sample_keys.hpp"

namespace godwit::fuzz {
namespace {

using simulation::Frame;

constexpr std::size_t max_flying = 64;
constexpr mobility::PeerId thiefs_number{1};
const wire::Ipv6Address private_ipv4 = test::ip("::ffff:192.168.1.7");

server::HomeAgentSettings settings() {
    return {.address = test::home_agent,
            .home_prefix = test::home_prefix,
            .mobile_nodes = {{"laptop", test::home}, {"thief", Thief::home}}};
}

void write_mac1(wire::Bytes& header, const security::PublicKey& receiver) {
    for (const auto kind :
         {security::HandshakeOptionKind::initiation, security::HandshakeOptionKind::response,
          security::HandshakeOptionKind::mac1_alone}) {
        if (const auto option = security::find_handshake_option(header, kind)) {
            security::Mac1Key(receiver).write(header, *option);
        }
    }
}

// What no proof covers: the checksum, and the two macs, which show nothing but who knows a public
// key or holds a cookie.
wire::Bytes without_macs(wire::Bytes header) {
    for (const auto kind :
         {security::HandshakeOptionKind::initiation, security::HandshakeOptionKind::response,
          security::HandshakeOptionKind::mac1_alone}) {
        if (const auto option = security::find_handshake_option(header, kind)) {
            std::ranges::fill(option->mac1.in(std::span(header)), std::uint8_t{0});
            std::ranges::fill(option->mac2.in(std::span(header)), std::uint8_t{0});
        }
    }
    header.resize(std::max<std::size_t>(header.size(), 6));
    header[4] = header[5] = 0;
    return header;
}

}  // namespace

BothEnds::BothEnds()
    : home_agent_((draw_from(1), network_), settings(),
                  {security::key_pair(1).public_key(), security::key_pair(3).public_key()}),
      mobile_node_(
          network_, home_agent_,
          {.home = test::home, .home_agent = test::home_agent, .wants_other_bindings = true},
          security::key_pair(1)),
      thief_(security::key_pair(3), home_agent_.public_key()) {
    // What the hosts of the simulation assert is asked of every input too.
    GTEST_FLAG_SET(break_on_failure, true);
    home_agent_.listen_at(ipv4_of_home_agent);
    network_.run_until(test::noon);
    network_.lose_where([](const wire::Bytes&) { return true; });
    network_.watch([this](const wire::Bytes& packet) { capture(packet); });
}

void BothEnds::capture(const wire::Bytes& packet) {
    const auto frame = Frame::parse(packet);
    require(frame.has_value());
    const bool is_update = !frame->sealed_for && is_for_home_agent(*frame) &&
                           frame->packet.mobility_header.at(2) == wire::BindingUpdate::type;
    flying_.push_back({packet, is_update ? ++updates_ : 0});
    if (flying_.size() > max_flying) {
        flying_.pop_front();
    }
}

bool BothEnds::is_for_home_agent(const Frame& frame) const {
    return frame.path.remote == test::home_agent.address || frame.path.remote == ipv4_of_home_agent;
}

template <class Step>
void BothEnds::take(Mover mover, Step step, std::size_t update) {
    const Seen before = seen_by_home_agent(test::home);
    step();
    network_.run_until(network_.now());
    check_move(before, seen_by_home_agent(test::home), mover, update);
    check_rest();
}

template <class Step>
void BothEnds::take_in_vain(Step step) {
    const std::string before = believed_by_mobile_node();
    const std::string thiefs = seen_by_home_agent(Thief::home).all;
    take(Mover::nobody, step);
    require(before == believed_by_mobile_node());
    require(thiefs == seen_by_home_agent(Thief::home).all);
}

void BothEnds::arrive(const Flying& flying) {
    const auto frame = Frame::parse(flying.packet);
    const wire::Ipv6Address& to = frame->path.remote;
    if (is_for_home_agent(*frame)) {
        const Mover mover = flying.update != 0 ? Mover::newest_update : Mover::sealed_packet;
        take(mover, [&] { home_agent_.receive(flying.packet); }, flying.update);
    } else if (to == Thief::address) {
        take(Mover::nobody, [&] { thief_.take(*frame); });
    } else if (network_.is_attached(to)) {
        take(Mover::nobody, [&] { mobile_node_.receive(flying.packet); });
    }
}

void BothEnds::decide(std::size_t number, Fate fate) {
    if (flying_.empty()) {
        return;
    }
    const std::size_t index = number == newest ? flying_.size() - 1 : number % flying_.size();
    const auto place = flying_.begin() + static_cast<std::ptrdiff_t>(index);
    const Flying flying = *place;
    if (fate != Fate::delivered_and_kept) {
        flying_.erase(place);
    }
    if (fate != Fate::lost) {
        arrive(flying);
    }
}

void BothEnds::corrupt(std::size_t number, std::size_t at, std::uint8_t by, bool completed) {
    if (flying_.empty()) {
        return;
    }
    auto frame = *Frame::parse(flying_[number % flying_.size()].packet);
    const bool to_home_agent = is_for_home_agent(frame);
    if (frame.path.remote == Thief::address || by == 0) {
        return;
    }
    if (frame.sealed_for) {
        // The SPI is what a frame is looked up by; another one is nobody's.
        frame.sealed.at(at % frame.sealed.size()) ^= by;
    } else {
        wire::Bytes& header = frame.packet.mobility_header;
        const wire::Bytes was = without_macs(header);
        header.at(at % header.size()) ^= by;
        if (completed) {
            write_mac1(header, to_home_agent ? home_agent_.public_key()
                                             : security::key_pair(1).public_key());
            wire::write_checksum(header, frame.packet.pseudo_header());
        }
        if (without_macs(header) == was) {
            return;  // it says what it said
        }
    }
    const wire::Bytes packet = frame.serialize();
    take_in_vain([&] {
        if (to_home_agent) {
            home_agent_.receive(packet);
        } else if (network_.is_attached(frame.path.remote)) {
            mobile_node_.receive(packet);
        }
    });
}

void BothEnds::divert(std::size_t number) {
    if (flying_.empty()) {
        return;
    }
    auto frame = *Frame::parse(flying_[number % flying_.size()].packet);
    if (frame.sealed_for && frame.path.encapsulation == mobility::Encapsulation::udp &&
        is_for_home_agent(frame)) {
        ++frame.path.local_port;
        take(Mover::sealed_packet, [&] { home_agent_.receive(frame.serialize()); });
    }
}

void BothEnds::pass(std::chrono::nanoseconds time) {
    take(Mover::time, [&] { network_.run_for(time); });
}

void BothEnds::go_to(Place place) {
    if (is_asleep_) {
        return;
    }
    const std::vector<wire::Ipv6Address> ipv6{test::home_agent.address};
    const std::vector<wire::Ipv6Address> both{test::home_agent.address, ipv4_of_home_agent};
    places_.insert({test::care_of_a.address, test::care_of_b.address, private_ipv4});
    take(Mover::nobody, [&] {
        switch (place) {
            case Place::a:
                return mobile_node_.attach(test::care_of_a);
            case Place::b:
                return mobile_node_.attach(test::care_of_b);
            case Place::a_in_udp:
                return mobile_node_.attach_to({test::care_of_a}, ipv6);
            case Place::dual:
                return mobile_node_.attach_to({test::care_of_a, {private_ipv4}}, both);
            case Place::ipv4:
                return mobile_node_.attach_to({{private_ipv4}}, {ipv4_of_home_agent});
            case Place::both:
                return mobile_node_.attach_to({test::care_of_a, test::care_of_b}, ipv6);
            case Place::home:
                return mobile_node_.attach_home();
            case Place::nowhere:
                return mobile_node_.detach();
        }
    });
}

void BothEnds::sleep() {
    if (!std::exchange(is_asleep_, true)) {
        mobile_node_.fall_asleep();
    }
}

void BothEnds::wake() {
    if (std::exchange(is_asleep_, false)) {
        take(Mover::nobody, [&] { mobile_node_.resume(); });
    }
}

void BothEnds::restart_mobile_node() {
    if (!is_asleep_) {
        take(Mover::nobody, [&] { mobile_node_.restart(); });
    }
}

void BothEnds::restart_home_agent() {
    take(Mover::time, [&] { home_agent_.restart(); });
    require(home_agent_.core().bindings().size() == 0);
    is_thief_known_ = true;  // the configuration says so
}

void BothEnds::revoke(wire::RevocationTrigger trigger) {
    take(Mover::time, [&] {
        home_agent_.perform(home_agent_.core().revoke(network_.now(), test::home, trigger));
    });
    require(!seen_by_home_agent(test::home).is_bound);
    require(!home_agent_.tunnels().directed.contains(test::home));
}

void BothEnds::dismiss_thief() {
    is_thief_known_ = false;
    take(Mover::nobody, [&] {
        home_agent_.perform(home_agent_.core().dismiss(network_.now(), thiefs_number, {}));
    });
}

void BothEnds::admit_thief() {
    is_thief_known_ = true;
    home_agent_.core().admit(thiefs_number, {"thief", Thief::home});
}

void BothEnds::send_data(bool to_home_agent) {
    take(Mover::nobody, [&] {
        if (to_home_agent) {
            mobile_node_.send_data(test::home);
        } else {
            home_agent_.send_data(test::home);
        }
    });
}

void BothEnds::hint(wire::BytesView mobility_header, bool to_home_agent, bool in_udp) {
    if (mobility_header.empty() || places_.empty()) {
        return;
    }
    wire::Ipv6Address mobile_node = test::care_of_a.address;
    Frame frame{.path = {.local = mobile_node, .remote = test::home_agent.address}};
    frame.packet = {.source = mobile_node, .destination = test::home_agent.address};
    if (in_udp) {
        frame.path.encapsulation = mobility::Encapsulation::udp;
        frame.path.local_port = frame.path.remote_port = 4191;
        frame.packet.source = test::home.address;
    } else {
        frame.packet.home_address_option = test::home;
    }
    if (!to_home_agent) {
        std::swap(frame.path.local, frame.path.remote);
        std::swap(frame.packet.source, frame.packet.destination);
        frame.packet.routing_header = std::exchange(frame.packet.home_address_option, {});
    }
    wire::Bytes& header = frame.packet.mobility_header;
    header.assign(mobility_header.begin(), mobility_header.end());
    header.resize(header.size() < 2 ? 8 : 8 * (1U + header[1]));
    write_mac1(header,
               to_home_agent ? home_agent_.public_key() : security::key_pair(1).public_key());
    wire::write_checksum(header, frame.packet.pseudo_header());
    const wire::Bytes packet = frame.serialize();
    take_in_vain([&] {
        if (to_home_agent) {
            home_agent_.receive(packet);
        } else if (!is_asleep_) {
            mobile_node_.receive(packet);
        }
    });
}

void BothEnds::hear_thief(Input& input, bool through_tunnel) {
    const auto packet =
        through_tunnel ? thief_.tunnel(input, test::home) : thief_.speak(input, test::home);
    if (packet) {
        const std::string before = believed_by_mobile_node();
        take(Mover::nobody, [&] { home_agent_.receive(*packet); });
        require(before == believed_by_mobile_node());
    }
}

}  // namespace godwit::fuzz

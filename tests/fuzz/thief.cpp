#include "tests/fuzz/thief.hpp"

#include <algorithm>
#include <utility>

#include "shared/wire/ipv6_header.hpp"
#include "shared/wire/mobility_header.hpp"

namespace godwit::fuzz {
namespace {

constexpr std::size_t longest = 512;  // octets of options: more than any honest node sends

wire::HomeAddress some_home(std::uint8_t choice, const wire::HomeAddress& victim) {
    switch (choice % 4) {
        case 0:
            return victim;
        case 1:
            return {test::ip("2001:db8:f::77")};  // nobody's
        default:
            return Thief::home;
    }
}

wire::MobilityMessage some_message(wire::BytesView octets) {
    wire::Bytes header(octets.begin(), octets.end());
    const std::size_t length = header.size() < 2 ? 8 : 8 * (1U + header[1]);
    header.resize(length);
    wire::write_checksum(header, {});
    const auto message = wire::parse_mobility_header(header, {});
    return message ? *message : wire::MobilityMessage(wire::Heartbeat{});
}

}  // namespace

void Thief::take(const simulation::Frame& frame) {
    if (frame.sealed_for) {
        return;
    }
    mobility::Path path = frame.path;
    std::swap(path.local, path.remote);
    std::swap(path.local_port, path.remote_port);
    const auto received = authenticator_.open(path, frame.packet);
    const auto* proved = received ? std::get_if<0>(&received->content) : nullptr;
    const auto session = proved != nullptr ? mobility::session_of(proved->proof()) : std::nullopt;
    if (session && session != session_) {
        session_ = session;
        const auto keys = authenticator_.take_tunnel_keys(*session);
        sealer_.reset();
        if (keys) {
            sealer_.emplace(*keys);
        }
    }
}

mobility::Path Thief::some_path(std::uint8_t choice) const {
    const bool is_udp = (choice & 1U) != 0;
    // Anybody who may write packets may write them with somebody else's address.
    const wire::Ipv6Address& source = (choice & 2U) != 0 ? test::care_of_a.address : address;
    return {.encapsulation = is_udp ? mobility::Encapsulation::udp : mobility::Encapsulation::ip6,
            .local = source,
            .remote = test::home_agent.address,
            .local_port = is_udp ? std::uint16_t{4191} : std::uint16_t{0},
            .remote_port = is_udp ? std::uint16_t{4191} : std::uint16_t{0}};
}

wire::MobilityMessage Thief::some_update(Input& input) {
    const std::uint8_t flags = input.octet();
    wire::BindingUpdate update{.sequence = wire::SequenceNumber(++sequence_),
                               .acknowledge = (flags & 1U) == 0,
                               .home_registration = (flags & 2U) == 0,
                               .mobile_router = (flags & 4U) != 0,
                               .force_udp_encapsulation = (flags & 8U) != 0,
                               .overwrite = (flags & 16U) != 0,
                               .lifetime = wire::Lifetime{input.octet()}};
    if ((flags & 32U) != 0) {
        update.sequence = wire::SequenceNumber(input.number<std::uint16_t>());
    }
    if ((flags & 64U) != 0) {
        update.options.emplace_back(wire::AlternateCareOfAddress{{address}});
    }
    if (const auto options = wire::parse_options(input.record())) {
        update.options.insert(update.options.end(), options->begin(), options->end());
    }
    return update;
}

std::optional<wire::Bytes> Thief::speak(Input& input, const wire::HomeAddress& victim) {
    const std::uint8_t choice = input.octet();
    mobility::SendMessage order{.path = some_path(choice),
                                .home = some_home(input.octet(), victim),
                                .seal = mobility::Unprotected{}};
    order.message = (choice & 4U) != 0 ? some_message(input.record()) : some_update(input);
    if ((choice & 8U) != 0 && session_) {
        order.seal = mobility::InSession{*session_};
    } else if ((choice & 16U) == 0) {
        order.seal = mobility::StartHandshake{};
    }
    auto header = authenticator_.seal(order);
    if (!header) {
        return std::nullopt;
    }
    simulation::Frame frame{.path = order.path};
    if (order.path.encapsulation == mobility::Encapsulation::udp) {
        frame.packet = {.source = order.home.address, .destination = test::home_agent.address};
    } else {
        frame.packet = {.source = order.path.local,
                        .destination = order.path.remote,
                        .home_address_option = order.home};
    }
    wire::write_checksum(*header, frame.packet.pseudo_header());
    frame.packet.mobility_header = *std::move(header);
    return frame.serialize();
}

std::optional<wire::Bytes> Thief::tunnel(Input& input, const wire::HomeAddress& victim) {
    const std::uint8_t choice = input.octet();
    if (!sealer_) {
        return std::nullopt;
    }
    wire::SignallingPacket inner{.source = some_home(choice, victim).address,
                                 .destination = test::home_agent.address};
    inner.mobility_header = wire::serialize_mobility_header(some_message(input.record()), {});
    wire::write_checksum(inner.mobility_header, inner.pseudo_header());
    wire::Bytes octets = inner.serialize();
    if ((choice & 4U) != 0) {  // no message
        octets[6] = 17;
    }
    octets.resize(std::min(octets.size(), longest));
    wire::Bytes buffer(security::esp_headroom + octets.size() + security::esp_max_tailroom);
    std::ranges::copy(octets, buffer.begin() + security::esp_headroom);
    const auto sealed =
        sealer_->seal(buffer, security::esp_headroom, octets.size(),
                      (choice & 8U) != 0 ? wire::NextHeader::ipv4 : wire::NextHeader::ipv6);
    if (!sealed) {
        return std::nullopt;
    }
    return simulation::Frame{.path = some_path(choice >> 4U),
                             .sealed_for = {{sealer_->spi()}},
                             .packet = inner,
                             .sealed = {sealed->begin(), sealed->end()}}
        .serialize();
}

}  // namespace godwit::fuzz

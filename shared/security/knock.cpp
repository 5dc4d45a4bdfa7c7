#include "shared/security/knock.hpp"

#include <stdexcept>
#include <utility>
#include <variant>

#include "shared/mobility/node.hpp"
#include "shared/security/handshake_option.hpp"
#include "shared/security/message_authentication.hpp"
#include "shared/security/mobile_node_signalling.hpp"
#include "shared/security/signalling.hpp"
#include "shared/wire/mobility_header.hpp"
#include "shared/wire/mobility_options.hpp"

namespace godwit::security {
namespace {

constexpr std::uint32_t nobodys_spi = 1;      // those of sessions have their top bit set
constexpr wire::Lifetime least_lifetime{10};  // 40 s: if it were taken, it would be gone soon

wire::MobilityMessage update_of(const Knock& knock, const mobility::Path& path) {
    wire::BindingUpdate update{.sequence = knock.sequence,
                               .acknowledge = true,
                               .home_registration = true,
                               .lifetime = least_lifetime,
                               .options = {}};
    update.options.emplace_back(blank_handshake_option(HandshakeOptionKind::mac1_alone, 0));
    update.force_udp_encapsulation = path.encapsulation == mobility::Encapsulation::udp;
    return update;
}

std::optional<wire::BindingAcknowledgement> answer_in(const Knock& knock,
                                                      const mobility::Path& path,
                                                      const wire::SignallingPacket& packet) {
    const auto incoming = read_from_home_agent(path, packet, knock.home_agent);
    if (!incoming || incoming->addresses.home != knock.home) {
        return std::nullopt;
    }
    const auto* answer = std::get_if<wire::BindingAcknowledgement>(&incoming->message);
    return answer != nullptr && answer->status == wire::BindingStatus::authentication_failed &&
                   answer->sequence == knock.sequence
               ? std::optional(*answer)
               : std::nullopt;
}

}  // namespace

wire::SignallingPacket packet_of(const Knock& knock, const mobility::Path& path) {
    const bool is_native = path.encapsulation == mobility::Encapsulation::ip6;
    wire::SignallingPacket packet{
        .source = is_native ? path.local : knock.home.address,
        .destination = is_native ? path.remote : knock.home_agent.address,
        .home_address_option = is_native ? std::optional(knock.home) : std::nullopt,
        .routing_header = std::nullopt,
        .mobility_header = {}};
    wire::MobilityMessage message = update_of(knock, path);
    const bool is_complete = append_authentication(message, nobodys_spi);
    wire::Bytes header = wire::serialize_mobility_header(message, packet.pseudo_header());
    const auto option = find_handshake_option(header, HandshakeOptionKind::mac1_alone);
    if (!is_complete || !option) {
        throw std::logic_error("a knock lacks its options");
    }
    Mac1Key(knock.home_agent_key).write(header, *option);
    wire::write_checksum(header, packet.pseudo_header());
    packet.mobility_header = std::move(header);
    return packet;
}

bool is_answer(const Knock& knock, const mobility::Path& path,
               const wire::SignallingPacket& packet) {
    return answer_in(knock, path, packet).has_value();
}

std::optional<mobility::ObservedSource> observed_source(const Knock& knock,
                                                        const mobility::Path& path,
                                                        const wire::SignallingPacket& answer) {
    const auto acknowledgement = answer_in(knock, path, answer);
    return acknowledgement ? mobility::observed_source(acknowledgement->options) : std::nullopt;
}

}  // namespace godwit::security

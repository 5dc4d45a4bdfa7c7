#include "shared/security/home_agent_authenticator.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "shared/security/attestation.hpp"

namespace godwit::security {
namespace {

CoveredAddresses covered_addresses(const mobility::SendMessage& order) {
    return {.care_of =
                covered_care_of_address(order.message, order.path.encapsulation, order.path.remote),
            .home = order.home};
}

// Where a message came from on the outside. Natively the packet says it itself.
const wire::Ipv6Address& outer_source(const mobility::Path& path,
                                      const wire::SignallingPacket& packet) {
    return path.encapsulation == mobility::Encapsulation::udp ? path.remote : packet.source;
}

// RFC 6275 §9.5.1: without a Home Address option the source is the home address.
wire::HomeAddress home_address(const wire::SignallingPacket& packet) {
    return packet.home_address_option.value_or(wire::HomeAddress{packet.source});
}

// Only who knows our public key, and holds the key that he names, hears of it.
std::expected<mobility::Received, Rejection> tell_refused(
    const Incoming& incoming, const std::variant<Rejection, mobility::JoinRefusal>& refused) {
    if (const auto* rejection = std::get_if<Rejection>(&refused)) {
        return std::unexpected(*rejection);
    }
    return hint(incoming.path, incoming.addresses.home, mobility::Hint::Kind::join_refused,
                std::get<wire::BindingUpdate>(incoming.message).sequence,
                std::get<mobility::JoinRefusal>(refused));
}

}  // namespace

HomeAgentAuthenticator::HomeAgentAuthenticator(HomeAgentCredentials credentials,
                                               HandshakeLedger& ledger, Enrolment* enrolment,
                                               std::function<mobility::Instant()> now)
    : address_(credentials.address),
      own_(std::move(credentials.own), std::move(credentials.previous)),
      suites_(credentials.suites),
      shards_(credentials.shards),
      ledger_(ledger),
      enrolment_(enrolment) {
    if (now) {
        door_.emplace(std::move(now));
    }
    for (ProtectedPeer& peer : credentials.protected_peers) {
        add_peer(std::move(peer));
    }
    for (const UnprotectedPeer& peer : credentials.unprotected_peers) {
        unprotected_.emplace(peer.home, peer.id);
    }
}

std::expected<wire::Bytes, SealError> HomeAgentAuthenticator::seal(
    const mobility::SendMessage& order) {
    if (const auto* in_handshake = std::get_if<mobility::InHandshake>(&order.seal)) {
        return finish_handshake(order, in_handshake->session);
    }
    if (const auto* in_session = std::get_if<mobility::InSession>(&order.seal)) {
        return seal_in_session(order, in_session->session);
    }
    if (std::holds_alternative<mobility::StartHandshake>(order.seal)) {
        return std::unexpected(SealError::wrong_role);
    }
    if (!is_sealable(order)) {
        return std::unexpected(SealError::wrong_message);
    }
    return serialized(order.message, pseudo_header(order));
}

std::expected<mobility::Received, Rejection> HomeAgentAuthenticator::open(
    const mobility::Path& path, const wire::SignallingPacket& packet) {
    if (path.encapsulation == mobility::Encapsulation::udp &&
        !is_between(packet, packet.source, address_.address)) {
        return rejected(RejectionReason::malformed);
    }
    auto message = wire::parse_mobility_header(packet.mobility_header, packet.pseudo_header());
    const wire::HomeAddress home = home_address(packet);
    // RFC 6275 §9.2 wants a binding error, but not from a home agent that is silent to strangers.
    if (!message && message.error() == wire::ParseError::unknown_message_type &&
        !unprotected_.empty()) {
        return hint(path, home, mobility::Hint::Kind::unrecognized_type);
    }
    if (!message) {
        return malformed(message.error());
    }
    const wire::CareOfAddress care_of =
        covered_care_of_address(*message, path.encapsulation, outer_source(path, packet));
    Incoming incoming{
        .path = path,
        .mobility_header = packet.mobility_header,
        .message = *std::move(message),
        .addresses = {.care_of = care_of, .home = home},
        .source = {outer_source(path, packet), path.remote_port},
    };
    if (std::holds_alternative<wire::BindingUpdate>(incoming.message)) {
        const auto option =
            find_handshake_option(incoming.mobility_header, HandshakeOptionKind::initiation);
        if (option) {
            return open_initiation(incoming, *option);
        }
        if (option.error() != RejectionReason::unauthenticated) {
            return rejected(option.error());
        }
    }
    if (const auto* authentication = final_authentication(incoming.message)) {
        return open_in_session(std::move(incoming), authentication->spi);
    }
    return open_unproved(incoming);
}

std::expected<mobility::Received, Rejection> HomeAgentAuthenticator::open_tunnelled(
    const mobility::Path& path, mobility::SessionId session, const wire::SignallingPacket& packet) {
    const Session* known = sessions_.find(session);
    if (known == nullptr) {
        return rejected(RejectionReason::unknown_session);
    }
    if (!is_between(packet, packet.source, address_.address)) {
        return rejected(RejectionReason::malformed);
    }
    auto message = wire::parse_mobility_header(packet.mobility_header, packet.pseudo_header());
    if (!message) {
        return malformed(message.error());
    }
    if (!std::holds_alternative<wire::Heartbeat>(*message)) {
        return rejected(RejectionReason::not_expected);
    }
    return mobility::Received{.path = path,
                              .home = {packet.source},
                              .content = Attestation::attest(*std::move(message), known->peer,
                                                             mobility::InTunnel{session})};
}

void HomeAgentAuthenticator::end(mobility::SessionId session) {
    forget_waiting(session);
    if (const auto owner = sessions_.erase(session)) {
        Peer* peer = find_peer(*owner);
        if (peer != nullptr && peer->sessions > 0) {  // it may have been removed meanwhile
            --peer->sessions;
        }
    }
}

wire::PseudoHeader HomeAgentAuthenticator::pseudo_header(const mobility::SendMessage& order) const {
    if (goes_between_home_addresses(order)) {
        return {.source = address_.address, .destination = order.home.address};
    }
    return {.source = order.path.local,
            .destination = order.names_home ? order.home.address : order.path.remote};
}

std::expected<wire::Bytes, SealError> HomeAgentAuthenticator::finish_handshake(
    const mobility::SendMessage& order, mobility::SessionId id) {
    const auto found = waiting_.find(id);
    if (found == waiting_.end()) {
        return std::unexpected(SealError::unknown_session);
    }
    WaitingHandshake& waiting = found->second;
    Peer& peer = *waiting.peer;
    wire::MobilityMessage message = order.message;
    auto* acknowledgement = std::get_if<wire::BindingAcknowledgement>(&message);
    if (acknowledgement == nullptr) {
        return std::unexpected(SealError::wrong_message);
    }
    ResponsePayload payload{.spi = id.spi, .suite = waiting.suite};
    if (waiting.generation != own_.current().generation) {
        payload.next_home_agent_key = own_.current().pair.public_key();
    }
    const wire::Bytes answer = payload.serialize();
    acknowledgement->options.emplace_back(blank_handshake_option(
        HandshakeOptionKind::response, noise_message_2_overhead + answer.size()));
    if (!append_authentication(message, waiting.peer_spi)) {
        return std::unexpected(SealError::wrong_message);
    }
    auto written = serialized(message, pseudo_header(order));
    if (!written) {
        forget_waiting(id);
        return written;
    }
    wire::Bytes& header = *written;
    const auto option = find_handshake_option(header, HandshakeOptionKind::response);
    if (!option) {
        return std::unexpected(SealError::wrong_message);  // it had one of its own
    }
    const auto noise = waiting.noise.write(peer.identity.preshared_key, KeyPair::generate(), answer,
                                           option->noise.in(std::span(header)));
    if (!noise) {
        forget_waiting(id);
        return std::unexpected(SealError::failed_handshake);
    }
    SessionKeys keys = derive_session_keys(*noise->keys, HandshakeRole::responder, waiting.suite,
                                           id.spi, waiting.peer_spi);
    Mac1Key(peer.identity.key).write(header, *option);
    write_authenticator(keys.signalling->outbound, covered_addresses(order), header);
    wire::write_checksum(header, pseudo_header(order));
    sessions_.insert(
        id, {.peer = peer.identity.id, .peer_spi = waiting.peer_spi, .keys = std::move(keys)});
    ++peer.sessions;
    forget_waiting(id);
    return written;
}

std::expected<wire::Bytes, SealError> HomeAgentAuthenticator::seal_in_session(
    const mobility::SendMessage& order, mobility::SessionId id) const {
    const Session* session = sessions_.find(id);
    if (session == nullptr) {
        return std::unexpected(SealError::unknown_session);
    }
    wire::MobilityMessage message = order.message;
    if (!append_authentication(message, session->peer_spi)) {
        return std::unexpected(SealError::wrong_message);
    }
    auto header = serialized(message, pseudo_header(order));
    if (header) {
        write_authenticator(session->keys.signalling->outbound, covered_addresses(order), *header);
        wire::write_checksum(*header, pseudo_header(order));
    }
    return header;
}

std::expected<mobility::Received, Rejection> HomeAgentAuthenticator::open_initiation(
    const Incoming& incoming, const HandshakeOption& option) {
    const OwnKeys::Key* own = own_.addressed_by(incoming.mobility_header, option);
    if (own == nullptr) {
        return rejected(RejectionReason::bad_mac1);
    }
    if (door_) {
        if (auto entered =
                door_->enter(own->cookie, incoming.mobility_header, option, incoming.source);
            !entered) {
            return std::unexpected(std::move(entered).error());
        }
    }
    const wire::BytesView message_1 = option.noise.in(incoming.mobility_header);
    auto noise = NoiseResponder::read_initiator(
        NoisePattern::ik_psk2,
        handshake_prologue(incoming.addresses, incoming.mobility_header, option), own->pair,
        message_1);
    if (!noise) {
        return rejected(RejectionReason::bad_handshake);
    }
    const PublicKey key = noise->initiator();
    Peer* peer = find_peer(key);
    if (peer == nullptr && enrolment_ == nullptr) {
        return rejected(RejectionReason::unknown_peer);
    }
    const auto octets = noise->read_payload(
        own->pair, peer != nullptr ? static_static(*peer, *own) : nullptr, message_1);
    if (!octets) {
        return rejected(RejectionReason::bad_handshake);
    }
    const auto payload = InitiationPayload::parse(*octets);
    if (!payload) {
        return malformed(payload.error());
    }
    const auto admitted = admit(key, *own, *std::move(noise), *payload, incoming.addresses.home);
    if (!admitted) {
        return tell_refused(incoming, admitted.error());
    }
    return mobility::Received{
        .path = incoming.path,
        .home = incoming.addresses.home,
        .content = Attestation::attest(incoming.message, admitted->peer,
                                       mobility::InHandshake{admitted->session})};
}

std::expected<mobility::Received, Rejection> HomeAgentAuthenticator::open_in_session(
    Incoming&& incoming, std::uint32_t spi) const {
    const auto session = proving_session(sessions_, spi, incoming);
    if (!session) {
        if (session.error() == RejectionReason::unknown_session &&
            hints_at_unknown_session(incoming)) {
            return hint(incoming.path, incoming.addresses.home,
                        mobility::Hint::Kind::unknown_session,
                        std::get<wire::BindingUpdate>(incoming.message).sequence);
        }
        return rejected(session.error());
    }
    return mobility::Received{
        .path = incoming.path,
        .home = incoming.addresses.home,
        .content = Attestation::attest(std::move(incoming.message), (*session)->peer,
                                       mobility::InSession{{spi}})};
}

std::expected<mobility::Received, Rejection> HomeAgentAuthenticator::open_unproved(
    const Incoming& incoming) const {
    const auto peer = unprotected_.find(incoming.addresses.home);
    if (peer == unprotected_.end()) {
        const auto* update = std::get_if<wire::BindingUpdate>(&incoming.message);
        if (unprotected_.empty() || update == nullptr) {
            return rejected(RejectionReason::unauthenticated);
        }
        // In a laboratory even strangers hear why they are refused (RFC 6275 §10.3.1).
        return hint(incoming.path, incoming.addresses.home, mobility::Hint::Kind::unknown_home,
                    update->sequence);
    }
    return mobility::Received{
        .path = incoming.path,
        .home = incoming.addresses.home,
        .content = Attestation::attest(incoming.message, peer->second, mobility::Unproven{})};
}

// Only somebody who knows our public key learns that we are here.
bool HomeAgentAuthenticator::hints_at_unknown_session(const Incoming& incoming) const {
    if (!std::holds_alternative<wire::BindingUpdate>(incoming.message)) {
        return false;
    }
    const auto option =
        find_handshake_option(incoming.mobility_header, HandshakeOptionKind::mac1_alone);
    return option && own_.addressed_by(incoming.mobility_header, *option) != nullptr;
}

}  // namespace godwit::security

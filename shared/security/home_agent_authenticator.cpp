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

}  // namespace

HomeAgentAuthenticator::HomeAgentAuthenticator(HomeAgentCredentials credentials,
                                               HandshakeLedger& ledger)
    : address_(credentials.address),
      own_(std::move(credentials.own)),
      suites_(credentials.suites),
      ledger_(ledger),
      mac1_inbound_(own_.public_key()) {
    for (ProtectedPeer& peer : credentials.protected_peers) {
        const PublicKey key = peer.key;
        const std::uint32_t index = peer.id.index;
        const auto entry = peers_.try_emplace(key, Peer{.identity = std::move(peer)}).first;
        peers_by_id_.emplace(index, &entry->second);
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
    return wire::serialize_mobility_header(order.message, pseudo_header(order));
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
    const Incoming incoming{
        .path = path,
        .mobility_header = packet.mobility_header,
        .message = *std::move(message),
        .addresses = {.care_of = care_of, .home = home},
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
        return open_in_session(incoming, authentication->spi);
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
        --peers_by_id_.at(owner->index)->sessions;
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
    acknowledgement->options.emplace_back(blank_handshake_option(
        HandshakeOptionKind::response, noise_message_2_overhead + ResponsePayload::length));
    wire::Bytes header;
    if (append_authentication(message, waiting.peer_spi)) {
        header = wire::serialize_mobility_header(message, pseudo_header(order));
    }
    const auto option = find_handshake_option(header, HandshakeOptionKind::response);
    if (!option) {
        return std::unexpected(SealError::wrong_message);  // it had one of its own
    }
    const ResponsePayload payload{.spi = id.spi, .suite = waiting.suite};
    const auto noise =
        waiting.noise.write(peer.identity.preshared_key, KeyPair::generate(), payload.serialize(),
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
    return header;
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
    wire::Bytes header = wire::serialize_mobility_header(message, pseudo_header(order));
    write_authenticator(session->keys.signalling->outbound, covered_addresses(order), header);
    wire::write_checksum(header, pseudo_header(order));
    return header;
}

std::expected<mobility::Received, Rejection> HomeAgentAuthenticator::open_initiation(
    const Incoming& incoming, const HandshakeOption& option) {
    if (!mac1_inbound_.is_right(incoming.mobility_header, option)) {
        return rejected(RejectionReason::bad_mac1);
    }
    if (!is_mac2_zero(incoming.mobility_header, option)) {
        return rejected(RejectionReason::bad_mac2);
    }
    const wire::BytesView message_1 = option.noise.in(incoming.mobility_header);
    auto noise = NoiseResponder::read_initiator(
        NoisePattern::ik_psk2,
        handshake_prologue(incoming.addresses, incoming.mobility_header, option), own_, message_1);
    if (!noise) {
        return rejected(RejectionReason::bad_handshake);
    }
    const auto found = peers_.find(noise->initiator());
    if (found == peers_.end()) {
        return rejected(RejectionReason::unknown_peer);
    }
    Peer& peer = found->second;
    if (!peer.static_static) {
        peer.static_static = own_.shared_secret(peer.identity.key);
    }
    const auto octets = noise->read_payload(own_, peer.static_static.get(), message_1);
    if (!octets) {
        return rejected(RejectionReason::bad_handshake);
    }
    const auto payload = InitiationPayload::parse(*octets);
    if (!payload) {
        return malformed(payload.error());
    }
    const auto session = admit(peer, *std::move(noise), *payload);
    if (!session) {
        return rejected(session.error());
    }
    return mobility::Received{.path = incoming.path,
                              .home = incoming.addresses.home,
                              .content = Attestation::attest(incoming.message, peer.identity.id,
                                                             mobility::InHandshake{*session})};
}

// The ledger is asked last: what is on record can only be taken.
std::expected<mobility::SessionId, RejectionReason> HomeAgentAuthenticator::admit(
    Peer& peer, NoiseResponder noise, const InitiationPayload& payload) {
    const auto suite = payload.suites.common_with(suites_).best();
    if (!suite) {
        return std::unexpected(RejectionReason::no_common_suite);
    }
    if (peer.sessions >= max_sessions) {
        return std::unexpected(RejectionReason::too_many_sessions);
    }
    if (!ledger_.advance(peer.identity.id, payload.timestamp)) {
        return std::unexpected(RejectionReason::stale_timestamp);
    }
    if (peer.waiting.size() == max_waiting) {
        forget_waiting(peer.waiting.front());
    }
    const mobility::SessionId id = fresh_session_id();
    waiting_.emplace(
        id,
        WaitingHandshake{
            .peer = &peer, .noise = std::move(noise), .suite = *suite, .peer_spi = payload.spi});
    peer.waiting.push_back(id);
    return id;
}

std::expected<mobility::Received, Rejection> HomeAgentAuthenticator::open_in_session(
    const Incoming& incoming, std::uint32_t spi) const {
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
    return mobility::Received{.path = incoming.path,
                              .home = incoming.addresses.home,
                              .content = Attestation::attest(incoming.message, (*session)->peer,
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
    return option && mac1_inbound_.is_right(incoming.mobility_header, *option);
}

mobility::SessionId HomeAgentAuthenticator::fresh_session_id() const {
    mobility::SessionId id;
    do {
        id = random_session_id();
    } while (sessions_.contains(id) || waiting_.contains(id));
    return id;
}

void HomeAgentAuthenticator::forget_waiting(mobility::SessionId session) {
    if (const auto found = waiting_.find(session); found != waiting_.end()) {
        std::erase(found->second.peer->waiting, session);
        waiting_.erase(found);
    }
}

}  // namespace godwit::security

#include "shared/security/mobile_node_authenticator.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include "shared/security/attestation.hpp"
#include "shared/security/handshake_payload.hpp"

namespace godwit::security {
namespace {

CoveredAddresses covered_addresses(const mobility::SendMessage& order) {
    return {.care_of =
                covered_care_of_address(order.message, order.path.encapsulation, order.path.local),
            .home = order.home};
}

}  // namespace

MobileNodeAuthenticator::MobileNodeAuthenticator(MobileNodeCredentials credentials,
                                                 std::function<Tai64n()> time)
    : credentials_(std::move(credentials)),
      time_(std::move(time)),
      static_static_(credentials_.own.shared_secret(credentials_.home_agent)),
      mac1_outbound_(credentials_.home_agent),
      mac1_inbound_(credentials_.own.public_key()),
      cookie_key_(credentials_.home_agent) {
    if (!static_static_) {
        throw std::runtime_error("the home agent's public key " + credentials_.home_agent.text() +
                                 " is no key to agree with");
    }
}

std::expected<wire::Bytes, SealError> MobileNodeAuthenticator::seal(
    const mobility::SendMessage& order) {
    if (std::holds_alternative<mobility::StartHandshake>(order.seal)) {
        return start_handshake(order);
    }
    if (const auto* in_session = std::get_if<mobility::InSession>(&order.seal)) {
        return seal_in_session(order, in_session->session);
    }
    if (std::holds_alternative<mobility::InHandshake>(order.seal)) {
        return std::unexpected(SealError::wrong_role);
    }
    if (!is_sealable(order)) {
        return std::unexpected(SealError::wrong_message);
    }
    return serialized(order.message, pseudo_header(order));
}

std::expected<mobility::Received, Rejection> MobileNodeAuthenticator::open(
    const mobility::Path& path, const wire::SignallingPacket& packet) {
    const auto incoming = read_from_home_agent(path, packet, credentials_.home_agent_address);
    if (!incoming) {
        return hint_from_home_agent(path, packet, incoming.error());
    }
    if (std::holds_alternative<wire::BindingAcknowledgement>(incoming->message)) {
        const auto option =
            find_handshake_option(incoming->mobility_header, HandshakeOptionKind::response);
        if (option) {
            return open_response(*incoming, *option);
        }
        if (option.error() != RejectionReason::unauthenticated) {
            return rejected(option.error());
        }
    }
    if (const auto* message = std::get_if<wire::ExperimentalMessage>(&incoming->message)) {
        return open_cookie_reply(*incoming, *message);
    }
    if (const auto* authentication = final_authentication(incoming->message)) {
        return open_in_session(*incoming, authentication->spi);
    }
    return hint_from_home_agent(*incoming);
}

std::expected<mobility::Received, Rejection> MobileNodeAuthenticator::open_tunnelled(
    const mobility::Path& path, mobility::SessionId session, const wire::SignallingPacket& packet) {
    if (!sessions_.contains(session)) {
        return rejected(RejectionReason::unknown_session);
    }
    if (!is_between(packet, credentials_.home_agent_address.address, packet.destination)) {
        return rejected(RejectionReason::malformed);
    }
    auto message = wire::parse_mobility_header(packet.mobility_header, packet.pseudo_header());
    if (!message) {
        return malformed(message.error());
    }
    if (!std::holds_alternative<wire::Heartbeat>(*message)) {
        return rejected(RejectionReason::not_expected);
    }
    return mobility::Received{
        .path = path,
        .home = {packet.destination},
        .content = Attestation::attest(*std::move(message), {}, mobility::InTunnel{session})};
}

void MobileNodeAuthenticator::end(mobility::SessionId session) {
    sessions_.erase(session);
}

std::expected<wire::Bytes, SealError> MobileNodeAuthenticator::start_handshake(
    const mobility::SendMessage& order) {
    const auto* update = std::get_if<wire::BindingUpdate>(&order.message);
    if (update == nullptr) {
        return std::unexpected(SealError::wrong_message);
    }
    last_time_ = std::max(time_(), last_time_.next());
    const mobility::SessionId session = fresh_session_id();
    InitiationPayload payload{
        .timestamp = last_time_, .spi = session.spi, .suites = credentials_.suites};
    if (credentials_.invite) {
        payload.join = {.invite = *credentials_.invite,
                        .proof = join_proof(credentials_.preshared_key,
                                            credentials_.own.public_key(), last_time_)};
    }
    const wire::Bytes message = payload.serialize();

    wire::BindingUpdate sealed = *update;
    sealed.options.emplace_back(blank_handshake_option(HandshakeOptionKind::initiation,
                                                       noise_message_1_overhead + message.size()));
    auto written = serialized(sealed, pseudo_header(order));
    if (!written) {
        return written;
    }
    wire::Bytes& header = *written;
    const auto option = find_handshake_option(header, HandshakeOptionKind::initiation);
    if (!option) {
        return std::unexpected(SealError::wrong_message);  // it had one of its own
    }
    auto noise = NoiseInitiator::write(
        NoisePattern::ik_psk2, handshake_prologue(covered_addresses(order), header, *option),
        credentials_.own, KeyPair::generate(), credentials_.home_agent, static_static_.get(),
        message, option->noise.in(std::span(header)));
    if (!noise) {
        return std::unexpected(SealError::failed_handshake);
    }
    mac1_outbound_.write(header, *option);
    if (const Cookie* cookie = cookies_.find(order.path)) {
        write_mac2(*cookie, header, *option);
    }
    wire::write_checksum(header, pseudo_header(order));
    if (pending_.size() == max_pending) {
        pending_.erase(pending_.begin());
    }
    pending_.push_back(
        {session, order.home, update->sequence, *std::move(noise), order.path, Mac{}});
    std::ranges::copy(option->mac1.in(std::span(header)), pending_.back().mac1.begin());
    return written;
}

std::expected<wire::Bytes, SealError> MobileNodeAuthenticator::seal_in_session(
    const mobility::SendMessage& order, mobility::SessionId id) {
    const Session* session = sessions_.find(id);
    if (session == nullptr) {
        return std::unexpected(SealError::unknown_session);
    }
    wire::MobilityMessage message = order.message;
    auto* update = std::get_if<wire::BindingUpdate>(&message);
    if (update != nullptr) {
        update->options.emplace_back(blank_handshake_option(HandshakeOptionKind::mac1_alone, 0));
    }
    if (!append_authentication(message, session->peer_spi)) {
        return std::unexpected(SealError::wrong_message);
    }
    auto written = serialized(message, pseudo_header(order));
    if (!written) {
        return written;
    }
    wire::Bytes& header = *written;
    if (update != nullptr) {
        const auto option = find_handshake_option(header, HandshakeOptionKind::mac1_alone);
        if (!option) {
            return std::unexpected(SealError::wrong_message);
        }
        mac1_outbound_.write(header, *option);
    }
    write_authenticator(session->keys.signalling->outbound, covered_addresses(order), header);
    wire::write_checksum(header, pseudo_header(order));
    return written;
}

std::expected<mobility::Received, Rejection> MobileNodeAuthenticator::open_response(
    const Incoming& incoming, const HandshakeOption& option) {
    if (!mac1_inbound_.is_right(incoming.mobility_header, option)) {
        return rejected(RejectionReason::bad_mac1);
    }
    const auto* authentication = final_authentication(incoming.message);
    if (authentication == nullptr) {
        return rejected(RejectionReason::malformed);
    }
    // By the SPI: the sequence number of a refusal need not be the update's (RFC 6275 §9.5.1).
    const auto pending = std::ranges::find(pending_, mobility::SessionId{authentication->spi},
                                           &PendingHandshake::session);
    if (pending == pending_.end() || pending->home != incoming.addresses.home) {
        return rejected(RejectionReason::not_expected);
    }
    const auto finished = pending->noise.read(credentials_.own, credentials_.preshared_key,
                                              option.noise.in(incoming.mobility_header));
    if (!finished) {
        return rejected(RejectionReason::bad_handshake);
    }
    const auto payload = ResponsePayload::parse(finished->payload);
    if (!payload) {
        return malformed(payload.error());
    }
    if (!all_suites.contains(payload->suite) || !credentials_.suites.contains(payload->suite)) {
        return rejected(RejectionReason::no_common_suite);
    }
    const mobility::SessionId id = pending->session;
    SessionKeys keys = derive_session_keys(*finished->session.keys, HandshakeRole::initiator,
                                           payload->suite, id.spi, payload->spi);
    if (!has_right_authenticator(keys.signalling->inbound, incoming.addresses,
                                 incoming.mobility_header)) {
        return rejected(RejectionReason::bad_authenticator);
    }
    sessions_.insert(id, {.peer = {}, .peer_spi = payload->spi, .keys = std::move(keys)});
    forget_handshakes_up_to(pending->home, pending->sequence);
    if (payload->next_home_agent_key) {
        take_next_key(*payload->next_home_agent_key);
    }
    return mobility::Received{
        .path = incoming.path,
        .home = incoming.addresses.home,
        .content = Attestation::attest(incoming.message, {}, mobility::InHandshake{id})};
}

// A cookie for an update that this end has sent; anything else may be anybody's.
std::expected<mobility::Received, Rejection> MobileNodeAuthenticator::open_cookie_reply(
    const Incoming& incoming, const wire::ExperimentalMessage& message) {
    const auto reply = CookieReply::parse(message);
    if (!reply) {
        return rejected(RejectionReason::unauthenticated);
    }
    for (PendingHandshake& pending : pending_) {
        if (pending.has_cookie || pending.home != incoming.addresses.home) {
            continue;
        }
        if (const auto cookie = cookie_key_.open(*reply, pending.mac1)) {
            pending.has_cookie = true;
            cookies_.put(pending.path, *cookie);
            return hint(incoming.path, pending.home, mobility::Hint::Kind::cookie_given,
                        pending.sequence);
        }
    }
    return rejected(RejectionReason::not_expected);
}

std::expected<mobility::Received, Rejection> MobileNodeAuthenticator::open_in_session(
    const Incoming& incoming, std::uint32_t spi) const {
    const auto session = proving_session(sessions_, spi, incoming);
    if (!session) {
        return rejected(session.error());
    }
    return mobility::Received{.path = incoming.path,
                              .home = incoming.addresses.home,
                              .content = Attestation::attest(incoming.message, (*session)->peer,
                                                             mobility::InSession{{spi}})};
}

// Handshakes that are under way do not need the home agent's key any more.
void MobileNodeAuthenticator::take_next_key(const PublicKey& next) {
    auto static_static = credentials_.own.shared_secret(next);
    if (next == credentials_.home_agent || !static_static || !credentials_.on_next_key ||
        !credentials_.on_next_key(next)) {
        return;
    }
    credentials_.home_agent = next;
    static_static_ = std::move(static_static);
    mac1_outbound_ = Mac1Key(next);
    cookie_key_ = CookieKey(next);
}

mobility::SessionId MobileNodeAuthenticator::fresh_session_id() const {
    mobility::SessionId id;
    do {
        id = random_session_id();
    } while (sessions_.contains(id) ||
             std::ranges::find(pending_, id, &PendingHandshake::session) != pending_.end());
    return id;
}

void MobileNodeAuthenticator::forget_handshakes_up_to(wire::HomeAddress home,
                                                      wire::SequenceNumber sequence) {
    std::erase_if(pending_, [&](const PendingHandshake& pending) {
        return pending.home == home && !pending.sequence.is_newer_than(sequence);
    });
}

}  // namespace godwit::security

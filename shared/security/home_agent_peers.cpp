// Which mobile nodes a home agent knows, and how one becomes known.

#include <utility>

#include "shared/security/home_agent_authenticator.hpp"

namespace godwit::security {

void HomeAgentAuthenticator::add_peer(ProtectedPeer peer) {
    if (const Peer* same_key = find_peer(peer.key)) {
        remove_peer(same_key->identity.id);
    }
    remove_peer(peer.id);
    const PublicKey key = peer.key;
    const std::uint32_t index = peer.id.index;
    const auto entry = peers_.emplace(key, Peer{.identity = std::move(peer)}).first;
    peers_by_id_.emplace(index, &entry->second);
}

void HomeAgentAuthenticator::remove_peer(mobility::PeerId id) {
    const Peer* peer = find_peer(id);
    if (peer == nullptr) {
        return;
    }
    for (const mobility::SessionId session : peer->waiting) {
        waiting_.erase(session);
    }
    const PublicKey key = peer->identity.key;
    peers_by_id_.erase(id.index);
    peers_.erase(key);
}

HomeAgentAuthenticator::Peer* HomeAgentAuthenticator::find_peer(const PublicKey& key) {
    const auto found = peers_.find(key);
    return found != peers_.end() ? &found->second : nullptr;
}

HomeAgentAuthenticator::Peer* HomeAgentAuthenticator::find_peer(mobility::PeerId id) {
    const auto found = peers_by_id_.find(id.index);
    return found != peers_by_id_.end() ? found->second : nullptr;
}

const KeyOctets* HomeAgentAuthenticator::static_static(Peer& peer, const OwnKeys::Key& own) {
    if (peer.static_static_of != own.generation) {
        peer.static_static = own.pair.shared_secret(peer.identity.key);
        peer.static_static_of = own.generation;
    }
    return peer.static_static.get();
}

// The enrolment is asked last: it spends the invite.
std::expected<HomeAgentAuthenticator::Peer*, HomeAgentAuthenticator::Refused>
HomeAgentAuthenticator::join(const PublicKey& key, const InitiationPayload& payload) {
    if (!payload.join) {
        return std::unexpected(Rejection{RejectionReason::unknown_peer});
    }
    const PresharedKey* secret = enrolment_->secret(payload.join->invite);
    if (secret == nullptr) {
        return std::unexpected(JoinRefusal::unknown_invite);
    }
    if (!is_equal(join_proof(*secret, key, payload.timestamp), payload.join->proof)) {
        return std::unexpected(Rejection{RejectionReason::bad_join_proof});
    }
    // A copy, since what the enrolment has may be another one once the invite is spent.
    PresharedKey preshared_key(make_secret(secret->octets()));
    const auto id = enrolment_->join(payload.join->invite, key);
    if (!id) {
        return std::unexpected(id.error());
    }
    add_peer({.id = *id, .key = key, .preshared_key = std::move(preshared_key)});
    return find_peer(*id);
}

// The ledger is asked last: what is on record can only be taken.
std::expected<HomeAgentAuthenticator::Admitted, HomeAgentAuthenticator::Refused>
HomeAgentAuthenticator::admit(const PublicKey& key, const OwnKeys::Key& own, NoiseResponder noise,
                              const InitiationPayload& payload, const wire::HomeAddress& home) {
    const auto suite = payload.suites.common_with(suites_).best();
    if (!suite) {
        return std::unexpected(Rejection{RejectionReason::no_common_suite});
    }
    Peer* peer = find_peer(key);
    if (peer == nullptr) {
        const auto joined = join(key, payload);
        if (!joined) {
            return std::unexpected(joined.error());
        }
        peer = *joined;
    }
    if (peer->sessions + peer->waiting.size() >= max_sessions) {
        return std::unexpected(Rejection{RejectionReason::too_many_sessions});
    }
    if (!ledger_.advance(own_.serving(own), peer->identity.key, payload.timestamp)) {
        return std::unexpected(ledger_.is_durable() ? JoinRefusal::stale_clock
                                                    : JoinRefusal::not_durable);
    }
    if (peer->waiting.size() == max_waiting) {
        forget_waiting(peer->waiting.front());
    }
    const mobility::SessionId session = fresh_session_id(home);
    waiting_.emplace(session, WaitingHandshake{.peer = peer,
                                               .noise = std::move(noise),
                                               .suite = *suite,
                                               .peer_spi = payload.spi,
                                               .generation = own.generation});
    peer->waiting.push_back(session);
    return Admitted{.peer = peer->identity.id, .session = session};
}

mobility::SessionId HomeAgentAuthenticator::fresh_session_id(const wire::HomeAddress& home) const {
    mobility::SessionId id;
    do {
        id = random_session_id();
    } while (shards_.of(id) != shards_.of(home) || sessions_.contains(id) || waiting_.contains(id));
    return id;
}

void HomeAgentAuthenticator::forget_waiting(mobility::SessionId session) {
    if (const auto found = waiting_.find(session); found != waiting_.end()) {
        std::vector<mobility::SessionId>& waiting = found->second.peer->waiting;
        std::erase(waiting, session);
        if (waiting.empty()) {
            waiting = {};  // most have none, and there are many peers
        }
        waiting_.erase(found);
    }
}

}  // namespace godwit::security

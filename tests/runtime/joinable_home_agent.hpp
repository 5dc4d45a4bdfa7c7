#pragma once
// A home agent on loopback that takes whoever may join, and nothing else: the real authenticator,
// without a core behind it.

#include <array>
#include <atomic>
#include <chrono>
#include <span>
#include <thread>
#include <variant>
#include <vector>

#include "shared/platform/udp_tunnel_socket.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/security/home_agent_authenticator.hpp"
#include "shared/security/invite.hpp"
#include "shared/wire/native_signalling.hpp"
#include "tests/security/memory_enrolment.hpp"
#include "tests/security/memory_ledger.hpp"
#include "tests/security/sample_keys.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::tests {

class JoinableHomeAgent {
  public:
    JoinableHomeAgent() {
        enrolment_.add(invite_id, {.secret = security::preshared_key(9), .peer = {0}});
        for (const int descriptor : socket_.descriptors()) {
            watches_.push_back(loop_.on_readable(descriptor, [this] { read(); }));
        }
    }
    JoinableHomeAgent(const JoinableHomeAgent&) = delete;
    JoinableHomeAgent& operator=(const JoinableHomeAgent&) = delete;
    ~JoinableHomeAgent() { stop(); }

    void start() {
        thread_ = std::thread([this] { loop_.run(); });
    }
    // After this, what it has seen can be looked at.
    void stop() {
        if (thread_.joinable()) {
            runtime::asio::post(loop_.context(), [this] { loop_.stop(); });
            thread_.join();
        }
    }
    void refuse(mobility::JoinRefusal refusal) { enrolment_.refuse(invite_id, refusal); }
    void refuse(wire::BindingStatus status) { status_ = status; }
    // Its answers get lost, and somebody else refuses in its name; or no more. While it runs, too.
    void lose_answers(bool are_lost) { are_answers_lost_ = are_lost; }

    [[nodiscard]] security::Invite invite() const {
        return {.home_agent_key = security::key_pair(2).public_key(),
                .home_agent = test::home_agent,
                .endpoints = {"127.0.0.1"},
                .ports = {socket_.port()},
                .client = "laptop",
                .home = test::home,
                .id = invite_id,
                .secret = security::preshared_key(9),
                // 2100: these tests do not mean the clock
                .expires = std::chrono::sys_seconds(std::chrono::seconds(4'102'444'800))};
    }
    [[nodiscard]] std::optional<security::PublicKey> joined() const {
        return enrolment_.spent_by(invite_id);
    }
    // Of the binding updates that were taken, in their order.
    [[nodiscard]] const std::vector<wire::Lifetime>& lifetimes() const { return lifetimes_; }

  private:
    static inline const security::InviteId invite_id{{1, 2, 3, 4, 5, 6, 7, 8}};

    void read() {
        std::array<std::uint8_t, 4096> buffer{};
        platform::TunnelArrival arrival{.buffer = buffer};
        while (socket_.receive({&arrival, 1}).value_or(0) == 1) {
            const auto packet = wire::SignallingPacket::parse(arrival.payload);
            const auto received =
                packet ? std::optional(authenticator_.open(arrival.path, *packet)) : std::nullopt;
            if (received && *received) {
                answer(**received);
            }
        }
    }
    void answer(const mobility::Received& received) {
        wire::BindingAcknowledgement acknowledgement{.status = status_, .options = {}};
        mobility::Seal seal = mobility::Unprotected{};
        if (const auto* hint = std::get_if<mobility::Hint>(&received.content)) {
            make_bare(acknowledgement, hint->sequence, hint->refusal);
        } else {
            const auto& message = std::get<0>(received.content);
            const auto& update = std::get<wire::BindingUpdate>(message.message());
            lifetimes_.push_back(update.lifetime);
            acknowledgement.sequence = update.sequence;
            acknowledgement.lifetime = update.lifetime;
            if (are_answers_lost_) {
                make_bare(acknowledgement, update.sequence, mobility::JoinRefusal::expired_invite);
            } else if (const auto* in = std::get_if<mobility::InHandshake>(&message.proof())) {
                seal = *in;
            } else {
                seal = std::get<mobility::InSession>(message.proof());
            }
        }
        const auto header = authenticator_.seal({.path = received.path,
                                                 .home = received.home,
                                                 .message = acknowledgement,
                                                 .seal = seal});
        const wire::Bytes packet = wire::SignallingPacket{.source = test::home_agent.address,
                                                          .destination = received.home.address,
                                                          .mobility_header = header.value()}
                                       .serialize();
        const platform::TunnelDeparture departure{.payload = packet, .path = received.path};
        (void)socket_.send({&departure, 1});
    }

    // What anybody could say.
    static void make_bare(wire::BindingAcknowledgement& acknowledgement,
                          wire::SequenceNumber sequence, mobility::JoinRefusal refusal) {
        acknowledgement.status = wire::BindingStatus::administratively_prohibited;
        acknowledgement.sequence = sequence;
        acknowledgement.lifetime = wire::Lifetime::zero();
        acknowledgement.options.emplace_back(mobility::to_option(refusal));
    }

    std::atomic<bool> are_answers_lost_ = false;
    wire::BindingStatus status_ = wire::BindingStatus::accepted;
    std::vector<wire::Lifetime> lifetimes_;
    security::MemoryLedger ledger_;
    security::MemoryEnrolment enrolment_;
    security::HomeAgentAuthenticator authenticator_{
        {.address = test::home_agent, .own = security::key_pair(2)}, ledger_, &enrolment_};
    platform::UdpTunnelSocket socket_{platform::UdpTunnelSocket::Options{}};
    runtime::EventLoop loop_;
    std::vector<runtime::EventLoop::Watch> watches_;
    std::thread thread_;
};

}  // namespace godwit::tests

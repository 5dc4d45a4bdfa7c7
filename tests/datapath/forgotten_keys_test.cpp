// A worker that is told that a tunnel has ended keeps nothing of its keys, although another thread
// destroys what it gives back.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "shared/security/keys.hpp"
#include "tests/datapath/tunnel_ends.hpp"
#include "tests/support/memory_search.hpp"

namespace godwit::datapath {
namespace {

using testing::IsEmpty;
using testing::Not;

class ForgottenKeys : public testing::TestWithParam<security::Suite> {
  protected:
    using Keys = security::Secret<security::TunnelKeys>;

    // The home agent's end of a session that nobody else has.
    [[nodiscard]] Keys new_keys() {
        auto keys = security::make_secret<security::TunnelKeys>();
        keys->suite = GetParam();
        keys->inbound_spi = 0x8000'0001U;
        keys->outbound_spi = 0x8000'0002U;
        for (auto* key : {&keys->inbound.key, &keys->outbound.key}) {
            *key = security::KeyPair::generate().private_key();
            search_.look_for("tunnel key", *key);
        }
        return keys;
    }
    // In another thread, as the control thread does it.
    template <class Entry>
    static void destroy(std::unique_ptr<Entry> entry) {
        ASSERT_NE(entry, nullptr);
        std::thread([&entry] { entry.reset(); }).join();
    }
    static wire::Bytes long_packet(const wire::Ipv6Address& from, const wire::Ipv6Address& to) {
        return test::inner_packet(from, to, 1200);
    }

    __attribute__((noinline)) void send_and_close() {
        Keys keys = new_keys();
        OutboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
        agent.direct(test::noon, std::make_unique<OutboundTunnel>(
                                     test::home, test::to_a,
                                     OutboundSeal{.session = test::session_of(*keys),
                                                  .sealer = security::EspSealer(*keys)}));
        const auto buffer = std::make_unique<PacketBuffer>();
        test::put(*buffer, long_packet(test::correspondent, test::home.address));
        ASSERT_TRUE(agent.encapsulate(test::noon, *buffer));
        keys.reset();
        EXPECT_THAT(search_.found(), Not(IsEmpty()));
        destroy(agent.close(test::home));
    }
    __attribute__((noinline)) void receive_and_end() {
        Keys keys = new_keys();
        InboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
        agent.admit(std::make_unique<SealedTunnel>(test::home, security::EspOpener(*keys)));
        const auto theirs = security::make_secret<security::TunnelKeys>();  // test::other_end()
        theirs->suite = keys->suite;
        theirs->outbound_spi = keys->inbound_spi;
        theirs->outbound = keys->inbound;
        security::EspSealer sealer(*theirs);
        PacketBuffer buffer;
        const wire::Bytes packet = long_packet(test::home.address, test::correspondent);
        test::put(buffer, packet);
        const auto sealed = sealer.seal(buffer.whole(), security::esp_headroom, packet.size(),
                                        wire::NextHeader::ipv6);
        ASSERT_TRUE(agent.decapsulate(test::to_a, wire::NextHeader::esp, *sealed));
        sealer.forget();
        const auto session = test::session_of(*keys);
        keys.reset();
        EXPECT_THAT(search_.found(), Not(IsEmpty()));
        destroy(agent.end(session));
    }

    test::MemorySearch search_;
};

TEST_P(ForgottenKeys, OfAnOutboundTunnelThatIsClosed) {
    send_and_close();
    EXPECT_THAT(search_.found(), IsEmpty());
}

TEST_P(ForgottenKeys, OfAnInboundTunnelThatEnds) {
    receive_and_end();
    EXPECT_THAT(search_.found(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Suites, ForgottenKeys,
                         testing::Values(security::SuiteSet::of_this_machine().best().value(),
                                         security::Suite::chacha20_poly1305));

}  // namespace
}  // namespace godwit::datapath

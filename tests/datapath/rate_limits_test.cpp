// What tunnels do whose home address has a limit.

#include <gtest/gtest.h>

#include <memory>

#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

using namespace std::chrono_literals;
using test::correspondent;
using test::home;

constexpr std::size_t size = 1000;                             // octets
constexpr int burst = RateMeter::least_burst / int64_t{size};  // packets
constexpr mobility::BitRate rate{4'000'000};                   // one in two milliseconds

const wire::Bytes downlink = test::inner_packet(correspondent, home.address, size);
const wire::Bytes uplink = test::inner_packet(home.address, correspondent, size);

class LimitedOutbound : public testing::Test {
  protected:
    void direct(int session) {
        const auto keys = test::home_agent_keys(session);
        agent.direct(test::noon, std::make_unique<OutboundTunnel>(
                                     home, test::to_a,
                                     OutboundSeal{.session = test::session_of(keys),
                                                  .sealer = security::EspSealer(keys)}));
    }
    std::expected<Outgoing, DropReason> send(mobility::Instant now = test::noon) {
        test::put(*buffer, downlink);
        return agent.encapsulate(now, *buffer);
    }
    int sent(int packets) {
        int passed = 0;
        for (int index = 0; index < packets; ++index) {
            passed += send() ? 1 : 0;
        }
        return passed;
    }

    OutboundTunnels agent{LookUpBy::inner_destination, test::home_agent, {.each = 0, .all = 0}};
    RateMeter meter{rate};
    std::unique_ptr<PacketBuffer> buffer = std::make_unique<PacketBuffer>();
};

TEST_F(LimitedOutbound, SendsAllWithoutALimit) {
    direct(1);
    EXPECT_EQ(sent(3 * burst), 3 * burst);
}

TEST_F(LimitedOutbound, DropsWhatIsTooMuch) {
    direct(1);
    agent.limit(home, &meter, rate);
    EXPECT_EQ(sent(2 * burst), burst);
    EXPECT_EQ(send().error(), DropReason::rate_limit);
    EXPECT_TRUE(send(test::noon + 2ms));
    EXPECT_EQ(meter.over().packets, static_cast<std::uint64_t>(burst) + 1);
}

TEST_F(LimitedOutbound, SpendsNoSequenceNumberOnWhatItDrops) {
    direct(1);
    agent.limit(home, &meter, rate);
    EXPECT_EQ(sent(2 * burst), burst);
    const auto outgoing = send(test::noon + 2ms);
    ASSERT_TRUE(outgoing);
    EXPECT_EQ(wire::EspHeader::parse(outgoing->bytes)->sequence,
              static_cast<std::uint32_t>(burst) + 1);
}

TEST_F(LimitedOutbound, SendsAllAgainOnceTheLimitIsLifted) {
    direct(1);
    agent.limit(home, &meter, rate);
    EXPECT_EQ(sent(2 * burst), burst);
    agent.limit(home, nullptr, {});
    EXPECT_EQ(sent(2 * burst), 2 * burst);
}

TEST_F(LimitedOutbound, GivesANewSessionNoOtherBurst) {
    direct(1);
    agent.limit(home, &meter, rate);
    EXPECT_EQ(sent(burst), burst);
    direct(2);
    agent.limit(home, &meter, rate);
    EXPECT_EQ(sent(burst), 0);
}

TEST_F(LimitedOutbound, SendsMessagesAndPacketsWithoutContentWhateverTheLimit) {
    direct(1);
    agent.limit(home, &meter, rate);
    EXPECT_EQ(sent(2 * burst), burst);
    const auto message = test::message_packet(test::home_agent.address, home.address);
    EXPECT_TRUE(agent.message(home, message, 0, *buffer));
    EXPECT_TRUE(agent.dummy(home, *buffer));
}

TEST_F(LimitedOutbound, TouchesNobodyWithoutATunnel) {
    agent.limit(home, &meter, {16'000'000});
    direct(1);
    EXPECT_EQ(sent(3 * burst), 3 * burst) << "it is said of a tunnel";
}

TEST(LimitedInbound, MeasuresAllSessionsOfAHomeAddressTogether) {
    InboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
    RateMeter meter{rate};
    for (const int number : {1, 2}) {
        const auto keys = test::home_agent_keys(number);
        agent.admit(std::make_unique<SealedTunnel>(home, security::EspOpener(keys)));
        agent.limit(test::session_of(keys), &meter, rate);
    }
    for (const int number : {1, 2}) {
        security::EspSealer sealer(test::mobile_node_keys(number));
        PacketBuffer buffer;
        test::put(buffer, uplink);
        const auto sealed = sealer.seal(buffer.whole(), security::esp_headroom, uplink.size(),
                                        wire::NextHeader::ipv6);
        wire::Bytes packet(sealed->begin(), sealed->end());
        const auto incoming = agent.decapsulate(test::to_a, wire::NextHeader::esp, packet);
        ASSERT_TRUE(incoming);
        EXPECT_EQ(incoming->meter, &meter);
    }
}

TEST(LimitedInbound, MeasuresPlainPackets) {
    InboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
    RateMeter meter{rate};
    agent.admit_plain(std::make_unique<PlainTunnel>(home, test::to_a));
    wire::Bytes packet = uplink;
    EXPECT_EQ(agent.decapsulate(test::to_a, wire::NextHeader::ipv6, packet)->meter, nullptr);
    agent.limit_plain(home, &meter, rate);
    EXPECT_EQ(agent.decapsulate(test::to_a, wire::NextHeader::ipv6, packet)->meter, &meter);
    agent.limit_plain(home, nullptr, {});
    EXPECT_EQ(agent.decapsulate(test::to_a, wire::NextHeader::ipv6, packet)->meter, nullptr);
}

TEST(LimitedInbound, MeasuresNoMessages) {
    InboundTunnels agent{LookUpBy::inner_destination, test::home_agent};
    RateMeter meter{rate};
    agent.admit_plain(std::make_unique<PlainTunnel>(home, test::to_a));
    agent.limit_plain(home, &meter, rate);
    wire::Bytes message = test::message_packet(home.address, test::home_agent.address);
    const auto incoming = agent.decapsulate(test::to_a, wire::NextHeader::ipv6, message);
    ASSERT_TRUE(incoming);
    EXPECT_EQ(incoming->meter, nullptr);
}

}  // namespace
}  // namespace godwit::datapath

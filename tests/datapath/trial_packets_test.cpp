#include "shared/datapath/trial_packets.hpp"

#include <gtest/gtest.h>

#include <set>

#include "shared/datapath/coalescer.hpp"

namespace godwit::datapath {
namespace {

constexpr std::array<TrialFlow, 4> every_flow{{{.is_ipv4 = false, .is_tcp = false},
                                               {.is_ipv4 = false, .is_tcp = true},
                                               {.is_ipv4 = true, .is_tcp = false},
                                               {.is_ipv4 = true, .is_tcp = true}}};

// Both checksums are verified before anything is merged.
TEST(TrialPackets, AreMergedIntoOne) {
    for (const TrialFlow& flow : every_flow) {
        auto packets = trial_packets(flow);
        ASSERT_EQ(packets.size(), trial_packet_count);
        Coalescer coalescer({.tcp = true, .udp = true});
        for (wire::Bytes& packet : packets) {
            coalescer.add(packet);
        }
        const auto writes = coalescer.writes();
        ASSERT_EQ(writes.size(), 1U) << flow.is_ipv4 << flow.is_tcp;
        EXPECT_EQ(writes[0].packets, trial_packet_count);
        EXPECT_EQ(writes[0].header.segment_size, trial_payload);
    }
}

TEST(TrialPackets, AreNotMergedWhereNobodyWantsIt) {
    auto packets = trial_packets({.is_ipv4 = false, .is_tcp = true});
    Coalescer coalescer({.tcp = true, .udp = true});
    coalescer.merge({.tcp = false, .udp = true});
    for (wire::Bytes& packet : packets) {
        coalescer.add(packet);
    }
    EXPECT_EQ(coalescer.writes().size(), trial_packet_count);
}

TEST(TrialPackets, AreKnownByTheirAddresses) {
    for (const TrialFlow& flow : every_flow) {
        for (const TrialFlow& other : every_flow) {
            EXPECT_EQ(is_of_trial(trial_packets(flow).back(), other),
                      flow.is_ipv4 == other.is_ipv4);
        }
        wire::Bytes foreign = trial_packets(flow).front();
        foreign[flow.is_ipv4 ? 12 : 8] = 0x20;
        EXPECT_FALSE(is_of_trial(foreign, flow));
        EXPECT_FALSE(is_of_trial({}, flow));
    }
}

TEST(TrialPackets, AreAllDifferentAndTheLastIsShorter) {
    const auto payloads = trial_payloads();
    EXPECT_EQ(std::set(payloads.begin(), payloads.end()).size(), payloads.size());
    EXPECT_EQ(payloads.front().size(), trial_payload);
    EXPECT_EQ(payloads.back().size(), last_trial_payload);
}

}  // namespace
}  // namespace godwit::datapath

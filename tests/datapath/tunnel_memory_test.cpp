#include "shared/datapath/tunnel_memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

bool begins_with_a_line(const void* slot) {
    return reinterpret_cast<std::uintptr_t>(slot) % TunnelMemory::alignment == 0;
}

TEST(TunnelMemory, BeginsEachSlotWithACacheLine) {
    TunnelMemory memory(65);
    EXPECT_EQ(memory.slot_size(), 128U);
    for (int count = 0; count < 1'000; ++count) {
        EXPECT_TRUE(begins_with_a_line(memory.take()));
    }
}

TEST(TunnelMemory, GivesNobodyWhatAnotherHas) {
    TunnelMemory memory(100);
    std::vector<void*> taken;
    for (int count = 0; count < 5'000; ++count) {
        taken.push_back(memory.take());
        std::memset(taken.back(), count % 256, 100);
    }
    for (int count = 0; count < 5'000; ++count) {
        const auto* octets =
            static_cast<const std::uint8_t*>(taken[static_cast<std::size_t>(count)]);
        EXPECT_EQ(octets[0], count % 256);
        EXPECT_EQ(octets[99], count % 256);
    }
}

TEST(TunnelMemory, TakesNoMoreOnceItHasEnough) {
    TunnelMemory memory(64);
    std::set<void*> first;
    for (int count = 0; count < 1'000; ++count) {
        first.insert(memory.take());
    }
    const std::size_t held = memory.held();
    for (void* slot : first) {
        memory.give_back(slot);
    }
    for (int count = 0; count < 1'000; ++count) {
        EXPECT_TRUE(first.contains(memory.take()));
    }
    EXPECT_EQ(memory.held(), held);
}

TEST(TunnelMemory, TakesLittleForOneAndAtMostTwiceAsMuchForMany) {
    TunnelMemory memory(192);
    static_cast<void>(memory.take());
    EXPECT_EQ(memory.held(), 4'096U);
    for (std::size_t count = 1; count < 20'000; ++count) {
        static_cast<void>(memory.take());
    }
    EXPECT_LE(memory.held(), 2 * std::size_t{20'000} * 192);
}

TEST(TunnelMemory, IsForAnyThread) {
    TunnelMemory memory(64);
    std::vector<std::jthread> threads;
    for (int number = 0; number < 4; ++number) {
        threads.emplace_back([&memory, number] {
            for (int count = 0; count < 10'000; ++count) {
                void* slot = memory.take();
                std::memset(slot, number, 64);
                EXPECT_EQ(static_cast<const std::uint8_t*>(slot)[63], number);
                memory.give_back(slot);
            }
        });
    }
    threads.clear();
    EXPECT_EQ(memory.held(), 4'096U);
}

TEST(TunnelMemory, IsWhereTunnelsLie) {
    const auto outbound = std::make_unique<OutboundTunnel>(test::home, test::to_a);
    const auto inbound =
        std::make_unique<SealedTunnel>(test::home, security::EspOpener(test::home_agent_keys()));
    EXPECT_TRUE(begins_with_a_line(outbound.get()));
    EXPECT_TRUE(begins_with_a_line(inbound.get()));
}

}  // namespace
}  // namespace godwit::datapath

#include "shared/runtime/merged_writes.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "shared/datapath/trial_packets.hpp"

namespace godwit::runtime {
namespace {

using datapath::TrialFlow;
using Packets = std::vector<wire::Bytes>;
using Kind = wire::VirtioNetHeader::Segmentation;

constexpr TrialFlow tcp{.is_ipv4 = false, .is_tcp = true};
constexpr TrialFlow udp{.is_ipv4 = true, .is_tcp = false};

// A device that refuses what the test says.
class ShimSink final : public PacketSink {
  public:
    std::error_code write(const wire::VirtioNetHeader& header,
                          std::span<const wire::BytesView> pieces) override {
        const bool is_merged = header.segmentation != Kind::none;
        ++(is_merged ? merged : alone);
        if (const std::error_code refusal = refuse(is_merged)) {
            return refusal;
        }
        if (!is_merged) {
            taken.emplace_back(pieces.front().begin(), pieces.front().end());
        }
        return {};
    }

    std::function<std::error_code(bool is_merged)> refuse = [](bool) { return std::error_code{}; };
    Packets taken;  // one by one
    int merged = 0;
    int alone = 0;
};

std::function<std::error_code(bool)> refuses_merged(std::errc reason) {
    return [reason](bool is_merged) {
        return is_merged ? std::make_error_code(reason) : std::error_code{};
    };
}

class MergedWritesTest : public testing::Test {
  protected:
    // How many packets of a batch of this flow have not been taken.
    std::size_t write(const TrialFlow& flow) {
        Packets packets = datapath::trial_packets(flow);
        datapath::Coalescer coalescer(writes_.wanted());
        for (wire::Bytes& packet : packets) {
            coalescer.add(packet);
        }
        std::size_t lost = 0;
        for (const auto& each : coalescer.writes()) {
            lost += writes_.write(each);
        }
        return lost;
    }

    ShimSink sink_;
    OffloadSwitches switches_{OffloadStates{}};
    MergedWrites writes_{sink_, {.tcp = true, .udp = true}, &switches_};
};

TEST_F(MergedWritesTest, AreOneWriteWhereTheDeviceTakesThem) {
    EXPECT_EQ(write(tcp), 0U);
    EXPECT_EQ(sink_.merged, 1);
    EXPECT_EQ(sink_.alone, 0);
}

TEST_F(MergedWritesTest, GoOneByOneWhereTheDeviceRefusesThemAndNothingIsLost) {
    sink_.refuse = refuses_merged(std::errc::invalid_argument);
    for (const TrialFlow& flow : {tcp, udp}) {
        sink_.taken.clear();
        EXPECT_EQ(write(flow), 0U);
        EXPECT_EQ(sink_.taken, datapath::trial_packets(flow));
    }
}

TEST_F(MergedWritesTest, AreGivenUpForTheProtocolWhoseAreRefusedAgainAndAgain) {
    sink_.refuse = refuses_merged(std::errc::io_error);
    for (unsigned time = 0; time < MergedWrites::patience; ++time) {
        EXPECT_TRUE(writes_.wanted().udp);
        EXPECT_EQ(write(udp), 0U);
    }
    EXPECT_EQ(writes_.wanted(), (datapath::Offloads{.tcp = true, .udp = false}));
    EXPECT_EQ(switches_.states()[Offload::tun_write_udp], OffloadState::refused);
    EXPECT_TRUE(switches_.is_on(Offload::tun_write_tcp));
    EXPECT_TRUE(switches_.is_on(Offload::tun_read_udp));
    sink_.merged = 0;
    EXPECT_EQ(write(udp), 0U);
    EXPECT_EQ(sink_.merged, 0);
}

TEST_F(MergedWritesTest, AreNotGivenUpForRefusalsWithSuccessesInBetween) {
    for (unsigned time = 0; time < 2 * MergedWrites::patience; ++time) {
        sink_.refuse = refuses_merged(std::errc::io_error);
        EXPECT_EQ(write(tcp), 0U);
        sink_.refuse = [](bool) { return std::error_code{}; };
        EXPECT_EQ(write(tcp), 0U);
    }
    EXPECT_TRUE(writes_.wanted().tcp);
}

TEST_F(MergedWritesTest, AreNotGivenUpForWhatSaysNothingOfThem) {
    for (const std::errc reason : {std::errc::no_buffer_space, std::errc::not_enough_memory}) {
        sink_.refuse = refuses_merged(reason);
        for (unsigned time = 0; time < 2 * MergedWrites::patience; ++time) {
            EXPECT_EQ(write(tcp), 0U);
        }
    }
    EXPECT_TRUE(writes_.wanted().tcp);
}

TEST_F(MergedWritesTest, AreLostButNotGivenUpWhileTheInterfaceIsDown) {
    sink_.refuse = [](bool) { return std::make_error_code(std::errc::io_error); };
    for (unsigned time = 0; time < 2 * MergedWrites::patience; ++time) {
        EXPECT_EQ(write(tcp), datapath::trial_packet_count);
    }
    EXPECT_TRUE(writes_.wanted().tcp);
    EXPECT_LE(sink_.alone, 2 * static_cast<int>(MergedWrites::patience))
        << "one is asked for all of a batch";
}

TEST_F(MergedWritesTest, CountWhatIsLostOfOneByOne) {
    sink_.refuse = [this](bool is_merged) {
        return std::make_error_code(is_merged || sink_.alone == 4 ? std::errc::io_error
                                                                  : std::errc());
    };
    EXPECT_EQ(write(tcp), 1U);
    EXPECT_EQ(sink_.taken.size(), datapath::trial_packet_count - 1);
}

TEST_F(MergedWritesTest, FollowWhatTheDeviceHasWithoutSwitches) {
    MergedWrites fixed(sink_, {.tcp = true, .udp = false}, nullptr);
    EXPECT_EQ(fixed.wanted(), (datapath::Offloads{.tcp = true, .udp = false}));
}

}  // namespace
}  // namespace godwit::runtime

#include "shared/runtime/merged_reads.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "shared/runtime/offload_switches.hpp"

namespace godwit::runtime {
namespace {

using Kind = wire::VirtioNetHeader::Segmentation;

class MergedReadsTest : public testing::Test {
  protected:
    OffloadSwitches switches_{OffloadStates{}};
    std::vector<platform::TunDevice::Offloads> asked_;
    MergedReads reads_{[this](const auto& wanted) { asked_.push_back(wanted); }, &switches_};
};

TEST_F(MergedReadsTest, AreTakenBackForTheProtocolWhoseMakeNoSense) {
    for (unsigned read = 0; read < MergedReads::patience; ++read) {
        EXPECT_TRUE(asked_.empty());
        reads_.on_read(Kind::tcp_ipv6, false);
        reads_.on_read(Kind::udp, true);
    }
    ASSERT_EQ(asked_.size(), 1U);
    EXPECT_FALSE(asked_[0].tcp);
    EXPECT_TRUE(asked_[0].udp);
    EXPECT_EQ(switches_.states()[Offload::tun_read_tcp], OffloadState::corrupt);
    EXPECT_TRUE(switches_.is_on(Offload::tun_write_tcp));
    reads_.on_read(Kind::tcp_ipv4, false);
    EXPECT_EQ(asked_.size(), 1U) << "asked once";
}

TEST_F(MergedReadsTest, MayFailNowAndThen) {
    for (unsigned read = 0; read < 1000 * MergedReads::patience; ++read) {
        reads_.on_read(Kind::tcp_ipv4, read % 10 != 0);
    }
    EXPECT_TRUE(asked_.empty());
}

TEST_F(MergedReadsTest, AreTakenBackForBothWhereTheHeaderMeansNothing) {
    reads_.on_unintelligible(MergedReads::patience);
    ASSERT_FALSE(asked_.empty());
    EXPECT_FALSE(asked_.back().tcp);
    EXPECT_FALSE(asked_.back().udp);
}

TEST_F(MergedReadsTest, AreNotJudgedByWhatIsOnePacket) {
    for (unsigned read = 0; read < 2 * MergedReads::patience; ++read) {
        reads_.on_read(Kind::none, false);
    }
    EXPECT_TRUE(asked_.empty());
}

TEST_F(MergedReadsTest, ChangeNothingWithoutSwitches) {
    MergedReads fixed([this](const auto& wanted) { asked_.push_back(wanted); }, nullptr);
    fixed.on_unintelligible(10 * MergedReads::patience);
    EXPECT_TRUE(asked_.empty());
}

}  // namespace
}  // namespace godwit::runtime

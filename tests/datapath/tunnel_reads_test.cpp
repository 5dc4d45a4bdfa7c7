// Packets of the kernel, in virtual time.

#include "shared/runtime/tunnel_reads.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "shared/datapath/packet_fields.hpp"
#include "shared/wire/traffic_class.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::runtime {
namespace {

using namespace std::chrono_literals;
using wire::Ecn;

constexpr std::size_t headers = 48;  // octets, of IPv6 and UDP
constexpr int bulk = 1;              // ports: each is a flow
constexpr int sparse = 2;

class TunnelReadsTest : public platform::InNamespace {
  protected:
    TunnelReadsTest()
        : socket_(platform::check_syscall("open", ::socket(AF_INET6, SOCK_DGRAM, 0))) {
        platform::run(
            "ip link set godwit addrgenmode none multicast off; ip link set godwit up;"
            "ip addr add 2001:db8::9/64 dev godwit nodad");
    }

    void send(int port, std::size_t count, std::size_t payload) const {
        sockaddr_in6 to{};
        to.sin6_family = AF_INET6;
        to.sin6_port = htons(static_cast<std::uint16_t>(port));
        const auto address = test::ip("2001:db8::8");
        std::memcpy(&to.sin6_addr, address.octets.data(), address.octets.size());
        const std::string text(payload, 'x');
        for (std::size_t packets = 0; packets < count; ++packets) {
            platform::check_syscall("send",
                                    ::sendto(socket_.number(), text.data(), text.size(), 0,
                                             reinterpret_cast<const sockaddr*>(&to), sizeof to));
        }
    }
    void send_as(Ecn ecn) const {
        const int traffic_class = static_cast<int>(ecn);
        platform::check_syscall("set the traffic class",
                                ::setsockopt(socket_.number(), IPPROTO_IPV6, IPV6_TCLASS,
                                             &traffic_class, sizeof traffic_class));
    }

    void fill(mobility::Instant now = test::noon) {
        EXPECT_EQ(reads_.fill(device_, now), TunnelReads::Device::there);
    }
    static int port_of(const TunnelReads::Read& read) {
        constexpr std::size_t destination_port = 42;
        return datapath::field::word_at(read.slot.packet(), destination_port);
    }
    // One turn of the loop.
    std::vector<TunnelReads::Read> turn(mobility::Instant now = test::noon) {
        std::vector<TunnelReads::Read> all;
        while (const auto read = reads_.next(now)) {
            all.push_back(*read);
        }
        reads_.release();
        return all;
    }

    platform::TunDevice device_{"godwit", platform::TunDevice::Offloading::off};
    platform::FileDescriptor socket_;
    TunnelReads reads_{datapath::LookUpBy::inner_source};
};

TEST_F(TunnelReadsTest, GivesWhatTheDeviceHas) {
    send(bulk, 1, 100);
    EXPECT_TRUE(reads_.empty());
    fill();
    EXPECT_FALSE(reads_.empty());
    const auto read = reads_.next(test::noon);
    ASSERT_TRUE(read);
    EXPECT_EQ(port_of(*read), bulk);
    EXPECT_EQ(read->slot.packet().size(), headers + 100);
    EXPECT_EQ(read->slot.packet().back(), 'x');
    EXPECT_EQ(read->lost, 0U);
    EXPECT_FALSE(reads_.next(test::noon));
    EXPECT_TRUE(reads_.empty());
}

TEST_F(TunnelReadsTest, DoesNotAskForAnotherWherePacketsAreRare) {
    send(sparse, 1, 64);
    fill();
    EXPECT_EQ(turn().size(), 1U);
    send(sparse, 3, 64);
    fill(test::noon + 1ms);
    EXPECT_EQ(turn().size(), 1U) << "the next look comes at once";
    fill(test::noon + 1ms + 10us);
    EXPECT_EQ(turn().size(), 2U) << "they are not rare";
    send(sparse, 2, 64);
    fill(test::noon + 2ms);
    EXPECT_EQ(turn().size(), 2U);
}

TEST_F(TunnelReadsTest, LetsASparseFlowPassABulkFlow) {
    send(bulk, 300, 1'200);
    fill();
    EXPECT_GT(turn().size(), 1U);
    send(sparse, 1, 64);
    fill();
    EXPECT_EQ(port_of(turn().front()), sparse);
}

TEST_F(TunnelReadsTest, GivesNoMoreInATurnThanOthersCanWaitFor) {
    send(bulk, 100, 1'200);
    fill();
    EXPECT_EQ(turn().size(), 65'536 / (headers + 1'200));
}

TEST_F(TunnelReadsTest, GivesNoMoreInATurnThanOneSystemCallSends) {
    send(bulk, 100, 10);
    fill();
    EXPECT_EQ(turn().size(), 64U);
    EXPECT_EQ(turn().size(), 36U);
}

TEST_F(TunnelReadsTest, CountsWhatItHasNoRoomFor) {
    for (int rounds = 0; rounds < 3; ++rounds) {
        send(bulk, 400, 1'200);
        for (int fills = 0; fills < 100; ++fills) {
            fill();
        }
    }
    send(sparse, 1, 64);
    fill();
    std::size_t given = 0;
    std::size_t of_sparse = 0;
    for (auto batch = turn(); !batch.empty(); batch = turn()) {
        given += batch.size();
        of_sparse += static_cast<std::size_t>(
            std::ranges::count(batch, sparse, [](const auto& read) { return port_of(read); }));
    }
    const auto displaced = reads_.take_displaced();
    EXPECT_EQ(given + displaced, 1'201U);
    EXPECT_GT(given, 500U);
    EXPECT_GT(displaced, 500U);
    EXPECT_EQ(of_sparse, 1U) << "which is never the longest queue";
    EXPECT_EQ(reads_.take_displaced(), 0U);
}

// A queue that has been too long for an interval: the packet that tells its sender.
template <class Turn>
TunnelReads::Read teller(TunnelReads& reads, Turn turn) {
    turn(test::noon + datapath::Codel::target);
    const auto read = reads.next(test::noon + datapath::Codel::target + datapath::Codel::interval);
    EXPECT_TRUE(read);
    return *read;
}

TEST_F(TunnelReadsTest, TellsASenderOfALongQueueByALoss) {
    send(bulk, 200, 1'200);
    fill();
    const auto read = teller(reads_, [this](auto now) { turn(now); });
    EXPECT_EQ(read.lost, 1U);
    EXPECT_EQ(wire::ecn_of(*wire::traffic_class_of(read.slot.packet())), Ecn::not_ect);
}

TEST_F(TunnelReadsTest, TellsASenderWhoUnderstandsMarksByAMark) {
    send_as(Ecn::ect_0);
    send(bulk, 200, 1'200);
    fill();
    const auto read = teller(reads_, [this](auto now) { turn(now); });
    EXPECT_EQ(read.lost, 0U);
    EXPECT_EQ(wire::ecn_of(*wire::traffic_class_of(read.slot.packet())), Ecn::ce);
    const auto next = reads_.next(test::noon + datapath::Codel::target + datapath::Codel::interval);
    EXPECT_EQ(wire::ecn_of(*wire::traffic_class_of(next->slot.packet())), Ecn::ect_0);
}

TEST_F(TunnelReadsTest, SaysWhenTheDeviceIsGone) {
    platform::run("ip link delete godwit");
    EXPECT_EQ(reads_.fill(device_, test::noon), TunnelReads::Device::lost);
}

}  // namespace
}  // namespace godwit::runtime

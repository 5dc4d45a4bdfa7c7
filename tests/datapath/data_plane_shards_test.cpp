// A home agent whose packets several pairs of workers carry. What a test says of one pair holds for
// three.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/datapath/data_plane_fixture.hpp"

namespace godwit::runtime {
namespace {

using mobility::Encapsulation;
using mobility::Path;
using mobility::Shards;
using test::correspondent;
using test::home;

const wire::HomeAddress third_home{test::ip("2001:db8:f::7")};  // not of home's shard, of three

class DataPlaneOfShards : public DataPlaneTest, public testing::WithParamInterface<std::size_t> {
  protected:
    DataPlaneOfShards() : DataPlaneTest(GetParam()) {}
    void SetUp() override {
        if (agent_.shards().count() != GetParam()) {
            GTEST_SKIP() << "the program that divides packets wants CAP_BPF, which an ordinary "
                            "user's namespace has not";
        }
    }

    [[nodiscard]] Shards shards() const { return agent_.shards(); }

    // Of the mobile node; the home agent's SPI is of this home address's shard.
    [[nodiscard]] security::TunnelKeys keys_of(const wire::HomeAddress& of, int number = 1) const {
        while (shards().of(test::session_of(test::home_agent_keys(number))) != shards().of(of)) {
            number += 100;
        }
        return test::mobile_node_keys(number);
    }
    void register_by(const wire::HomeAddress& of, const security::TunnelKeys& keys, const Path& up,
                     const Path& down) {
        const auto theirs = test::other_end(keys);
        EXPECT_TRUE(agent().admit(of, theirs));
        EXPECT_TRUE(agent().direct(of, down, test::session_of(theirs)));
        EXPECT_TRUE(node().admit(of, keys));
        EXPECT_TRUE(node().direct(of, up, test::session_of(keys)));
    }
    void expect_both_ways_from(const test::UdpSocket& application, const wire::HomeAddress& of,
                               const std::string& text) {
        application.send(correspondent, text);
        EXPECT_EQ(correspondent_.receive(), text);
        correspondent_.send(of.address, text + " too");
        EXPECT_EQ(application.receive(), text + " too");
    }
    [[nodiscard]] datapath::Traffic sent_by(const wire::HomeAddress& of) {
        return agent().traffic_by_shard()[shards().of(of).number].sent;
    }
    [[nodiscard]] datapath::Traffic received_by(const wire::HomeAddress& of) {
        return agent().traffic_by_shard()[shards().of(of).number].received;
    }

    // So many home addresses of each pair.
    [[nodiscard]] std::vector<wire::HomeAddress> homes_of_each(std::size_t many) const {
        std::vector<wire::HomeAddress> homes;
        std::vector<std::size_t> found(shards().count());
        for (std::uint8_t number = 1; homes.size() < many * found.size(); ++number) {
            wire::HomeAddress of = home;
            of.address.octets.back() = number;
            if (found[shards().of(of).number]++ < many) {
                homes.push_back(of);
            }
        }
        return homes;
    }
    // Whatever came before over UDP has been read by then, by each pair.
    void expect_all_to_be_read() {
        for (std::uint32_t spi = 0xffff'ff00; spi < 0xffff'ff00 + shards().count(); ++spi) {
            wire::Bytes nobodys(100, 0xff);
            nobodys[3] = static_cast<std::uint8_t>(spi);
            node().send_bare(up_, nobodys);
        }
        expect_to_become(std::uint64_t{shards().count()}, [this] {
            static_cast<void>(node().take_notices());  // hands on what a full queue has held back
            return agent().drops(datapath::DropReason::unknown_spi);
        });
    }

    void add_third_home() const {
        far_.enter();
        platform::run("ip route add 2001:db8:f::7 dev agent");
        near_.enter();
        platform::add_address("node", "2001:db8:f::7/128");
    }
    static Path over_udp(const wire::Ipv6Address& local, const wire::Ipv6Address& remote) {
        return {.encapsulation = Encapsulation::udp,
                .local = local,
                .remote = remote,
                .local_port = mobility::dsmip_port,
                .remote_port = mobility::dsmip_port};
    }
    const Path up_ = over_udp(near_address_, far_address_);
    const Path down_ = over_udp(far_address_, near_address_);
    const Path up_ipv4_ = over_udp(node_ipv4, agent_ipv4);
    const Path down_ipv4_ = over_udp(agent_ipv4, node_ipv4);
    test::UdpSocket third_application_{(add_third_home(), third_home.address)};
};

TEST_P(DataPlaneOfShards, CarriesEachHomeAddressByItsOwnPair) {
    register_by(home, keys_of(home, 1), uplink_, downlink_);
    register_by(third_home, keys_of(third_home, 2), uplink_, downlink_);
    for (int packets = 1; packets <= 5; ++packets) {
        expect_both_ways("of the first");
        expect_both_ways_from(third_application_, third_home, "of the third");
    }
    const std::uint64_t each = shards().of(home) == shards().of(third_home) ? 10 : 5;
    for (const wire::HomeAddress& of : {home, third_home}) {
        expect_to_become(each, [&] { return sent_by(of).packets; });
        expect_to_become(each, [&] { return received_by(of).packets; });
    }
    expect_to_become(10U, [&] { return agent().traffic().sent.packets; });
    EXPECT_EQ(agent().drops(datapath::DropReason::unknown_spi), 0U);
    EXPECT_EQ(agent().drops(datapath::DropReason::no_binding), 0U);
}

TEST_P(DataPlaneOfShards, CarriesThemInUdp) {
    register_by(home, keys_of(home, 1), up_, down_);
    register_by(third_home, keys_of(third_home, 2), up_ipv4_, down_ipv4_);
    expect_both_ways("over IPv6");
    expect_both_ways_from(third_application_, third_home, "over IPv4");
    EXPECT_TRUE(node().direct(home, uplink_, test::session_of(keys_of(home, 1))));
    EXPECT_TRUE(
        agent().direct(home, downlink_, test::session_of(test::other_end(keys_of(home, 1)))));
    expect_both_ways("native after a move");
}

TEST_P(DataPlaneOfShards, CarriesPlainPackets) {
    for (const wire::HomeAddress& of : {home, third_home}) {
        EXPECT_TRUE(agent().direct(of, downlink_, std::nullopt));
        EXPECT_TRUE(node().direct(of, uplink_, std::nullopt));
    }
    expect_both_ways("in clear");
    expect_both_ways_from(third_application_, third_home, "in clear");
    EXPECT_TRUE(agent().direct(home, down_, std::nullopt));
    EXPECT_TRUE(node().direct(home, up_, std::nullopt));
    expect_both_ways("in clear in UDP");
    expect_to_become(2U, [&] { return agent().traffic(home).received.packets; });
    agent().close(home);
    EXPECT_TRUE(forgets(agent(), home));
    application_.send(correspondent, "lost");
    expect_to_become(1U, [&] { return agent().drops(datapath::DropReason::no_binding); });
}

TEST_P(DataPlaneOfShards, CarriesIpv4) {
    for (const Path& up : {uplink_, up_ipv4_}) {
        const bool is_native = up == uplink_;
        const auto keys = keys_of(home, is_native ? 1 : 2);
        register_by(home, keys, up, is_native ? downlink_ : down_ipv4_);
        agent().carry_ipv4(home, home_ipv4);
        node().carry_ipv4(home, home_ipv4);
        const test::UdpSocket application((near_.enter(), wire::Ipv6Address::mapped(home_ipv4)));
        const test::UdpSocket peer((far_.enter(), correspondent_ipv4));
        application.send(correspondent_ipv4, "over IPv4");
        EXPECT_EQ(peer.receive(), "over IPv4");
        peer.send(wire::Ipv6Address::mapped(home_ipv4), "and back");
        EXPECT_EQ(application.receive(), "and back");
    }
    expect_to_become(2U, [&] { return sent_by(home).packets; });
}

TEST_P(DataPlaneOfShards, CarriesPlainIpv4) {
    EXPECT_TRUE(agent().direct(home, down_, std::nullopt));
    EXPECT_TRUE(node().direct(home, up_, std::nullopt));
    agent().carry_ipv4(home, home_ipv4);
    node().carry_ipv4(home, home_ipv4);
    const test::UdpSocket application((near_.enter(), wire::Ipv6Address::mapped(home_ipv4)));
    const test::UdpSocket peer((far_.enter(), correspondent_ipv4));
    application.send(correspondent_ipv4, "over IPv4");
    EXPECT_EQ(peer.receive(), "over IPv4");
    agent().carry_ipv4(home, std::nullopt);
    application.send(correspondent_ipv4, "lost");
    expect_to_become(1U, [&] { return agent().drops(datapath::DropReason::no_binding); });
}

TEST_P(DataPlaneOfShards, HandsOverMessagesFromWhereverTheyCome) {
    for (const wire::HomeAddress& of : {home, third_home, other_home}) {
        const wire::Bytes message = test::message_packet(of.address, test::home_agent.address);
        node().send_bare(up_, message);
        const auto messages = told_by(agent(), &DataPlane::Notices::messages);
        ASSERT_EQ(messages.size(), 1U);
        EXPECT_EQ(messages[0].packet, message);
        agent().send_bare(messages[0].path,
                          test::message_packet(test::home_agent.address, of.address));
        EXPECT_EQ(told_by(node(), &DataPlane::Notices::messages).size(), 1U);
    }
}

TEST_P(DataPlaneOfShards, TellsOfSessionsOfEachPair) {
    const auto keys = keys_of(home, 1);
    const auto third_keys = keys_of(third_home, 2);
    register_by(home, keys, uplink_, downlink_);
    register_by(third_home, third_keys, up_, down_);
    node().send_dummy(home);
    EXPECT_EQ(confirmed_at(agent()), std::vector{test::session_of(test::other_end(keys))});
    node().send_dummy(third_home);
    EXPECT_EQ(confirmed_at(agent()), std::vector{test::session_of(test::other_end(third_keys))});
}

TEST_P(DataPlaneOfShards, HandsOverSoManyMessagesOfAllPairsAtOnceAndLeavesTheRest) {
    constexpr std::size_t of_each = 2 * DataPlane::max_messages;
    const auto homes = homes_of_each(1);
    for (std::size_t sent = 0; sent < of_each; ++sent) {
        for (const wire::HomeAddress& of : homes) {
            node().send_bare(up_, test::message_packet(of.address, test::home_agent.address));
            static_cast<void>(node().take_notices());
        }
    }
    expect_all_to_be_read();
    std::size_t left = of_each * homes.size();
    for (; left > 0; left -= DataPlane::max_messages) {
        EXPECT_TRUE(platform::becomes_readable(agent().notices()));
        ASSERT_EQ(agent().take_notices().messages.size(), DataPlane::max_messages);
    }
}

TEST_P(DataPlaneOfShards, TellsOfSoManyPlacesOfAllPairsAtOnceAndLeavesTheRest) {
    constexpr int told_of_each = 32;
    const auto homes = homes_of_each(4);
    int number = 0;
    for (const wire::HomeAddress& of : homes) {
        const auto keys = keys_of(of, ++number);
        register_by(of, keys, up_, down_);
        for (int sent = 0; sent < told_of_each; ++sent) {
            EXPECT_TRUE(node().direct(of,
                                      sent % 2 == 0 ? up_ : over_udp(second_care_of, far_address_),
                                      test::session_of(keys)));
            node().send_dummy(of);
            static_cast<void>(node().take_notices());
        }
    }
    expect_all_to_be_read();
    std::size_t left = told_of_each * homes.size();
    for (; left > 0; left -= DataPlane::max_moved_endpoints) {
        EXPECT_TRUE(platform::becomes_readable(agent().notices()));
        ASSERT_EQ(agent().take_notices().moved_endpoints.size(), DataPlane::max_moved_endpoints);
    }
}

TEST_P(DataPlaneOfShards, GoesOnWhenASessionTakesTheOldOnesPlace) {
    for (int number = 1; number <= 3; ++number) {
        register_by(home, keys_of(home, number), up_, down_);
        expect_both_ways(std::to_string(number));
    }
    agent().close(home);
    EXPECT_TRUE(forgets(agent(), home));
}

TEST_P(DataPlaneOfShards, AdmitsNoSessionOfAnotherShard) {
    int number = 1;
    while (shards().count() > 1 &&
           shards().of(test::session_of(test::home_agent_keys(number))) == shards().of(home)) {
        ++number;
    }
    EXPECT_EQ(agent().admit(home, test::home_agent_keys(number)), shards().count() == 1);
}

TEST_P(DataPlaneOfShards, TellsThatTheTunDeviceIsGone) {
    far_.enter();
    platform::run("ip link del agent");
    while (!agent().take_notices().device_lost) {
        ASSERT_TRUE(platform::becomes_readable(agent().notices()));
    }
}

INSTANTIATE_TEST_SUITE_P(Counts, DataPlaneOfShards, testing::Values(1, 3));

}  // namespace
}  // namespace godwit::runtime

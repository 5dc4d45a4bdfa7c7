#include "shared/platform/neighbor_socket.hpp"

#include "shared/platform/multicast_groups.hpp"
#include "tests/platform/neighbor_witness.hpp"

namespace godwit::platform {
namespace {

class NeighborSocketTest : public OnALink {
  protected:
    NeighborSocketTest() {
        require("attach", socket_.attach(interface_called("near")));
        far_.enter();
        witness_.emplace("far");
        run("ip addr add fe80::2/64 dev far nodad");
        near_.enter();
    }
    // What has been heard of this address, once that has been heard.
    [[nodiscard]] std::optional<mobility::NeighborPacket> heard_of(
        const wire::Ipv6Address& target) const {
        while (becomes_readable(socket_.descriptor())) {
            auto packet = socket_.receive();
            if (packet && std::visit([](const auto& message) { return message.target; },
                                     packet->message) == target) {
                return *packet;
            }
        }
        return std::nullopt;
    }

    const wire::Ipv6Address home_ = address("2001:db8::9");
    NeighborSocket socket_;
    std::optional<NeighborWitness> witness_;
};

TEST_F(NeighborSocketTest, HearsSolicitationsForAddressesThatAreNotOfThisMachine) {
    witness_->look_for(home_);
    const auto packet = heard_of(home_);
    ASSERT_TRUE(packet);
    EXPECT_TRUE(std::holds_alternative<wire::NeighborSolicitation>(packet->message));
    EXPECT_EQ(packet->destination, mobility::solicited_node_group(home_));
    EXPECT_EQ(std::get<wire::NeighborSolicitation>(packet->message).options.source_link_layer,
              packet->link_layer);
}

TEST_F(NeighborSocketTest, HearsNothingThatItSays) {
    const mobility::NeighborPacket packet{
        .link_layer = mobility::link_layer_group(mobility::all_nodes),
        .source = near_address_,
        .destination = mobility::all_nodes,
        .message = wire::NeighborAdvertisement{.target = home_}};
    ASSERT_FALSE(socket_.send(packet));
    const auto other = address("2001:db8::a");
    witness_->look_for(other);
    for (;;) {  // whatever comes before this, it is not that
        ASSERT_TRUE(becomes_readable(socket_.descriptor()));
        const auto heard = socket_.receive();
        ASSERT_TRUE(heard);
        if (const auto* asked = std::get_if<wire::NeighborSolicitation>(&heard->message);
            asked != nullptr && asked->target == other) {
            break;
        }
        EXPECT_FALSE(std::holds_alternative<wire::NeighborAdvertisement>(heard->message));
    }
}

TEST_F(NeighborSocketTest, SpeaksForOthersFromAnyAddress) {
    wire::NeighborAdvertisement advertisement{.overrides = true, .target = home_};
    advertisement.options.target_link_layer = near_link_layer_;
    ASSERT_FALSE(socket_.send({.link_layer = mobility::link_layer_group(mobility::all_nodes),
                               .source = address("2001:db8::77"),
                               .destination = mobility::all_nodes,
                               .message = advertisement}));
    const auto seen = witness_->advertisement_of(home_);
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->header.source, address("2001:db8::77"));
    EXPECT_EQ(seen->header.hop_limit, 255);
    EXPECT_EQ(seen->advertisement, advertisement);
}

TEST_F(NeighborSocketTest, GoesOnWithAnInterfaceThatHasComeBack) {
    run("ip link del near");
    EXPECT_TRUE(socket_.attach({4711}));
    run("ip link add name near address 02:00:00:00:00:01 type veth peer name far netns " +
        far_.path() + "; ip link set near up");
    far_.enter();
    run("ip addr add 2001:db8::2/64 dev far nodad; ip link set far up");
    const NeighborWitness witness("far");
    near_.enter();
    ASSERT_FALSE(socket_.attach(interface_called("near")));
    witness.look_for(home_);
    EXPECT_TRUE(heard_of(home_));
}

std::string groups_of(const std::string& interface) {
    return run("ip -6 maddr show dev " + interface);
}

class MulticastGroupsTest : public OnALink {
  protected:
    const wire::Ipv6Address group_ = address("ff02::1:ff00:9");
    MulticastGroups groups_;
};

TEST_F(MulticastGroupsTest, AreJoinedUntilTheLastOneLeaves) {
    ASSERT_FALSE(groups_.move_to(interface_called("near")));
    ASSERT_FALSE(groups_.join(group_));
    ASSERT_FALSE(groups_.join(group_));
    groups_.leave(group_);
    EXPECT_NE(groups_of("near").find("ff02::1:ff00:9"), std::string::npos);
    groups_.leave(group_);
    EXPECT_EQ(groups_of("near").find("ff02::1:ff00:9"), std::string::npos);
    groups_.leave(group_);
}

TEST_F(MulticastGroupsTest, MayBeThousands) {
    ASSERT_FALSE(groups_.move_to(interface_called("near")));
    wire::Ipv6Address group = group_;
    for (unsigned number = 0; number < 4000; ++number) {
        group.octets[14] = static_cast<std::uint8_t>(number >> 8U);
        group.octets[15] = static_cast<std::uint8_t>(number);
        ASSERT_FALSE(groups_.join(group)) << number;
    }
    EXPECT_NE(groups_of("near").find("ff02::1:ff00:f9f"), std::string::npos);
}

TEST_F(MulticastGroupsTest, MoveToAnotherInterface) {
    run("ip link add other type veth peer name end; ip link set other up");
    ASSERT_FALSE(groups_.move_to(interface_called("near")));
    ASSERT_FALSE(groups_.join(group_));
    ASSERT_FALSE(groups_.move_to(interface_called("other")));
    EXPECT_EQ(groups_of("near").find("ff02::1:ff00:9"), std::string::npos);
    EXPECT_NE(groups_of("other").find("ff02::1:ff00:9"), std::string::npos);
}

}  // namespace
}  // namespace godwit::platform

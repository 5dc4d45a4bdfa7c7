#pragma once
// The mobile node and its home agent, each in a network namespace, with a link between them; the
// correspondent node is an address of the home agent's machine.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "shared/runtime/data_plane.hpp"
#include "tests/datapath/tunnel_ends.hpp"
#include "tests/datapath/udp_socket.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::runtime {

inline const wire::HomeAddress other_home{test::ip("2001:db8:f::a")};
inline const wire::Ipv6Address second_care_of = test::ip("2001:db8::3");
inline const wire::Ipv6Address node_ipv4 = test::ip("::ffff:203.0.113.1");  // on the link
inline const wire::Ipv6Address second_node_ipv4 = test::ip("::ffff:203.0.113.3");
inline const wire::Ipv6Address agent_ipv4 = test::ip("::ffff:203.0.113.2");
inline const wire::Ipv4Address home_ipv4 = test::ipv4("192.0.2.9");
inline const wire::Ipv6Address correspondent_ipv4 = test::ip("::ffff:198.51.100.1");

// Octets of an inner packet with this payload of UDP.
constexpr std::size_t inner_size(std::size_t payload) {
    return 40 + 8 + payload;
}

// A worker counts a packet right after it has moved it, so the packet may be seen before.
template <class Reading, class Expected>
void expect_to_become(const Expected& expected, Reading reading) {
    constexpr int patience = 10'000'000;
    for (int tries = 0; reading() != expected && tries < patience; ++tries) {
        std::this_thread::yield();
    }
    EXPECT_EQ(reading(), expected);
}

// Of one shard.
struct MachineSockets {
    MachineSockets(mobility::Shards shards, mobility::Shard shard,
                   platform::UdpTunnelSocket of_port)
        : esp({.protocol = wire::NextHeader::esp, .shards = shards, .shard = shard}),
          ipv6({.protocol = wire::NextHeader::ipv6, .shards = shards, .shard = shard}),
          ipv4({.protocol = wire::NextHeader::ipv4, .shards = shards, .shard = shard}),
          udp(std::move(of_port)),
          outer(0) {}

    platform::RawTunnelSocket esp;
    platform::RawTunnelSocket ipv6;
    platform::RawTunnelSocket ipv4;
    platform::UdpTunnelSocket udp;
    platform::OuterPacketSocket outer;
};

// Several shards want a program that not every kernel takes from everybody: then there is one.
struct Machine {
    Machine(const platform::NetworkNamespace& where, const std::string& name,
            datapath::LookUpBy look_up_by, const std::string& configuration, std::size_t wanted = 1)
        : devices(make_devices((where.enter(), name), wanted)),
          plane(devices, look_up_by, test::home_agent, {}, wire::OuterDscp::zero,
                steering ? &*steering : nullptr) {
        platform::run("ip link set " + name + " addrgenmode none; ip link set " + name +
                      " mtu 1400 up; " + configuration);
    }
    [[nodiscard]] mobility::Shards shards() const { return mobility::Shards(devices.size()); }

    std::optional<platform::TunSteering> steering;
    std::vector<platform::TunDevice> queues;
    std::vector<std::unique_ptr<MachineSockets>> sockets;
    std::vector<ShardDevices> devices;
    DataPlane plane;

  private:
    std::vector<ShardDevices> make_devices(const std::string& name, std::size_t wanted) {
        using platform::TunDevice;
        if (wanted > 1) {
            if (auto loaded =
                    platform::TunSteering::load(wire::Prefix::parse_ipv4("192.0.2.0/24"))) {
                steering = *std::move(loaded);
            }
        }
        const mobility::Shards of(steering ? wanted : 1);
        queues.emplace_back(name, TunDevice::Offloading::on,
                            steering ? TunDevice::Queues::several : TunDevice::Queues::one);
        while (queues.size() < of.count()) {
            queues.push_back(queues.front().another_queue());
        }
        if (steering) {
            platform::require("divide packets", steering->attach(queues.front()));
        }
        auto udp = platform::UdpTunnelSocket::for_shards(
            {.port = mobility::dsmip_port, .coalesced = true}, of);
        std::vector<ShardDevices> made;
        for (std::uint16_t number = 0; number < of.count(); ++number) {
            sockets.push_back(std::make_unique<MachineSockets>(of, mobility::Shard{number},
                                                               std::move(udp[number])));
            MachineSockets& own = *sockets.back();
            made.push_back({.tun = &queues[number],
                            .sockets = {.esp = own.esp,
                                        .ipv6 = own.ipv6,
                                        .ipv4 = own.ipv4,
                                        .udp = std::span(&own.udp, 1),
                                        .outer = own.outer}});
        }
        return made;
    }
};

class DataPlaneTest : public platform::OnALink {
  protected:
    explicit DataPlaneTest(std::size_t shards_of_the_agent = 1)
        : agent_(far_, "agent", datapath::LookUpBy::inner_destination,
                 "ip addr add 2001:db8:c::1/128 dev lo nodad;"
                 "ip addr add 198.51.100.1/32 dev lo; ip addr add 203.0.113.2/24 dev far;"
                 "sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.agent.rp_filter=0;"
                 "ip route add 192.0.2.9 dev agent;"
                 "ip route add 2001:db8:f::9 dev agent; ip route add 2001:db8:f::a dev agent",
                 shards_of_the_agent),
          correspondent_(test::correspondent),
          node_(near_, "node", datapath::LookUpBy::inner_source,
                "ip addr add 2001:db8:f::9/128 dev node nodad;"
                "ip addr add 192.0.2.9/32 dev node; ip addr add 203.0.113.1/24 dev near; ip addr "
                "add 203.0.113.3/24 dev near;"
                "sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.node.rp_filter=0;"
                "ip route add 198.51.100.1 dev node src 192.0.2.9;"
                "ip addr add 2001:db8:f::a/128 dev node nodad;"
                "ip addr add 2001:db8::3/64 dev near nodad; ip route add 2001:db8:c::1 dev node"),
          application_(test::home.address),
          other_application_(other_home.address) {}

    void register_sealed(const security::TunnelKeys& keys) {
        register_sealed_along(keys, uplink_, downlink_);
    }
    void register_sealed_along(const security::TunnelKeys& keys, const mobility::Path& up,
                               const mobility::Path& down) {
        const auto theirs = test::other_end(keys);
        EXPECT_TRUE(agent().admit(test::home, theirs));
        EXPECT_TRUE(agent().direct(test::home, down, test::session_of(theirs)));
        EXPECT_TRUE(node().admit(test::home, keys));
        EXPECT_TRUE(node().direct(test::home, up, test::session_of(keys)));
    }
    void register_plain() {
        EXPECT_TRUE(agent().direct(test::home, downlink_, std::nullopt));
        EXPECT_TRUE(node().direct(test::home, uplink_, std::nullopt));
    }

    void expect_both_ways(const std::string& text) {
        application_.send(test::correspondent, text);
        EXPECT_EQ(correspondent_.receive(), text);
        correspondent_.send(test::home.address, text + " too");
        EXPECT_EQ(application_.receive(), text + " too");
    }

    // What this end tells, as soon as there is any of it.
    template <class Told>
    static std::vector<Told> told_by(DataPlane& plane,
                                     std::vector<Told> DataPlane::Notices::* what) {
        while (platform::becomes_readable(plane.notices())) {
            if (auto taken = plane.take_notices(); !(taken.*what).empty()) {
                return taken.*what;
            }
        }
        return {};
    }
    static std::vector<mobility::SessionId> confirmed_at(DataPlane& plane) {
        return told_by(plane, &DataPlane::Notices::confirmed);
    }

    // Until this end has dropped what was closed.
    static bool forgets(DataPlane& plane, const wire::HomeAddress& closed) {
        while (plane.traffic(closed).received.packets != 0 &&
               platform::becomes_readable(plane.notices())) {
            static_cast<void>(plane.take_notices());
        }
        return plane.traffic(closed).received.packets == 0;
    }

    DataPlane& agent() { return agent_.plane; }
    DataPlane& node() { return node_.plane; }

    const mobility::Path uplink_{.local = near_address_, .remote = far_address_};
    const mobility::Path downlink_{.local = far_address_, .remote = near_address_};
    Machine agent_;
    test::UdpSocket correspondent_;
    Machine node_;
    test::UdpSocket application_;
    test::UdpSocket other_application_;
};

}  // namespace godwit::runtime

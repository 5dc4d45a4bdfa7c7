#pragma once
// What a home agent's table of nftables does with the packets of two clients.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "server/forwarding_policy.hpp"
#include "shared/wire/checksum.hpp"
#include "tests/platform/ipv4_datagram.hpp"
#include "tests/platform/network_namespace.hpp"

namespace godwit::platform {

// A laptop and a phone, whose packets leave the tunnel, and a host of the Internet.
class Policies : public InNamespace {
  protected:
    Policies() {
        run("ip link set outside up; ip link set tunnel up; "
            "echo 1 > /proc/sys/net/ipv4/ip_forward; "
            "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding; "
            "ip route add 10.64.0.0/16 dev tunnel; ip route add default dev outside; "
            "ip route add fd00:9::/64 dev tunnel; ip -6 route add default dev outside");
        policy_.emplace(
            server::ForwardingSettings{
                .tunnel = tunnel_.interface(), .masqueraded = {}, .home_link = {}},
            log_);
        apply(laptop_, {});
        apply(phone_, {});
    }

    void apply(server::PolicedClient client, const server::ClientPolicy& policy) {
        client.policy = policy;
        EXPECT_FALSE(policy_->apply({&client, 1}));
    }
    static bool arrives(const TunDevice& device, const wire::Bytes& sent) {
        std::array<std::uint8_t, 2048> packet{};
        bool found = false;
        while (const auto length = device.read(packet)) {
            found = found || (*length == sent.size() && packet[0] == sent[0]);
        }
        return found;
    }
    // Of the laptop's, to these two, over either family.
    [[nodiscard]] bool reaches_internet(std::uint8_t last = 1) const {
        return reaches(outside_, {{198, 51, 100, last}}, "2001:db8:c::" + std::to_string(last));
    }
    [[nodiscard]] bool reaches_phone() const {
        return reaches(tunnel_, phone_.ipv4.value(), phone_.home.text());
    }
    [[nodiscard]] bool reaches(const TunDevice& device, wire::Ipv4Address ipv4,
                               const std::string& ipv6) const {
        const wire::Bytes four = ipv4_datagram(laptop_.ipv4.value(), ipv4, 999, 7);
        const wire::Bytes six = ipv6_datagram(laptop_.home.address, address(ipv6.c_str()));
        EXPECT_TRUE(tunnel_.write(four));
        const bool by_ipv4 = arrives(device, four);
        EXPECT_TRUE(tunnel_.write(six));
        const bool by_ipv6 = arrives(device, six);
        EXPECT_EQ(by_ipv4, by_ipv6);
        return by_ipv6;
    }
    static wire::Bytes ipv6_datagram(const wire::Ipv6Address& source,
                                     const wire::Ipv6Address& destination, std::uint8_t from = 9,
                                     std::uint8_t to = 7) {
        wire::Bytes packet{0x60, 0, 0, 0, 0, 9, 17, 64};
        packet.insert(packet.end(), source.octets.begin(), source.octets.end());
        packet.insert(packet.end(), destination.octets.begin(), destination.octets.end());
        wire::Bytes udp{0, from, 0, to, 0, 9, 0, 0, 42};
        const std::uint16_t checksum =
            wire::upper_layer_checksum({source, destination}, wire::NextHeader::udp, udp);
        udp[6] = static_cast<std::uint8_t>(checksum >> 8U);
        udp[7] = static_cast<std::uint8_t>(checksum);
        packet.insert(packet.end(), udp.begin(), udp.end());
        return packet;
    }

    const server::PolicedClient laptop_{
        .home = {address("fd00:9::9")}, .ipv4 = wire::Ipv4Address{{10, 64, 0, 9}}, .policy = {}};
    const server::PolicedClient phone_{
        .home = {address("fd00:9::a")}, .ipv4 = wire::Ipv4Address{{10, 64, 0, 10}}, .policy = {}};
    const TunDevice outside_{"outside", TunDevice::Offloading::off};
    const TunDevice tunnel_{"tunnel", TunDevice::Offloading::off};
    runtime::Log log_{runtime::LogLevel::error};
    std::optional<server::ForwardingPolicy> policy_;
};

}  // namespace godwit::platform

#include "shared/mobility/dns_configuration.hpp"

#include <gtest/gtest.h>

#include <string>

namespace godwit::mobility {
namespace {

wire::Ipv6Address ip(const char* text) {
    return wire::Ipv6Address::parse(text).value();
}

wire::DomainName domain(const std::string& text) {
    return wire::DomainName::parse(text).value();
}

const DnsConfiguration home{.servers = {ip("2001:db8:f::53"), ip("::ffff:10.19.0.1")},
                            .search_domains = {domain("a.b")}};

std::optional<DnsConfiguration> read(const wire::Bytes& data) {
    return dns_configuration({wire::ExperimentalOption{data}});
}

TEST(DnsConfiguration, HasTheOctetsOfItsPicture) {
    wire::Bytes octets{8, 1, 2, 1};
    for (const wire::Ipv6Address& server : home.servers) {
        octets.insert(octets.end(), server.octets.begin(), server.octets.end());
    }
    octets.insert(octets.end(), {1, 'a', 1, 'b', 0});
    EXPECT_EQ(to_option(home).data, octets);
    EXPECT_EQ(read(octets), home);
}

TEST(DnsConfiguration, IsFoundAmongOtherOptions) {
    EXPECT_EQ(dns_configuration({wire::ExperimentalOption{{5, 1}}, to_option(home)}), home);
    EXPECT_EQ(dns_configuration({wire::ExperimentalOption{{5, 1}}}), std::nullopt);
}

TEST(DnsConfiguration, FillsOneOptionAtItsLimits) {
    DnsConfiguration most;
    for (int server = 1; server <= 4; ++server) {
        most.servers.push_back(ip(("2001:db8::" + std::to_string(server)).c_str()));
    }
    for (int number = 0; number < 7; ++number) {
        most.search_domains.push_back(domain(std::string(20, 'a') + std::to_string(number)));
    }
    most.search_domains.push_back(domain(std::string(24, 'b')));
    ASSERT_EQ(octets_of(most.search_domains), DnsConfiguration::max_domain_octets);
    EXPECT_EQ(to_option(most).data.size(), 255U);
    EXPECT_EQ(read(to_option(most).data), most);
}

TEST(DnsConfiguration, IsNoneWhereItIsCutShortOrLonger) {
    const wire::Bytes whole = to_option(home).data;
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_EQ(read(wire::Bytes(whole.begin(), whole.begin() + static_cast<long>(length))),
                  std::nullopt)
            << length;
    }
    wire::Bytes longer = whole;
    longer.push_back(0);
    EXPECT_EQ(read(longer), std::nullopt);
}

TEST(DnsConfiguration, IsNoneOfAnotherVersionOrOfMoreThanTheLimits) {
    wire::Bytes octets = to_option(home).data;
    octets[1] = 2;
    EXPECT_EQ(read(octets), std::nullopt);
    EXPECT_EQ(read({8, 1, 0, 0}), DnsConfiguration{});
    wire::Bytes servers{8, 1, 5, 0};
    for (std::uint8_t server = 1; server <= 5; ++server) {
        auto address = ip("2001:db8::");
        address.octets.back() = server;
        servers.insert(servers.end(), address.octets.begin(), address.octets.end());
    }
    EXPECT_EQ(read(servers), std::nullopt);
    wire::Bytes domains{8, 1, 0, 9};
    for (std::uint8_t name = 'a'; name < 'a' + 9; ++name) {
        domains.insert(domains.end(), {1, name, 0});
    }
    EXPECT_EQ(read(domains), std::nullopt);
}

TEST(DnsConfiguration, IsNoneWithAServerThatNobodyCanAskOrSomethingTwice) {
    for (const char* server : {"::", "::1", "ff02::fb", "fe80::1", "::ffff:127.0.0.53",
                               "::ffff:0.0.0.0", "::ffff:224.0.0.251"}) {
        EXPECT_EQ(read(to_option({.servers = {ip(server)}}).data), std::nullopt) << server;
    }
    EXPECT_EQ(read(to_option({.servers = {home.servers[0], home.servers[0]}}).data), std::nullopt);
    EXPECT_EQ(read(to_option({.search_domains = {domain("a"), domain("a")}}).data), std::nullopt);
}

}  // namespace
}  // namespace godwit::mobility

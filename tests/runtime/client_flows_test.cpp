#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/runtime/mn_toml.hpp"

namespace godwit::client {
namespace {

using testing::HasSubstr;
using tests::TemporaryDirectory;

TEST(ClientConfiguration, TakesFlows) {
    const TemporaryDirectory directory;
    const Configuration configuration = read(
        directory, "redundant = ['udp port 5060', 'udp ports 10000-20000', 'dscp 46']\n" + least +
                       "[[flow]]\nmatch = 'tcp port 22 to 2001:db8::/32'\nvia = 'wired'\n"
                       "[[flow]]\nmatch = 'any'\nvia = 'eth*'\n");
    ASSERT_EQ(configuration.redundant.size(), 3U);
    EXPECT_EQ(configuration.redundant[0].text(), "udp port 5060");
    EXPECT_EQ(configuration.redundant[1].text(), "udp ports 10000-20000");
    EXPECT_EQ(configuration.redundant[2].text(), "any dscp 46");
    ASSERT_EQ(configuration.flows.size(), 2U);
    EXPECT_EQ(configuration.flows[0].match.text(), "tcp port 22 to 2001:db8::/32");
    EXPECT_EQ(configuration.flows[0].via, "wired");
    EXPECT_EQ(configuration.flows[1].match, mobility::FlowSelector{});
    EXPECT_EQ(configuration.flows[1].via, "eth*");
    EXPECT_TRUE(read(directory, least).redundant.empty());
    EXPECT_TRUE(read(directory, least).flows.empty());
}

TEST(ClientConfiguration, TakesNoMoreFlowsThanAHomeAgent) {
    const TemporaryDirectory directory;
    std::string flows = "redundant = ['icmp', 'dscp 1'";  // one of each family
    for (unsigned port = 1; port <= 7; ++port) {          // two
        flows += ", 'port " + std::to_string(port) + "'";
    }
    EXPECT_EQ(read(directory, flows + "]\n" + least).redundant.size(), 9U);
    EXPECT_THAT(errors_of(flows + ", 'udp']\n" + least),
                HasSubstr("redundant: all flows together are 34 flow bindings"));
}

}  // namespace
}  // namespace godwit::client

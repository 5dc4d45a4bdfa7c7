// rtnetlink messages whose lengths say less than they should: what is not there is not read.

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cstring>
#include <vector>

#include "shared/platform/network_events.hpp"
#include "shared/platform/rtnetlink_additions.hpp"
#include "shared/platform/rtnetlink_objects.hpp"

namespace godwit::platform {
namespace {

// A message in memory of exactly its size.
class Message {
  public:
    template <class Header>
    Message(std::uint16_t type, const Header& header) : octets_(sizeof(nlmsghdr)) {
        append(&header, sizeof header);
        in_place().nlmsg_type = type;
    }
    Message& with(std::uint16_t type, const void* content, std::size_t size) {
        const rtattr attribute{static_cast<unsigned short>(sizeof(rtattr) + size), type};
        append(&attribute, sizeof attribute);
        append(content, size);
        return *this;
    }
    Message& cut_to(std::size_t size) {
        octets_.resize(size);
        in_place().nlmsg_len = static_cast<std::uint32_t>(size);
        return *this;
    }
    [[nodiscard]] const nlmsghdr& header() const {
        return *reinterpret_cast<const nlmsghdr*>(octets_.data());
    }
    [[nodiscard]] std::span<const std::byte> octets() const { return octets_; }

  private:
    nlmsghdr& in_place() { return *reinterpret_cast<nlmsghdr*>(octets_.data()); }
    void append(const void* from, std::size_t size) {
        const std::size_t end = octets_.size();
        octets_.resize(end + (size + 3) / 4 * 4);
        if (size != 0) {
            std::memcpy(octets_.data() + end, from, size);
        }
        in_place().nlmsg_len = static_cast<std::uint32_t>(octets_.size());
    }

    std::vector<std::byte> octets_;
};

Message link() {
    ifinfomsg header{};
    header.ifi_index = 3;
    constexpr std::uint32_t mtu = 1500;
    Message message(RTM_NEWLINK, header);
    return message.with(IFLA_MTU, &mtu, sizeof mtu).with(IFLA_IFNAME, "eth0", 4);
}

TEST(NetlinkMessage, NamesALinkUpToItsEndWhereNoZeroEndsTheName) {
    const auto read = link_in(link().header());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->name, "eth0");
    EXPECT_EQ(read->mtu, 1500U);
}

TEST(NetlinkMessage, SaysNothingWhereItEndsWithinItsHeader) {
    const Message link_alone = link().cut_to(sizeof(nlmsghdr) + 4);
    EXPECT_EQ(link_in(link_alone.header()), std::nullopt);
    ndmsg neighbour{};
    neighbour.ndm_state = NUD_FAILED;
    Message silent(RTM_NEWNEIGH, neighbour);
    EXPECT_TRUE(matters(silent.header()));
    silent.cut_to(sizeof(nlmsghdr) + 4);
    EXPECT_FALSE(matters(silent.header()));
    EXPECT_FALSE(silent_neighbour_in(silent.header()));
    EXPECT_FALSE(is_news_of(std::array{UnreachableNeighbour{}}, silent.header()));
    rtmsg route{};
    route.rtm_family = AF_INET6;
    Message short_route(RTM_NEWROUTE, route);
    short_route.cut_to(sizeof(nlmsghdr));
    EXPECT_TRUE(routes_in(short_route.header()).empty());
    EXPECT_EQ(protocol_of(short_route.header()), 0);
}

TEST(NetlinkMessage, TakesAnAttributeThatIsTooShortForOneThatIsNotThere) {
    rtmsg header{};
    header.rtm_family = AF_INET6;
    header.rtm_type = RTN_UNICAST;
    header.rtm_table = RT_TABLE_MAIN;
    constexpr std::uint16_t half_a_number = 0xffff;
    Message message(RTM_NEWROUTE, header);
    message.with(RTA_OIF, &half_a_number, sizeof half_a_number);
    const auto routes = routes_in(message.header());
    ASSERT_EQ(routes.size(), 1U);
    EXPECT_EQ(routes[0].interface.value, 0U);
    ifaddrmsg address{};
    Message of_nobody(RTM_NEWADDR, address);
    of_nobody.with(IFA_PROTO, nullptr, 0);
    EXPECT_EQ(protocol_of(of_nobody.header()), 0);
}

TEST(NetworkEvents, AreLookedThroughMessageByMessage) {
    Message first = link();
    ndmsg neighbour{};
    const Message second(RTM_NEWNEIGH, neighbour);
    std::vector<std::byte> both(first.octets().begin(), first.octets().end());
    both.insert(both.end(), second.octets().begin(), second.octets().end());
    const auto is_about_a_neighbour = [](const nlmsghdr& event) {
        return event.nlmsg_type == RTM_NEWNEIGH;
    };
    EXPECT_TRUE(NetworkEvents::any_of(both, is_about_a_neighbour));
    EXPECT_FALSE(NetworkEvents::any_of(first.octets(), is_about_a_neighbour));
    both.pop_back();
    EXPECT_FALSE(NetworkEvents::any_of(both, is_about_a_neighbour)) << "it is not whole";
}

}  // namespace
}  // namespace godwit::platform

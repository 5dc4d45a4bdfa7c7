// What a netlink socket has brought, message behind message, through every reader of it: none looks
// beyond a message's end, whatever its lengths say.

#include <linux/netlink.h>
#include <netlink/msg.h>

#include <algorithm>
#include <cstddef>
#include <memory>

#include "shared/platform/candidates.hpp"
#include "shared/platform/network_events.hpp"
#include "shared/platform/rtnetlink_additions.hpp"
#include "shared/platform/rtnetlink_objects.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/addresses.hpp"

namespace godwit {
namespace {

constexpr std::size_t max_input = 4096;  // octets

// A message alone in memory of exactly its size, where a sanitizer sees every step beyond.
class Message {
  public:
    explicit Message(const nlmsghdr& from)
        : size_(from.nlmsg_len), octets_(std::make_unique<std::byte[]>(size_)) {
        std::copy_n(reinterpret_cast<const std::byte*>(&from), size_, octets_.get());
    }
    [[nodiscard]] const nlmsghdr& header() const {
        return *reinterpret_cast<const nlmsghdr*>(octets_.get());
    }

  private:
    std::size_t size_;
    std::unique_ptr<std::byte[]> octets_;
};

void read_message(const nlmsghdr& message, platform::NetworkSnapshot& network) {
    if (const auto link = platform::link_in(message)) {
        fuzz::require(link->mtu <= link->ipv4_mtu);
        network.links.push_back(*link);
    }
    if (const auto address = platform::address_in(message)) {
        network.addresses.push_back(*address);
    }
    for (const platform::KnownRoute& route : platform::routes_in(message)) {
        network.routes.push_back(route);
    }
    if (const auto silent = platform::silent_neighbour_in(message)) {
        network.unreachable.push_back(silent->neighbour);
        fuzz::require(!platform::is_news_of(network.unreachable, message));
    }
    static_cast<void>(platform::is_news_of(network.unreachable, message));
    static_cast<void>(platform::matters(message));
    static_cast<void>(platform::protocol_of(message));
    static_cast<void>(platform::added_address_in(message));
    static_cast<void>(platform::added_route_in(message));
    static_cast<void>(platform::added_rule_in(message));
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    if (size > max_input) {
        return -1;
    }
    const auto octets = std::make_unique<std::byte[]>(size);
    std::copy_n(reinterpret_cast<const std::byte*>(data), size, octets.get());
    platform::NetworkSnapshot network;
    static_cast<void>(
        platform::NetworkEvents::any_of({octets.get(), size}, [](const nlmsghdr& event) {
            static_cast<void>(platform::matters(Message(event).header()));
            return false;
        }));
    auto* message = reinterpret_cast<nlmsghdr*>(octets.get());
    for (int remaining = static_cast<int>(size); ::nlmsg_ok(message, remaining) != 0;
         message = ::nlmsg_next(message, &remaining)) {
        read_message(Message(*message).header(), network);
    }
    const auto found = platform::candidates(
        network,
        {.home_agent = {test::home_agent.address, wire::Ipv6Address::mapped({{192, 0, 2, 1}})},
         .home = test::home,
         .ipv4_home = wire::Ipv4Address{{10, 19, 0, 2}},
         .tunnel = {7}});
    for (const mobility::CandidateAddress& candidate : found) {
        fuzz::require(candidate.address != test::home.address && candidate.interface.value != 7);
        fuzz::require(candidate.address.mapped_ipv4() || candidate.address.is_unicast_routable());
    }
    return 0;
}

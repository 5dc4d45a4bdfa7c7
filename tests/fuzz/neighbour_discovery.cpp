// What a link's strangers say in Neighbor Discovery, as this machine takes it on either side: the
// home agent's defence of home addresses, and the mobile node's watch over routers. However much is
// said, nothing grows, nothing is due for ever, and only what is known is spoken of.
//
// Records: how long it took, a kind, then what came with its own length in front.

#include <algorithm>
#include <array>
#include <map>

#include "client/core/router_watch.hpp"
#include "server/core/home_link_defence.hpp"
#include "shared/platform/neighbor_frames.hpp"
#include "shared/platform/router_discovery.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/addresses.hpp"

namespace godwit {
namespace {

using namespace std::chrono_literals;
using mobility::Instant;

constexpr std::size_t max_input = 4096;  // octets
constexpr std::size_t max_routers = 16;  // that are known of one link
const wire::LinkLayerAddress own{2, 0, 0, 0, 0, 1};

// Random octets seldom have a right checksum, and would never be looked into.
wire::Bytes with_checksum(wire::BytesView packet) {
    wire::Bytes bytes(packet.begin(), packet.end());
    const auto header = wire::Ipv6Header::parse(packet);
    constexpr std::size_t least = wire::Ipv6Header::size + 4;
    if (header && bytes.size() >= least) {
        const auto message = std::span(bytes).subspan(wire::Ipv6Header::size);
        message[2] = message[3] = 0;
        const auto sum = wire::upper_layer_checksum({header->source, header->destination},
                                                    wire::NextHeader::icmpv6, message);
        message[2] = static_cast<std::uint8_t>(sum >> 8U);
        message[3] = static_cast<std::uint8_t>(sum);
    }
    return bytes;
}

class HomeLink {
  public:
    HomeLink() {
        take(defence_.on_place(now_, {own, test::ip("fe80::1"), test::home_agent.address}));
        take(defence_.allocate(now_, test::home));
        take(defence_.allocate(now_, other_));
        take(defence_.bind(now_, other_));
    }

    void pass(std::chrono::nanoseconds time) {
        now_ += time;
        take(defence_.on_deadline(now_));
        const auto next = defence_.next_deadline();
        fuzz::require(!next || *next > now_);
    }
    void hear(const mobility::NeighborPacket& packet) {
        const server::DefenceActions actions = defence_.on_packet(now_, packet);
        fuzz::require(actions.send.size() <= 2);
        take(actions);
    }
    void bind() {
        if (defence_.judge(now_, test::home).claim == server::AddressClaim::free) {
            take(defence_.bind(now_, test::home));
        }
    }
    void release() { take(defence_.release(test::home)); }

  private:
    void take(const server::DefenceActions& actions) {
        for (const mobility::NeighborPacket& packet : actions.send) {
            const auto* said = std::get_if<wire::NeighborAdvertisement>(&packet.message);
            fuzz::require(said == nullptr || is_home(said->target));
            const wire::Bytes octets = std::visit(
                [&](const auto& message) {
                    return platform::neighbor_packet(packet.source, packet.destination, message);
                },
                packet.message);
            mobility::NeighborPacket read = packet;
            read.link_layer = {};
            fuzz::require(platform::neighbor_packet_in(octets) == read);
        }
        for (const auto& group : actions.join) {
            ++groups_[group];
        }
        for (const auto& group : actions.leave) {
            fuzz::require(groups_[group]-- > 0);
        }
        for (const server::HomeAddressDisputed& dispute : actions.disputed) {
            fuzz::require(is_home(dispute.home.address));
        }
        fuzz::require(groups_.size() <= 2 && defence_.disputed(now_).size() <= 2);
    }
    [[nodiscard]] bool is_home(const wire::Ipv6Address& address) const {
        return address == test::home.address || address == other_.address;
    }

    const wire::HomeAddress other_{test::ip("2001:db8:f::a")};
    server::HomeLinkDefence defence_{{}};
    Instant now_ = test::noon;
    std::map<wire::Ipv6Address, int> groups_;
};

class Routers {
  public:
    void pass(std::chrono::nanoseconds time) {
        now_ += time;
        take(watch_.on_deadline(now_));
        const auto next = watch_.next_deadline(now_);
        fuzz::require(!next || *next > now_);
    }
    void hear(const platform::RouterNews& news) {
        if (const auto* answer = std::get_if<platform::ReachableRouter>(&news)) {
            watch_.on_answer(now_, answer->interface, answer->router);
            return;
        }
        const auto& heard = std::get<platform::AdvertisedRouter>(news);
        fuzz::require(heard.router.is_link_local());
        const wire::NeighborOptions& options = heard.advertisement.options;
        client::RouterHeard said{.interface = heard.interface,
                                 .router = heard.router,
                                 .default_for = heard.advertisement.router_lifetime,
                                 .interval = options.advertisement_interval,
                                 .link_layer = options.source_link_layer};
        for (const wire::PrefixInformation& information : options.prefixes) {
            said.prefixes.push_back({information.prefix, information.valid_lifetime});
        }
        take(watch_.on_router_heard(now_, said));
    }
    void shake(std::uint8_t how) {
        switch (how % 5) {
            case 0:
                return watch_.on_link_lost(interface_);
            case 1:
                return take(watch_.on_link_up(now_, interface_));
            case 2:
                return take(watch_.on_link_shaken(now_, interface_));
            case 3:
                return take(watch_.on_addresses(now_));
            default:
                return watch_.on_link_gone(interface_);
        }
    }

  private:
    void take(const client::RouterQuestions& questions) {
        fuzz::require(questions.size() <= max_routers + 1);
        for (const client::RouterQuestion& question : questions) {
            if (const auto* probe = std::get_if<client::ProbeRouter>(&question)) {
                fuzz::require(probe->router.is_link_local());
                if (probe->link_layer[5] % 4 == 0) {
                    watch_.on_not_asked(*probe);
                }
            }
        }
        fuzz::require(watch_.replaced(now_).size() <= max_routers);
        static_cast<void>(watch_.is_abandoned(now_, interface_, test::care_of_a.address));
        if (const auto home = watch_.home_link(now_)) {
            fuzz::require(home->interface == interface_ && home->router.is_link_local());
        }
    }

    const mobility::InterfaceIndex interface_{3};
    client::RouterWatch watch_{test::home_prefix};
    Instant now_ = test::noon;
};

void take_packet(wire::BytesView octets, HomeLink& link, Routers& routers) {
    static_cast<void>(platform::neighbor_packet_in(octets));
    const wire::Bytes packet = with_checksum(octets);
    if (auto heard = platform::neighbor_packet_in(packet)) {
        heard->link_layer = {2, 0, 0, 0, 0, heard->source.octets[15]};
        link.hear(*heard);
    }
    const auto header = wire::Ipv6Header::parse(packet);
    const auto payload = header ? header->payload_of(packet) : std::unexpected(header.error());
    if (!payload) {
        return;
    }
    if (const auto news = platform::router_news_in({3}, *header, *payload)) {
        fuzz::require(header->hop_limit == 255);
        routers.hear(*news);
    }
}

void run(fuzz::Input input) {
    enum class Kind : std::uint8_t { packet, link, bind, release };
    constexpr std::array<std::chrono::nanoseconds, 8> times{0ms,   1ms, 50ms, 100ms,
                                                            999ms, 3s,  15s,  1h};
    HomeLink link;
    Routers routers;
    while (!input.is_empty()) {
        const std::uint8_t choice = input.octet();
        const auto time = times[choice & 7U];
        link.pass(time);
        routers.pass(time);
        switch (Kind{static_cast<std::uint8_t>((choice >> 3U) & 3U)}) {
            case Kind::packet:
                take_packet(input.record(), link, routers);
                break;
            case Kind::link:
                routers.shake(choice >> 5U);
                break;
            case Kind::bind:
                link.bind();
                break;
            case Kind::release:
                link.release();
                break;
        }
    }
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > godwit::max_input) {
        return -1;
    }
    godwit::run({data, size});
    return 0;
}

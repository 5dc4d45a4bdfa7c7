#pragma once
// Router advertisements as octets, and what a mobile node makes of them: RFC 4861 §4.2, §4.6,
// RFC 6275 §7.

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "client/core/router_watch.hpp"
#include "shared/wire/icmpv6.hpp"
#include "tests/conformance/mobile_node_octets.hpp"
#include "tests/conformance/rule.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::conformance::mobile_node {

using namespace std::chrono_literals;
using mobility::Instant;
using test::ip;
using test::noon;

inline constexpr mobility::InterfaceIndex link{3};

struct Advertisement {
    Ipv6Address router;
    std::string_view prefix;  // or, with R, the router's address
    std::uint32_t prefix_valid = 1800;
    std::uint8_t prefix_length = 64;
    bool is_router_address = false;  // R
    std::uint16_t router_lifetime = 1800;
    std::optional<std::uint32_t> interval{};  // ms
    std::uint8_t hop_limit = 255;
    std::uint8_t code = 0;
    std::uint16_t checksum_error = 0;
    std::uint8_t option_length = 4;  // of the prefix, units of 8 octets

    [[nodiscard]] Bytes octets() const {
        Bytes body{134, code, 0, 0, 64, 0};
        wire::Writer out(body);
        out.integer(router_lifetime);
        out.zeros(8);
        out.bytes(Bytes{1, 1, 2, 0, 0, 0, 0, router.octets.back()});  // Source Link-Layer Address
        out.bytes(Bytes{3, option_length, prefix_length,
                        static_cast<std::uint8_t>(is_router_address ? 0xe0 : 0xc0)});
        out.integer(prefix_valid);
        out.integer(prefix_valid);
        out.zeros(4);
        out.bytes(ip(prefix).octets);
        if (interval) {
            out.bytes(Bytes{7, 1, 0, 0});
            out.integer(*interval);
        }
        return packet(body);
    }

  private:
    [[nodiscard]] Bytes packet(Bytes body) const {
        const Ipv6Address all_nodes = ip("ff02::1");
        Bytes covered = body;
        // The sum is that of a Mobility Header but for its next header, 135 in place of 58.
        const std::uint32_t total =
            sum(router, all_nodes, covered) + (0xffffU - mobility_header + 58);
        const std::uint32_t folded = (total & 0xffffU) + (total >> 16U);
        const auto checksum = static_cast<std::uint16_t>(~folded) ^ checksum_error;
        body[2] = static_cast<std::uint8_t>(checksum >> 8U);
        body[3] = static_cast<std::uint8_t>(checksum);
        Bytes octets{0x60, 0, 0, 0};
        wire::Writer out(octets);
        out.integer(static_cast<std::uint16_t>(body.size()));
        out.bytes(Bytes{58, hop_limit});
        out.bytes(router.octets);
        out.bytes(all_nodes.octets);
        out.bytes(body);
        return octets;
    }
};

inline Advertisement router_at_home() {
    return {.router = ip("fe80::1"), .prefix = "2001:db8:f::"};
}
inline Advertisement router_a() {
    return {.router = ip("fe80::a"), .prefix = "2001:db8:a::"};
}
inline Advertisement router_b() {
    return {.router = ip("fe80::b"), .prefix = "2001:db8:b::"};
}

class LinkBench {
  public:
    // As client/attachment_watch does it. False if the octets are no advertisement to believe.
    bool hear(const Advertisement& advertisement) {
        const Bytes octets = advertisement.octets();
        const auto header = wire::Ipv6Header::parse(octets);
        const auto message =
            wire::parse_icmpv6(*header, BytesView(octets).subspan(wire::Ipv6Header::size));
        if (!message) {
            return false;
        }
        const auto& told = std::get<wire::RouterAdvertisement>(*message);
        client::RouterHeard heard{.interface = link,
                                  .router = header->source,
                                  .default_for = told.router_lifetime,
                                  .interval = told.options.advertisement_interval,
                                  .link_layer = told.options.source_link_layer};
        for (const wire::PrefixInformation& information : told.options.prefixes) {
            heard.prefixes.push_back({information.prefix, information.valid_lifetime});
        }
        note(watch.on_router_heard(now, heard));
        return true;
    }
    void be_answered_by(const Advertisement& router) { watch.on_answer(now, link, router.router); }
    void run_for(std::chrono::nanoseconds time) {
        const Instant end = now + time;
        for (auto next = watch.next_deadline(now); next && *next <= end;
             next = watch.next_deadline(now)) {
            now = *next;
            note(watch.on_deadline(now));
        }
        now = end;
    }
    void note(const client::RouterQuestions& questions) {
        for (const client::RouterQuestion& question : questions) {
            if (const auto* probe = std::get_if<client::ProbeRouter>(&question)) {
                probed.push_back(probe->router);
            } else {
                ++solicited;
            }
        }
    }
    [[nodiscard]] bool is_home() const { return watch.home_link(now).has_value(); }
    [[nodiscard]] bool has_left(const wire::CareOfAddress& care_of) const {
        return watch.is_abandoned(now, link, care_of.address);
    }

    client::RouterWatch watch{test::home_prefix};
    Instant now = noon;
    std::vector<Ipv6Address> probed;  // by unicast neighbor solicitations
    std::size_t solicited = 0;        // how often all routers were
};

}  // namespace godwit::conformance::mobile_node

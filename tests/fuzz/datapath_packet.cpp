// What comes in UDP from anybody, and inner packets from anybody's applications: through the whole
// of both directions, with a limit that asks for answers and for smaller segments; and past rules
// that look at everything.

#include <algorithm>
#include <memory>
#include <span>

#include "shared/datapath/flow_hash.hpp"
#include "shared/datapath/flow_rules.hpp"
#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "shared/datapath/udp_payload.hpp"
#include "tests/fuzz/require.hpp"

namespace godwit {
namespace {

using namespace datapath;

constexpr std::size_t max_input = 2048;  // octets: more than any packet of a 1500-octet link
constexpr mobility::TunnelMtu tight{.inner = 100, .whole = 80};

// The tunnel of the very address that the input has, so that nothing else keeps it out.
void come_in(wire::Bytes packet) {
    const auto protocol = protocol_of_udp_payload(packet);
    const auto inner = InnerPacket::parse(packet);
    if (!protocol || !inner) {
        return;
    }
    const mobility::Path path{.encapsulation = mobility::Encapsulation::udp};
    const wire::HomeAddress home{inner->source};
    InboundTunnels tunnels{LookUpBy::inner_destination, {inner->destination}};
    auto tunnel = std::make_unique<PlainTunnel>(home, path);
    tunnel->whole = tight.whole;
    tunnels.admit_plain(std::move(tunnel));
    if (const auto ipv4 = inner->source.mapped_ipv4()) {
        tunnels.carry_ipv4(std::make_unique<Ipv4HomeAddress>(*ipv4, home));
    }
    const wire::Ecn outer = wire::ecn_of(packet.back());  // as good as any
    const auto incoming = tunnels.decapsulate(path, *protocol, packet, outer);
    if (!incoming) {
        fuzz::require(incoming.error() == DropReason::congestion && outer == wire::Ecn::ce);
        return;
    }
    fuzz::require(incoming->inner.data() == packet.data());
    fuzz::require(incoming->inner.size() <= packet.size());
}

void go_out(wire::BytesView packet) {
    static_cast<void>(FlowHash(LookUpBy::inner_destination, 8290).of(packet));
    auto buffer = std::make_unique<PacketBuffer>();
    std::ranges::copy(packet, buffer->room().begin());
    buffer->resize(packet.size());
    const auto inner = InnerPacket::parse(buffer->packet());
    if (!inner) {
        return;
    }
    const wire::HomeAddress home{inner->source};
    OutboundTunnels tunnels{LookUpBy::inner_source, {}};
    auto tunnel = std::make_unique<OutboundTunnel>(home, mobility::Path{});
    tunnel->mtu = tight;
    tunnels.direct({}, std::move(tunnel));
    if (const auto ipv4 = inner->source.mapped_ipv4()) {
        tunnels.carry_ipv4(std::make_unique<Ipv4HomeAddress>(*ipv4, home));
    }
    const auto outgoing = tunnels.encapsulate({}, *buffer);
    if (outgoing) {
        fuzz::require(outgoing->bytes.size() == inner->bytes.size());
        return;
    }
    if (outgoing.error() == DropReason::not_tunnelled) {
        fuzz::require(inner->content ==
                      wire::NextHeader::mobility);  // as if it were this end's own
        return;
    }
    if (outgoing.error() == DropReason::encapsulation_limit) {
        const auto limit = inner->spent_limit();
        fuzz::require(limit && *limit < inner->bytes.size() && inner->bytes[*limit] == 0);
    } else {
        fuzz::require(outgoing.error() == DropReason::too_big && inner->bytes.size() > tight.inner);
    }
    if (const auto reply = tunnels.answer_too_big({}, *buffer)) {
        fuzz::require(reply->size() <= mobility::min_ipv6_mtu);
        wire::Bytes copy = *reply;
        fuzz::require(!inner->is_ipv4 || InnerPacket::parse(copy).has_value());
    }
}

// What a port at either end means going out, it means coming back as well.
void take_its_path(wire::Bytes packet) {
    const auto inner = InnerPacket::parse(packet);
    if (!inner) {
        return;
    }
    FlowRule rule{.selectors = {}, .binding_ids = {1}};
    for (const bool is_ipv4 : {false, true}) {
        wire::TrafficSelector selector{.is_ipv4 = is_ipv4};
        selector.source_port = {1, 1023};
        rule.selectors.push_back(selector);
        selector.source_port.reset();
        selector.destination_port = {1, 1023};
        rule.selectors.push_back(selector);
        selector = {.is_ipv4 = is_ipv4, .spi = wire::Range<std::uint32_t>{1, 255}};
        selector.flow_label = {0, 0xfff};
        rule.selectors.push_back(selector);
    }
    const FlowRules there(FlowDirection::from_home_address, {rule});
    const FlowRules back(FlowDirection::to_home_address, {rule});
    fuzz::require((there.match(*inner) == nullptr) == (back.match(*inner) == nullptr));
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > godwit::max_input) {
        return -1;
    }
    godwit::come_in({data, data + size});
    godwit::go_out({data, size});
    godwit::take_its_path({data, data + size});
    return 0;
}

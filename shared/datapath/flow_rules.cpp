#include "shared/datapath/flow_rules.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "shared/wire/bytes.hpp"
#include "shared/wire/extension_headers.hpp"
#include "shared/wire/ipv4_header.hpp"
#include "shared/wire/ipv6_header.hpp"

namespace godwit::datapath {
namespace {

using wire::NextHeader;
using wire::TrafficSelector;

constexpr unsigned ecn_bits = 2;  // of the traffic class, behind the DSCP

// What selectors compare, as if the packet went to the home address.
struct Flow {
    bool is_ipv4 = false;
    const wire::Ipv6Address* source = nullptr;
    const wire::Ipv6Address* destination = nullptr;
    std::optional<std::uint32_t> spi;
    std::optional<std::uint32_t> flow_label;
    std::optional<std::uint16_t> source_port;
    std::optional<std::uint16_t> destination_port;
    std::optional<std::uint8_t> dscp;
    std::optional<NextHeader> protocol;
};

void read_headers(const InnerPacket& packet, Flow& flow) {
    if (packet.is_ipv4) {
        if (const auto header = wire::Ipv4Header::parse(packet.bytes)) {
            flow.dscp = static_cast<std::uint8_t>(header->type_of_service >> ecn_bits);
        }
    } else if (const auto header = wire::Ipv6Header::parse(packet.bytes)) {
        flow.dscp = static_cast<std::uint8_t>(header->traffic_class >> ecn_bits);
        flow.flow_label = header->flow_label;
    }
}

// Its payload, unless the beginning of that is in another fragment; and its protocol in any case.
wire::BytesView upper_layer_of(const InnerPacket& packet, Flow& flow) {
    if (packet.is_ipv4) {
        flow.protocol = packet.content;
        return packet.fragment_offset == 0 ? wire::BytesView(packet.payload()) : wire::BytesView{};
    }
    const auto upper = wire::find_upper_layer(packet.content, packet.payload());
    if (!upper) {
        return {};
    }
    flow.protocol = upper->type;
    return upper->is_later_fragment() ? wire::BytesView{} : upper->payload;
}

void read_upper_layer(const InnerPacket& packet, Flow& flow) {
    wire::Reader in(upper_layer_of(packet, flow));
    if (in.remaining() < sizeof(std::uint32_t)) {
        return;
    }
    if (flow.protocol == NextHeader::tcp || flow.protocol == NextHeader::udp) {
        flow.source_port = in.integer<std::uint16_t>();
        flow.destination_port = in.integer<std::uint16_t>();
    } else if (flow.protocol == NextHeader::esp) {
        flow.spi = in.integer<std::uint32_t>();
    }
}

Flow flow_of(const InnerPacket& packet, FlowDirection direction) {
    Flow flow{
        .is_ipv4 = packet.is_ipv4, .source = &packet.source, .destination = &packet.destination};
    read_headers(packet, flow);
    read_upper_layer(packet, flow);
    if (direction == FlowDirection::from_home_address) {
        std::swap(flow.source, flow.destination);
        std::swap(flow.source_port, flow.destination_port);
    }
    return flow;
}

template <class T>
bool holds(const std::optional<wire::Range<T>>& field, const std::optional<T>& value) {
    return !field || (value && field->contains(*value));
}

bool holds(const std::optional<wire::Range<wire::Ipv6Address>>& field,
           const wire::Ipv6Address& address) {
    return !field || field->contains(address);
}

bool means(const TrafficSelector& selector, const Flow& flow) {
    return selector.is_ipv4 == flow.is_ipv4 && holds(selector.protocol, flow.protocol) &&
           holds(selector.source_port, flow.source_port) &&
           holds(selector.destination_port, flow.destination_port) &&
           holds(selector.dscp, flow.dscp) && holds(selector.flow_label, flow.flow_label) &&
           holds(selector.spi, flow.spi) && holds(selector.source, *flow.source) &&
           holds(selector.destination, *flow.destination);
}

}  // namespace

FlowRules::FlowRules(FlowDirection direction, std::vector<FlowRule> rules)
    : direction_(direction), rules_(std::move(rules)) {
    std::erase_if(rules_, [](const FlowRule& rule) { return rule.binding_ids.empty(); });
}

const FlowRule* FlowRules::search(const InnerPacket& packet) const {
    const Flow flow = flow_of(packet, direction_);
    if (flow.protocol == NextHeader::mobility) {
        return nullptr;
    }
    for (const FlowRule& rule : rules_) {
        for (const TrafficSelector& selector : rule.selectors) {
            if (means(selector, flow)) {
                return &rule;
            }
        }
    }
    return nullptr;
}

}  // namespace godwit::datapath

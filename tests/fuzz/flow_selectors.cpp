// Flows as people write them, and as traffic selectors say them: what is read is written so that it
// reads the same, and means the same packets in both directions. Rates and addresses are read too.

#include <algorithm>

#include "shared/datapath/flow_rules.hpp"
#include "shared/mobility/bit_rate.hpp"
#include "shared/mobility/flow_selector.hpp"
#include "shared/mobility/link_traits.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"

namespace godwit {
namespace {

constexpr std::size_t max_input = 512;  // octets

template <class Value>
void read_alike(const std::string& text) {
    if (const auto value = Value::parse(text)) {
        fuzz::require(Value::parse(value->text()) == value);
    }
}

void read_prefix(const std::string& text) {
    for (const auto& prefix : {wire::Prefix::parse(text), wire::Prefix::parse_ipv4(text)}) {
        if (prefix) {
            const std::string written = prefix->text();
            fuzz::require((prefix->is_ipv4() ? wire::Prefix::parse_ipv4(written)
                                             : wire::Prefix::parse(written)) == prefix);
        }
    }
}

void write_and_read(const wire::TrafficSelector& selector) {
    wire::Bytes octets;
    wire::Writer out(octets);
    selector.serialize(out);
    fuzz::require(wire::TrafficSelector::parse(selector.format(), octets) == selector);
}

void read_flow(const std::string& text) {
    const auto flow = mobility::FlowSelector::parse(text);
    if (!flow) {
        return;
    }
    fuzz::require(mobility::FlowSelector::parse(flow->text()) == flow);
    for (const bool with_ipv4 : {false, true}) {
        const auto selectors = mobility::traffic_selectors(*flow, with_ipv4);
        fuzz::require(selectors.size() <= 4);
        std::ranges::for_each(selectors, write_and_read);
    }
}

// A selector from the wire against a packet: behind their lengths, an octet each.
void match(fuzz::Input input) {
    const std::uint8_t format = input.octet();
    const auto selector = wire::TrafficSelector::parse(format, input.record());
    if (!selector) {
        return;
    }
    write_and_read(*selector);
    const wire::BytesView rest = input.rest();
    wire::Bytes packet(rest.begin(), rest.end());
    const auto inner = datapath::InnerPacket::parse(packet);
    if (!inner) {
        return;
    }
    using enum datapath::FlowDirection;
    const datapath::FlowRule rule{.selectors = {*selector}, .binding_ids = {1}};
    const datapath::FlowRules rules(to_home_address, {rule});
    const datapath::FlowRules other_way(from_home_address, {rule});
    const bool means = rules.match(*inner) != nullptr;
    fuzz::require(!means || selector->is_ipv4 == inner->is_ipv4);
    fuzz::require(other_way.match(*inner) == nullptr || selector->is_ipv4 == inner->is_ipv4);
    fuzz::require(!means || !selector->source || selector->source->contains(inner->source));
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    if (size > max_input) {
        return -1;
    }
    const std::string text = fuzz::Input(data, size).text();
    read_flow(text);
    read_alike<mobility::BitRate>(text);
    read_alike<wire::Ipv6Address>(text);
    read_alike<wire::Ipv4Address>(text);
    read_prefix(text);
    // An interface's name against a pattern.
    const std::size_t half = text.size() / 2;
    static_cast<void>(mobility::matches(text.substr(0, half), {.name = text.substr(half)}));
    match({data, size});
    return 0;
}

#include "shared/wire/options/flow_identification.hpp"

#include <algorithm>
#include <expected>
#include <limits>
#include <utility>

namespace godwit::wire {
namespace {

constexpr std::uint8_t pad1 = 0;
constexpr std::uint8_t binding_reference = 2;
constexpr std::uint8_t traffic_selector = 3;
constexpr std::size_t sub_option_header = 2;  // octets: type and length
constexpr std::size_t fixed_part = 6;         // octets of the body before the sub-options
constexpr std::size_t most_sub_options = std::numeric_limits<std::uint8_t>::max() - fixed_part;

bool read_selector(BytesView content, FlowIdentification& option) {
    Reader in(content);
    const auto format = in.integer<std::uint8_t>();
    in.skip(1);  // reserved
    if (in.truncated() || !std::holds_alternative<std::monostate>(option.selector)) {
        return false;
    }
    const BytesView body = in.rest();
    if (format != TrafficSelector::ipv4_format && format != TrafficSelector::ipv6_format) {
        option.selector = UnknownTrafficSelector{format, Bytes(body.begin(), body.end())};
        return true;
    }
    auto selector = TrafficSelector::parse(format, body);
    if (selector) {
        option.selector = *std::move(selector);
    }
    return selector.has_value();
}

bool read_binding_reference(BytesView content, FlowIdentification& option) {
    if (content.empty() || content.size() % sizeof(std::uint16_t) != 0 ||
        !option.binding_ids.empty()) {
        return false;
    }
    Reader in(content);
    while (in.remaining() > 0) {
        option.binding_ids.push_back(in.integer<std::uint16_t>());
    }
    return true;
}

bool read_sub_option(std::uint8_t type, BytesView content, FlowIdentification& option) {
    switch (type) {
        case binding_reference:
            return read_binding_reference(content, option);
        case traffic_selector:
            return read_selector(content, option);
        default:
            return true;  // PadN, and what is not known
    }
}

bool read_sub_options(BytesView sub_options, FlowIdentification& option) {
    Reader in(sub_options);
    while (in.remaining() > 0) {
        const auto type = in.integer<std::uint8_t>();
        if (type == pad1) {
            continue;
        }
        const std::size_t length = in.integer<std::uint8_t>();
        const BytesView content = in.take(length);
        if (in.truncated() || !read_sub_option(type, content, option)) {
            return false;
        }
    }
    return true;
}

// What follows type and length; nothing where there is no selector.
Bytes content_of(const FlowIdentification& option) {
    Bytes content;
    Writer out(content);
    if (const auto* known = std::get_if<TrafficSelector>(&option.selector)) {
        out.integer(known->format());
        out.zeros(1);
        known->serialize(out);
    } else if (const auto* unknown = std::get_if<UnknownTrafficSelector>(&option.selector)) {
        out.integer(unknown->format);
        out.zeros(1);
        out.bytes(unknown->data);
    }
    return content;
}

}  // namespace

OptionLayout FlowIdentification::own_layout() const {
    const auto* known = std::get_if<TrafficSelector>(&selector);
    // The selector comes first, 8 octets behind the beginning of the option.
    return {.type = layout.type,
            .alignment = {
                std::max(layout.alignment.multiple, known == nullptr ? 1 : known->alignment()), 0}};
}

Parsed<FlowIdentification> FlowIdentification::parse(BytesView body) {
    Reader in(body);
    FlowIdentification option;
    option.id = in.integer<std::uint16_t>();
    option.priority = in.integer<std::uint16_t>();
    in.skip(1);  // reserved
    option.status = FlowBindingStatus{in.integer<std::uint8_t>()};
    if (in.truncated()) {
        return std::unexpected(ParseError::bad_option);
    }
    const BytesView sub_options = in.rest();
    if (!read_sub_options(sub_options, option)) {
        option.selector = {};
        option.binding_ids.clear();
        option.malformed.assign(sub_options.begin(), sub_options.end());
    }
    return option;
}

void FlowIdentification::serialize(Writer& out) const {
    out.integer(id);
    out.integer(priority);
    out.zeros(1);
    out.integer(static_cast<std::uint8_t>(status));
    out.bytes(malformed);
    const Bytes content = content_of(*this);
    const std::size_t reference = sizeof(std::uint16_t) * binding_ids.size();
    if (!content.empty()) {
        out.integer(traffic_selector);
        out.integer(static_cast<std::uint8_t>(content.size()));
        out.bytes(content);
        // What came without padding must fit again without it.
        const std::size_t unpadded = 2 * sub_option_header + content.size() + reference;
        if (reference > 0 && content.size() % 2 != 0 && unpadded < most_sub_options) {
            out.integer(pad1);
        }
    }
    if (reference > 0) {
        out.integer(binding_reference);
        out.integer(static_cast<std::uint8_t>(reference));
        std::ranges::for_each(binding_ids, [&out](std::uint16_t bid) { out.integer(bid); });
    }
}

}  // namespace godwit::wire

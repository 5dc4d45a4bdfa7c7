#include "shared/mobility/flow_selector.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "shared/wire/next_header.hpp"

namespace godwit::mobility {
namespace {

using Fault = std::optional<std::string>;  // nothing: all is well
using Ports = wire::Range<std::uint16_t>;

constexpr std::uint8_t most_dscp = 63;

std::string in_quotes(std::string_view word) {
    return '"' + std::string(word) + '"';
}

std::vector<std::string_view> words_of(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    std::vector<std::string_view> words;
    std::size_t begin = text.find_first_not_of(space);
    while (begin != std::string_view::npos) {
        const std::size_t end = std::min(text.find_first_of(space, begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        begin = text.find_first_not_of(space, end);
    }
    return words;
}

template <class Number>
std::optional<Number> number_of(std::string_view word) {
    Number number{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    const bool is_whole = error == std::errc{} && end == word.data() + word.size();
    return is_whole ? std::optional(number) : std::nullopt;
}

// "5060" or "10000-20000".
std::optional<Ports> ports_of(std::string_view word) {
    const std::size_t dash = word.find('-');
    const auto first = number_of<std::uint16_t>(word.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : number_of<std::uint16_t>(word.substr(dash + 1));
    if (!first || !last || *first == 0 || *last < *first) {
        return std::nullopt;
    }
    return Ports{*first, *last};
}

// With or without a length; IPv4 in the writing of IPv6 would be neither the one nor the other.
std::optional<wire::Prefix> prefix_of(std::string_view word) {
    const bool is_ipv6 = word.contains(':');
    std::string written(word);
    if (!word.contains('/')) {
        written += is_ipv6 ? "/128" : "/32";
    }
    const auto prefix = is_ipv6 ? wire::Prefix::parse(written) : wire::Prefix::parse_ipv4(written);
    return prefix && is_ipv6 && prefix->is_ipv4() ? std::nullopt : prefix;
}

std::optional<std::uint8_t> dscp_of(std::string_view word) {
    const auto number = number_of<std::uint8_t>(word);
    return number && *number <= most_dscp ? number : std::nullopt;
}

// Takes words off the front, a clause at a time.
class FlowReader {
  public:
    explicit FlowReader(std::string_view text) : words_(words_of(text)) {}

    std::expected<FlowSelector, std::string> read() {
        if (words_.empty()) {
            return std::unexpected("names no flow");
        }
        while (at_ < words_.size()) {
            if (auto fault = read_clause(words_[at_++])) {
                return std::unexpected(*std::move(fault));
            }
        }
        if (flow_.ports && flow_.protocol == FlowProtocol::icmp) {
            return std::unexpected("\"icmp\" has no ports");
        }
        return flow_;
    }

  private:
    Fault read_clause(std::string_view word) {
        if (word == "port" || word == "ports") {
            return read_value(word, ports_of, "no port or range of ports", flow_.ports);
        }
        if (word == "to") {
            return read_value(word, prefix_of, "no address or prefix", flow_.remote);
        }
        if (word == "dscp") {
            return read_value(word, dscp_of, "no DSCP from 0 to 63", flow_.dscp);
        }
        return read_protocol(word);
    }

    template <class Value, class ValueOf>
    Fault read_value(std::string_view word, ValueOf value_of, std::string_view wrong,
                     std::optional<Value>& value) {
        if (value) {
            return in_quotes(word) + " is there twice";
        }
        if (at_ == words_.size()) {
            return "nothing stands behind " + in_quotes(word);
        }
        const std::string_view written = words_[at_++];
        value = value_of(written);
        return value ? Fault{} : Fault{in_quotes(written) + " is " + std::string(wrong)};
    }

    Fault read_protocol(std::string_view word) {
        using enum FlowProtocol;
        const auto all = {tcp, udp, icmp};
        const auto* const known =
            std::ranges::find(all, word, [](FlowProtocol protocol) { return name(protocol); });
        if (known == all.end() && word != "any") {
            return in_quotes(word) + " is not understood";
        }
        if (has_protocol_) {
            return in_quotes(word) + " is a second protocol";
        }
        has_protocol_ = true;
        if (known != all.end()) {
            flow_.protocol = *known;
        }
        return {};
    }

    std::vector<std::string_view> words_;
    std::size_t at_ = 0;
    bool has_protocol_ = false;  // "any" too
    FlowSelector flow_;
};

wire::NextHeader number_of(FlowProtocol protocol, bool is_ipv4) {
    switch (protocol) {
        case FlowProtocol::tcp:
            return wire::NextHeader::tcp;
        case FlowProtocol::udp:
            return wire::NextHeader::udp;
        case FlowProtocol::icmp:
            break;
    }
    return is_ipv4 ? wire::NextHeader::icmp : wire::NextHeader::icmpv6;
}

wire::Range<wire::Ipv6Address> addresses_of(const wire::Prefix& prefix) {
    wire::Ipv6Address last = prefix.address;
    for (std::size_t bit = prefix.length; bit < 128; ++bit) {
        last.octets[bit / 8] |= static_cast<std::uint8_t>(0x80U >> (bit % 8));
    }
    return {prefix.address, last};
}

void append(std::vector<wire::TrafficSelector>& selectors, const FlowSelector& flow, bool is_ipv4) {
    wire::TrafficSelector selector{.is_ipv4 = is_ipv4};
    if (flow.protocol) {
        selector.protocol = wire::Range<wire::NextHeader>::only(number_of(*flow.protocol, is_ipv4));
    }
    if (flow.remote) {
        selector.source = addresses_of(*flow.remote);
    }
    if (flow.dscp) {
        selector.dscp = wire::Range<std::uint8_t>::only(*flow.dscp);
    }
    selector.source_port = flow.ports;
    selectors.push_back(selector);
    if (flow.ports) {
        selector.source_port.reset();
        selector.destination_port = flow.ports;
        selectors.push_back(selector);
    }
}

}  // namespace

std::string_view name(FlowProtocol protocol) {
    switch (protocol) {
        case FlowProtocol::tcp:
            return "tcp";
        case FlowProtocol::udp:
            return "udp";
        case FlowProtocol::icmp:
            return "icmp";
    }
    return "unknown";
}

std::expected<FlowSelector, std::string> FlowSelector::parse(std::string_view text) {
    return FlowReader(text).read();
}

std::string FlowSelector::text() const {
    std::string text = protocol ? std::string(name(*protocol)) : "any";
    if (ports) {
        text += ports->first == ports->last ? " port " : " ports ";
        text += std::to_string(ports->first);
        text += ports->first == ports->last ? "" : '-' + std::to_string(ports->last);
    }
    if (remote) {
        text += " to " + remote->text();
    }
    if (dscp) {
        text += " dscp " + std::to_string(*dscp);
    }
    return text;
}

std::vector<wire::TrafficSelector> traffic_selectors(const FlowSelector& flow, bool with_ipv4) {
    const bool may_be_ipv6 = !flow.remote || !flow.remote->is_ipv4();
    const bool may_be_ipv4 = !flow.remote || flow.remote->is_ipv4();
    std::vector<wire::TrafficSelector> selectors;
    if (may_be_ipv6) {
        append(selectors, flow, false);
    }
    if (may_be_ipv4 && with_ipv4) {
        append(selectors, flow, true);
    }
    return selectors;
}

}  // namespace godwit::mobility

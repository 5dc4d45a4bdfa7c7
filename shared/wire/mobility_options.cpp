#include "shared/wire/mobility_options.hpp"

#include <array>
#include <cassert>
#include <expected>
#include <limits>
#include <utility>

namespace godwit::wire {
namespace {

constexpr std::uint8_t pad1 = 0;
constexpr std::uint8_t padn = 1;
constexpr std::size_t option_header = 2;    // octets: type and length
constexpr std::size_t header_multiple = 8;  // octets, RFC 6275 §6.1.1
constexpr std::size_t max_alignment = 8;    // octets, of all the types known
constexpr std::size_t usual_body = 32;      // octets; longer ones grow
constexpr std::size_t usual_count = 3;      // of a message; more make room for themselves

// One option as it stands on the wire, padding included.
struct RawOption {
    std::uint8_t type = pad1;
    std::size_t offset = 0;  // of its body, in what the reader reads
    BytesView body;
};

RawOption read_option(Reader& in) {
    RawOption option;
    option.type = in.integer<std::uint8_t>();
    if (option.type != pad1) {
        const std::size_t length = in.integer<std::uint8_t>();
        option.offset = in.position();
        option.body = in.take(length);
    }
    return option;
}

using ParseBody = Parsed<MobilityOption> (*)(BytesView body);

template <class Option>
Parsed<MobilityOption> parse_body(BytesView body) {
    auto option = Option::parse(body);
    if (!option) {
        return std::unexpected(option.error());
    }
    return *std::move(option);
}

// Indexed by option type; null where the type is not known. Every alternative of MobilityOption but
// the last, UnknownOption, has its place here.
using Parsers = std::array<ParseBody, std::numeric_limits<std::uint8_t>::max() + 1>;

template <std::size_t... alternative>
constexpr Parsers parsers_of(std::index_sequence<alternative...> /*alternatives*/) {
    Parsers parsers{};
    ((parsers[std::variant_alternative_t<alternative, MobilityOption>::layout.type] =
          parse_body<std::variant_alternative_t<alternative, MobilityOption>>),
     ...);
    return parsers;
}

constexpr Parsers parsers =
    parsers_of(std::make_index_sequence<std::variant_size_v<MobilityOption> - 1>{});

Parsed<MobilityOption> parse_option(const RawOption& raw) {
    if (const ParseBody parse = parsers[raw.type]) {
        return parse(raw.body);
    }
    return UnknownOption{raw.type, Bytes(raw.body.begin(), raw.body.end())};
}

// RFC 6275 §6.2.7 and RFC 4285 §5.1: what authenticates a message is its last option, for what
// follows it is not authenticated. One authentication option may follow the other (§5).
bool may_follow(const MobilityOptions& options, const RawOption& next) {
    if (options.empty()) {
        return true;
    }
    if (std::holds_alternative<BindingAuthorizationData>(options.back())) {
        return false;  // padding neither
    }
    return !std::holds_alternative<AuthenticationOption>(options.back()) || next.type == pad1 ||
           next.type == padn || next.type == AuthenticationOption::layout.type;
}

OptionLayout layout_of(const MobilityOption& option) {
    return std::visit(
        []<class Option>(const Option& known) {
            if constexpr (requires { known.own_layout(); }) {
                return known.own_layout();
            } else {
                return Option::layout;
            }
        },
        option);
}

Bytes body_of(const MobilityOption& option) {
    Bytes body;
    body.reserve(usual_body);
    Writer out(body);
    std::visit([&out](const auto& known) { known.serialize(out); }, option);
    return body;
}

void append_padding(Bytes& message, std::size_t octets) {
    Writer out(message);
    if (octets == 1) {
        out.integer(pad1);
    } else if (octets > 1) {
        out.integer(padn);
        out.integer(static_cast<std::uint8_t>(octets - option_header));
        out.zeros(octets - option_header);
    }
}

bool is_aligned(std::size_t offset, Alignment alignment) {
    return offset % alignment.multiple == alignment.offset;
}

// The least padding that aligns the option, or, where `closes` holds and it can be had, the least
// that also makes the option end the header.
std::size_t padding_before(std::size_t at, Alignment alignment, std::size_t length, bool closes) {
    std::size_t least = 0;
    while (!is_aligned(at + least, alignment)) {
        ++least;
    }
    for (std::size_t padding = least; closes && padding < least + max_alignment; ++padding) {
        if (is_aligned(at + padding, alignment) &&
            (at + padding + option_header + length) % header_multiple == 0) {
            return padding;
        }
    }
    return least;
}

void append_option(Bytes& message, const MobilityOption& option, bool is_final) {
    const OptionLayout layout = layout_of(option);
    const Bytes body = body_of(option);
    assert(layout.type > padn && body.size() <= std::numeric_limits<std::uint8_t>::max());
    append_padding(message, padding_before(message.size(), layout.alignment, body.size(),
                                           is_final && layout.is_last));
    Writer out(message);
    out.integer(layout.type);
    out.integer(static_cast<std::uint8_t>(body.size()));
    out.bytes(body);
}

}  // namespace

Parsed<MobilityOptions> parse_options(BytesView in) {
    MobilityOptions options;
    Reader reader(in);
    while (reader.remaining() > 0) {
        const RawOption raw = read_option(reader);
        if (reader.truncated() || !may_follow(options, raw)) {
            return std::unexpected(ParseError::bad_option);
        }
        if (raw.type == pad1 || raw.type == padn) {
            continue;
        }
        auto option = parse_option(raw);
        if (!option) {
            return std::unexpected(option.error());
        }
        if (options.empty()) {
            options.reserve(usual_count);
        }
        options.push_back(*std::move(option));
    }
    return options;
}

void append_options(Bytes& message, const MobilityOptions& options) {
    for (const MobilityOption& option : options) {
        append_option(message, option, &option == &options.back());
    }
    append_padding(message,
                   (header_multiple - (message.size() % header_multiple)) % header_multiple);
}

std::optional<OptionBody> locate_option(BytesView message, std::size_t options_offset,
                                        std::uint8_t type) {
    Reader reader(message);
    reader.skip(options_offset);
    while (!reader.truncated() && reader.remaining() > 0) {
        const RawOption raw = read_option(reader);
        if (!reader.truncated() && raw.type == type) {
            return OptionBody{.offset = raw.offset, .length = raw.body.size()};
        }
    }
    return std::nullopt;
}

}  // namespace godwit::wire

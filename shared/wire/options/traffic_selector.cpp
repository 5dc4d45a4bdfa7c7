#include "shared/wire/options/traffic_selector.hpp"

#include <algorithm>
#include <expected>

namespace godwit::wire {
namespace {

constexpr std::uint16_t first_flag = 0x8000;
constexpr std::uint32_t flow_label_bits = 0x00ff'ffff;  // RFC 6088 §3.2: the others are ignored
constexpr unsigned unused_bits = 2;                     // of DS and TC, for ECN

// Reads the fields in the order of their flags.
class FieldReader {
  public:
    explicit FieldReader(BytesView body) : in_(body), flags_(in_.integer<std::uint16_t>()) {
        in_.skip(sizeof(flags_));  // reserved
    }

    template <class T, class ReadOne>
    void next(std::optional<Range<T>>& field, ReadOne read_one) {
        const bool has_first = take_flag();
        const bool has_last = take_flag();
        if (!has_first) {
            is_sound_ = is_sound_ && !has_last;
            return;
        }
        Range<T> range = Range<T>::only(read_one(in_));
        if (has_last) {
            range.last = read_one(in_);
        }
        is_sound_ = is_sound_ && range.first <= range.last;
        field = range;
    }

    [[nodiscard]] bool has_read_all() const {
        return is_sound_ && !in_.truncated() && in_.remaining() == 0;
    }

  private:
    bool take_flag() {
        const bool is_set = (flags_ & first_flag) != 0;
        flags_ = static_cast<std::uint16_t>(flags_ << 1U);
        return is_set;
    }

    Reader in_;
    std::uint16_t flags_;
    bool is_sound_ = true;
};

// Writes the fields in the order of their flags, which stand before them.
class FieldWriter {
  public:
    template <class T, class WriteOne>
    void next(const std::optional<Range<T>>& field, WriteOne write_one) {
        const bool has_last = field && field->first != field->last;
        put_flag(field.has_value());
        put_flag(has_last);
        if (field) {
            write_one(out_, field->first);
        }
        if (has_last) {
            write_one(out_, field->last);
        }
    }

    void finish(Writer& out) const {
        out.integer(flags_);
        out.zeros(sizeof(flags_));
        out.bytes(fields_);
    }

  private:
    void put_flag(bool is_set) {
        flags_ |= is_set ? flag_ : std::uint16_t{0};
        flag_ >>= 1U;
    }

    Bytes fields_;
    Writer out_{fields_};
    std::uint16_t flags_ = 0;
    std::uint16_t flag_ = first_flag;
};

Ipv6Address read_ipv4(Reader& in) {
    return Ipv6Address::mapped({in.array<4>()});
}

std::uint16_t read_port(Reader& in) {
    return in.integer<std::uint16_t>();
}

std::uint32_t read_spi(Reader& in) {
    return in.integer<std::uint32_t>();
}

std::uint32_t read_flow_label(Reader& in) {
    return in.integer<std::uint32_t>() & flow_label_bits;
}

std::uint8_t read_dscp(Reader& in) {
    return static_cast<std::uint8_t>(in.integer<std::uint8_t>() >> unused_bits);
}

NextHeader read_protocol(Reader& in) {
    return NextHeader{in.integer<std::uint8_t>()};
}

void write_ipv4(Writer& out, const Ipv6Address& address) {
    out.bytes(BytesView(address.octets).last<sizeof(Ipv4Address)>());
}

void write_ipv6(Writer& out, const Ipv6Address& address) {
    out.bytes(address.octets);
}

void write_number(Writer& out, auto number) {
    out.integer(number);
}

void write_dscp(Writer& out, std::uint8_t dscp) {
    out.integer(static_cast<std::uint8_t>(dscp << unused_bits));
}

void write_protocol(Writer& out, NextHeader protocol) {
    out.integer(static_cast<std::uint8_t>(protocol));
}

}  // namespace

std::size_t TrafficSelector::alignment() const {
    if (source || destination) {
        return is_ipv4 ? sizeof(std::uint32_t) : sizeof(std::uint64_t);
    }
    if (spi || flow_label) {
        return sizeof(std::uint32_t);
    }
    return source_port || destination_port ? sizeof(std::uint16_t) : 1;
}

Parsed<TrafficSelector> TrafficSelector::parse(std::uint8_t format, BytesView body) {
    TrafficSelector selector;
    selector.is_ipv4 = format == ipv4_format;
    const auto read_address = selector.is_ipv4 ? read_ipv4 : Ipv6Address::read;
    FieldReader in(body);
    in.next(selector.source, read_address);
    in.next(selector.destination, read_address);
    in.next(selector.spi, read_spi);
    if (!selector.is_ipv4) {
        in.next(selector.flow_label, read_flow_label);
    }
    in.next(selector.source_port, read_port);
    in.next(selector.destination_port, read_port);
    in.next(selector.dscp, read_dscp);
    in.next(selector.protocol, read_protocol);
    if (!in.has_read_all()) {
        return std::unexpected(ParseError::bad_option);
    }
    return selector;
}

void TrafficSelector::serialize(Writer& out) const {
    const auto write_address = is_ipv4 ? write_ipv4 : write_ipv6;
    FieldWriter fields;
    fields.next(source, write_address);
    fields.next(destination, write_address);
    fields.next(spi, write_number<std::uint32_t>);
    if (!is_ipv4) {
        fields.next(flow_label, write_number<std::uint32_t>);
    }
    fields.next(source_port, write_number<std::uint16_t>);
    fields.next(destination_port, write_number<std::uint16_t>);
    fields.next(dscp, write_dscp);
    fields.next(protocol, write_protocol);
    fields.finish(out);
}

}  // namespace godwit::wire

#include "shared/wire/mobile_prefix.hpp"

#include <expected>
#include <utility>

namespace godwit::wire {
namespace {

constexpr unsigned managed_bit = 0x8000;
constexpr unsigned other_configuration_bit = 0x4000;

template <class Message>
Parsed<Message> with_neighbor_options(Message message, Reader& in) {
    if (in.truncated()) {
        return std::unexpected(ParseError::truncated);
    }
    auto options = NeighborOptions::parse(in);
    if (!options) {
        return std::unexpected(options.error());
    }
    message.options = *std::move(options);
    return message;
}

}  // namespace

Parsed<MobilePrefixSolicitation> MobilePrefixSolicitation::parse(Reader& in) {
    MobilePrefixSolicitation solicitation;
    solicitation.identifier = in.integer<std::uint16_t>();
    in.skip(2);
    return with_neighbor_options(std::move(solicitation), in);
}

void MobilePrefixSolicitation::serialize(Writer& out) const {
    out.integer(identifier);
    out.zeros(2);
    options.serialize(out);
}

Parsed<MobilePrefixAdvertisement> MobilePrefixAdvertisement::parse(Reader& in) {
    MobilePrefixAdvertisement advertisement;
    advertisement.identifier = in.integer<std::uint16_t>();
    const unsigned flags = in.integer<std::uint16_t>();
    advertisement.managed = (flags & managed_bit) != 0;
    advertisement.other_configuration = (flags & other_configuration_bit) != 0;
    return with_neighbor_options(std::move(advertisement), in);
}

void MobilePrefixAdvertisement::serialize(Writer& out) const {
    const unsigned flags =
        (managed ? managed_bit : 0U) | (other_configuration ? other_configuration_bit : 0U);
    out.integer(identifier);
    out.integer(static_cast<std::uint16_t>(flags));
    options.serialize(out);
}

}  // namespace godwit::wire

#pragma once
// Mobile prefix discovery: what a mobile node that is away learns of its home prefix, as it would
// from Router Advertisements at home (RFC 6275 §6.7, §6.8).

#include <cstdint>

#include "shared/wire/bytes.hpp"
#include "shared/wire/neighbor_options.hpp"
#include "shared/wire/parse_error.hpp"

namespace godwit::wire {

//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     Type      |     Code      |          Checksum             |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |          Identifier           |            Reserved           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct MobilePrefixSolicitation {
    static constexpr std::uint8_t type = 146;

    std::uint16_t identifier = 0;  // random
    NeighborOptions options;       // none is defined; what is not known is ignored

    bool operator==(const MobilePrefixSolicitation&) const = default;
    static Parsed<MobilePrefixSolicitation> parse(Reader& in);  // behind type, code and checksum
    void serialize(Writer& out) const;
};

//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |     Type      |     Code      |          Checksum             |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |          Identifier           |M|O|        Reserved           |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |           Options ...
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
struct MobilePrefixAdvertisement {
    static constexpr std::uint8_t type = 147;

    std::uint16_t identifier = 0;      // of the solicitation, if it is solicited
    bool managed = false;              // M
    bool other_configuration = false;  // O
    NeighborOptions options;           // the home link's prefixes, all of them

    bool operator==(const MobilePrefixAdvertisement&) const = default;
    static Parsed<MobilePrefixAdvertisement> parse(Reader& in);  // behind type, code and checksum
    void serialize(Writer& out) const;
};

}  // namespace godwit::wire

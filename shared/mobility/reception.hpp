#pragma once
// What one end has received of a session so far, told to the other end when a move may have cost
// packets, so that it sends them again (docs/protocol.md). In a binding update and in its
// acknowledgement it travels in an Experimental mobility option (RFC 5096 §4):
//
//                                   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//                                   |   Type = 18   |    Length     |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |    Kind = 5   |  Version = 1  |  SPI of the packets received  :
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   :                               |   highest sequence number     :
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   :            received           |  packets between two gaps     |  for each gap, the
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+  newest first
//   |  packets in the older one     |              ...              |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "shared/wire/mobility_header.hpp"
#include "shared/wire/mobility_options.hpp"
#include "shared/wire/options/experimental_option.hpp"

namespace godwit::mobility {

struct Reception {
    // Sequence numbers that have not come in, though higher ones have.
    struct Gap {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        bool operator==(const Gap&) const = default;
    };
    // As many as an option has room for. Of more, those that lie closest together are told as one.
    static constexpr std::size_t max_gaps = 60;

    std::uint32_t spi = 0;      // of the packets: the receiver's inbound SPI
    std::uint32_t highest = 0;  // sequence number; 0: none has come in
    std::vector<Gap> gaps;      // the newest first, apart from each other
    bool operator==(const Reception&) const = default;

    [[nodiscard]] bool is_missing(std::uint32_t sequence) const;
    // How many of these sequence numbers are missing.
    [[nodiscard]] std::uint64_t count_missing(std::uint32_t first, std::uint32_t last) const;
};

// A handover loses what the session in use and the one before it have on their way.
inline constexpr std::size_t max_receptions = 2;

wire::ExperimentalOption to_option(const Reception& reception);
// Nothing if it is none, or a wrong one.
std::optional<Reception> to_reception(const wire::ExperimentalOption& option);
// Puts them into a binding update or acknowledgement.
void tell(const std::vector<Reception>& receptions, wire::MobilityMessage& message);
// The first max_receptions of a message.
std::vector<Reception> receptions(const wire::MobilityOptions& options);

}  // namespace godwit::mobility

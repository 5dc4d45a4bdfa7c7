#include "shared/mobility/told_receptions.hpp"

#include <cstddef>
#include <utility>

namespace godwit::mobility {
namespace {

constexpr std::size_t largest_packet = 1280;         // RFC 8200 §5: it arrives everywhere
constexpr std::size_t headers_around = 40 + 8 + 40;  // in UDP; natively there are less
constexpr std::size_t largest_seal = 256;            // a handshake's; an option's is a tenth of it

bool fits(const wire::MobilityMessage& message) {
    return wire::serialize_mobility_header(message, {}).size() + headers_around + largest_seal <=
           largest_packet;
}

}  // namespace

wire::MobilityMessage telling(const std::vector<Reception>& receptions,
                              const wire::MobilityMessage& message) {
    wire::MobilityMessage whole = message;
    for (const Reception& reception : receptions) {
        wire::MobilityMessage longer = whole;
        tell({reception}, longer);
        if (!fits(longer)) {
            break;
        }
        whole = std::move(longer);
    }
    return whole;
}

}  // namespace godwit::mobility

#include "shared/mobility/told_receptions.hpp"

#include <cstddef>
#include <utility>

namespace godwit::mobility {
namespace {

constexpr std::size_t largest_packet = 1280;         // RFC 8200 §5: it arrives everywhere
constexpr std::size_t headers_around = 40 + 8 + 40;  // in UDP; natively there are less
constexpr std::size_t largest_seal = 256;            // a handshake's; an option's is a tenth of it

}  // namespace

bool arrives_everywhere(const wire::MobilityMessage& message, std::size_t seal) {
    return wire::serialize_mobility_header(message, {}).size() + headers_around + seal <=
           largest_packet;
}

wire::MobilityMessage telling(const std::vector<Reception>& receptions,
                              const wire::MobilityMessage& message) {
    wire::MobilityMessage whole = message;
    for (const Reception& reception : receptions) {
        wire::MobilityMessage longer = whole;
        tell({reception}, longer);
        if (!arrives_everywhere(longer, largest_seal)) {
            break;
        }
        whole = std::move(longer);
    }
    return whole;
}

}  // namespace godwit::mobility

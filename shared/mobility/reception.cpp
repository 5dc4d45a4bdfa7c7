#include "shared/mobility/reception.hpp"

#include <algorithm>
#include <utility>

#include "shared/wire/bytes.hpp"

namespace godwit::mobility {
namespace {

constexpr std::uint8_t kind = 5;
constexpr std::uint8_t version = 1;
constexpr std::size_t gap_size = 4;  // octets

}  // namespace

bool Reception::is_missing(std::uint32_t sequence) const {
    if (sequence > highest) {
        return true;
    }
    const auto gap = std::ranges::partition_point(
        gaps, [sequence](const Gap& newer) { return newer.first > sequence; });
    return gap != gaps.end() && sequence <= gap->last;
}

std::uint64_t Reception::count_missing(std::uint32_t first, std::uint32_t last) const {
    const auto overlap = [first, last](std::uint64_t from, std::uint64_t to) {
        const std::uint64_t low = std::max<std::uint64_t>(from, first);
        const std::uint64_t high = std::min<std::uint64_t>(to, last);
        return low <= high ? high - low + 1 : 0;
    };
    std::uint64_t count = overlap(std::uint64_t{highest} + 1, last);
    for (const Gap& gap : gaps) {
        count += overlap(gap.first, gap.last);
    }
    return count;
}

wire::ExperimentalOption to_option(const Reception& reception) {
    wire::ExperimentalOption option;
    wire::Writer out(option.data);
    out.integer(kind);
    out.integer(version);
    out.integer(reception.spi);
    out.integer(reception.highest);
    std::uint32_t newer = reception.highest + 1;
    for (const Reception::Gap& gap : reception.gaps) {
        out.integer(static_cast<std::uint16_t>(newer - gap.last - 1));
        out.integer(static_cast<std::uint16_t>(gap.last - gap.first + 1));
        newer = gap.first;
    }
    return option;
}

std::optional<Reception> to_reception(const wire::ExperimentalOption& option) {
    wire::Reader in(option.data);
    const auto its_kind = in.integer<std::uint8_t>();
    const auto its_version = in.integer<std::uint8_t>();
    Reception reception{
        .spi = in.integer<std::uint32_t>(), .highest = in.integer<std::uint32_t>(), .gaps = {}};
    if (in.truncated() || its_kind != kind || its_version != version) {
        return std::nullopt;
    }
    std::uint32_t newer = reception.highest;  // what has come in between is at or below it
    while (in.remaining() >= gap_size) {
        const std::uint32_t received = in.integer<std::uint16_t>();
        const std::uint32_t missing = in.integer<std::uint16_t>();
        if (received == 0 || missing == 0 || received + missing > newer ||
            reception.gaps.size() == Reception::max_gaps) {
            return std::nullopt;
        }
        const std::uint32_t last = newer - received;
        reception.gaps.push_back({.first = last - missing + 1, .last = last});
        newer = last - missing;
    }
    return in.remaining() == 0 ? std::optional(std::move(reception)) : std::nullopt;
}

void tell(const std::vector<Reception>& receptions, wire::MobilityMessage& message) {
    wire::MobilityOptions* options = nullptr;
    if (auto* update = std::get_if<wire::BindingUpdate>(&message)) {
        options = &update->options;
    } else if (auto* acknowledgement = std::get_if<wire::BindingAcknowledgement>(&message)) {
        options = &acknowledgement->options;
    }
    for (const Reception& reception : receptions) {
        if (options != nullptr) {
            options->emplace_back(to_option(reception));
        }
    }
}

std::vector<Reception> receptions(const wire::MobilityOptions& options) {
    std::vector<Reception> found;
    for (const wire::MobilityOption& option : options) {
        const auto* experimental = std::get_if<wire::ExperimentalOption>(&option);
        auto reception = experimental != nullptr ? to_reception(*experimental) : std::nullopt;
        if (reception && found.size() < max_receptions) {
            found.push_back(*std::move(reception));
        }
    }
    return found;
}

}  // namespace godwit::mobility

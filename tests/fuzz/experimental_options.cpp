// What the two ends tell each other in Experimental mobility options: what is read of one is within
// its limits, and is written so that it reads the same.

#include <algorithm>
#include <variant>

#include "shared/mobility/claimed_care_of_address.hpp"
#include "shared/mobility/dns_configuration.hpp"
#include "shared/mobility/join_refusal.hpp"
#include "shared/mobility/move_cause.hpp"
#include "shared/mobility/observed_source.hpp"
#include "shared/mobility/told_receptions.hpp"
#include "tests/fuzz/require.hpp"

namespace godwit {
namespace {

constexpr std::size_t max_input = 2048;  // octets

void read_reception(const wire::ExperimentalOption& option) {
    const auto reception = mobility::to_reception(option);
    if (!reception) {
        return;
    }
    fuzz::require(mobility::to_reception(mobility::to_option(*reception)) == reception);
    fuzz::require(reception->gaps.size() <= mobility::Reception::max_gaps);
    std::uint32_t above = reception->highest;
    std::uint64_t missing = 0;
    for (const mobility::Reception::Gap& gap : reception->gaps) {
        fuzz::require(gap.first >= 1 && gap.first <= gap.last && gap.last < above);
        fuzz::require(reception->is_missing(gap.first) && reception->is_missing(gap.last));
        fuzz::require(!reception->is_missing(gap.last + 1));
        missing += std::uint64_t{gap.last} - gap.first + 1;
        above = gap.first - 1;  // one at least has come between two gaps
    }
    fuzz::require(reception->count_missing(1, reception->highest) == missing);
}

void read_option(const wire::ExperimentalOption& option) {
    const wire::MobilityOptions alone{option};
    read_reception(option);
    if (const auto refusal = mobility::join_refusal(alone)) {
        fuzz::require(mobility::join_refusal({mobility::to_option(*refusal)}) == refusal);
    }
    if (const auto cause = mobility::move_cause(alone)) {
        fuzz::require(mobility::to_option(*cause) == option);
    }
    if (const auto source = mobility::observed_source(alone)) {
        fuzz::require(mobility::observed_source({mobility::to_option(*source)}) == source);
    }
    static_cast<void>(mobility::dns_configuration(alone));
}

// All of them together, as a binding update has them.
void read_update(const wire::MobilityOptions& options) {
    wire::BindingUpdate update{.options = options};
    if (const auto claimed = mobility::claimed_care_of_address(update)) {
        fuzz::require(mobility::count_binding_identifiers(update) == 1 ||
                      wire::find<wire::AlternateCareOfAddress>(options) != nullptr ||
                      wire::find<wire::Ipv4CareOfAddress>(options) != nullptr);
    }
    const auto receptions = mobility::receptions(options);
    fuzz::require(receptions.size() <= mobility::max_receptions);
    const auto told = mobility::telling(receptions, wire::BindingUpdate{});
    const auto again = mobility::receptions(std::get<wire::BindingUpdate>(told).options);
    fuzz::require(again.size() <= receptions.size());
    fuzz::require(std::ranges::equal(again, std::span(receptions).first(again.size())));
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    if (size > max_input) {
        return -1;
    }
    constexpr std::size_t longest = 255;
    read_option({wire::Bytes(data, data + std::min(size, longest))});
    if (const auto options = wire::parse_options({data, size})) {
        for (const wire::MobilityOption& option : *options) {
            if (const auto* experimental = std::get_if<wire::ExperimentalOption>(&option)) {
                read_option(*experimental);
            }
        }
        read_update(*options);
    }
    return 0;
}

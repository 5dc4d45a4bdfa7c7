#include "shared/platform/system_state.hpp"

#include <algorithm>
#include <iterator>

namespace godwit::platform {
namespace {

// Those of `some` that are not among `others`, in their order.
template <class Entry>
std::vector<Entry> without(const std::vector<Entry>& some, const std::vector<Entry>& others) {
    std::vector<Entry> left;
    std::ranges::copy_if(some, std::back_inserter(left), [&](const Entry& entry) {
        return std::ranges::find(others, entry) == others.end();
    });
    return left;
}

}  // namespace

SystemDifference difference(const SystemState& wanted, const SystemState& present) {
    return {.remove = {.mtus = {},
                       .up = {},
                       .addresses = without(present.addresses, wanted.addresses),
                       .routes = without(present.routes, wanted.routes),
                       .rules = without(present.rules, wanted.rules)},
            .add = {.mtus = without(wanted.mtus, present.mtus),
                    .up = without(wanted.up, present.up),
                    .addresses = without(wanted.addresses, present.addresses),
                    .routes = without(wanted.routes, present.routes),
                    .rules = without(wanted.rules, present.rules)}};
}

}  // namespace godwit::platform

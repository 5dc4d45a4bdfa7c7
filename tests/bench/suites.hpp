#pragma once
// What measurements of sealed packets have in common: their first argument is the suite, their
// second the octets of the inner packet.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

#include "shared/security/suite.hpp"

namespace godwit::bench {

inline constexpr std::int64_t aes = static_cast<std::int64_t>(security::Suite::aes_256_gcm);
inline constexpr std::int64_t chacha =
    static_cast<std::int64_t>(security::Suite::chacha20_poly1305);

// What a key press is, where another library begins to seal, and what a link carries.
inline const std::vector<std::vector<std::int64_t>> suites_and_lengths = {{aes, chacha},
                                                                          {64, 512, 1400}};

inline security::Suite suite_of(benchmark::State& state) {
    const auto suite = static_cast<security::Suite>(state.range(0));
    if (!security::SuiteSet::of_this_machine().contains(suite)) {
        state.SkipWithError("not by this processor");
    }
    state.SetLabel(std::string(security::name(suite)));
    return suite;
}

inline void count_packets(benchmark::State& state) {
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(state.iterations() * state.range(1));
}

}  // namespace godwit::bench

// What ESP alone costs of a packet: sealed or opened where it lies, one at a time, without finding
// its tunnel and without keeping it.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "shared/datapath/packet_buffer.hpp"
#include "shared/security/esp.hpp"
#include "tests/bench/suites.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::bench {
namespace {

using datapath::PacketBuffer;

constexpr std::size_t batch = 256;

std::span<std::uint8_t> seal_one(security::EspSealer& sealer, PacketBuffer& buffer,
                                 std::size_t length) {
    return sealer.seal(buffer.whole(), security::esp_headroom, length, wire::NextHeader::ipv6)
        .value();
}

// What was sealed is sealed again: the octets are any.
void seal(benchmark::State& state) {
    security::EspSealer sealer(test::mobile_node_keys(1, suite_of(state)));
    const auto length = static_cast<std::size_t>(state.range(1));
    const auto buffer = std::make_unique<PacketBuffer>();
    test::put(*buffer, wire::Bytes(length, 0xab));
    for (auto _ : state) {
        benchmark::DoNotOptimize(seal_one(sealer, *buffer, length));
    }
    count_packets(state);
}
BENCHMARK(seal)->ArgsProduct(suites_and_lengths);

void open(benchmark::State& state) {
    const auto suite = suite_of(state);
    security::EspSealer sealer(test::mobile_node_keys(1, suite));
    security::EspOpener opener(test::home_agent_keys(1, suite));
    const auto length = static_cast<std::size_t>(state.range(1));
    std::vector<PacketBuffer> buffers(batch);
    std::vector<std::span<std::uint8_t>> packets(batch);
    while (state.KeepRunningBatch(batch)) {
        state.PauseTiming();
        for (std::size_t index = 0; index < batch; ++index) {
            test::put(buffers[index], wire::Bytes(length, 0xab));
            packets[index] = seal_one(sealer, buffers[index], length);
        }
        state.ResumeTiming();
        for (const auto& packet : packets) {
            if (!opener.open(packet)) {
                state.SkipWithError("refused");
            }
        }
    }
    count_packets(state);
}
BENCHMARK(open)->ArgsProduct(suites_and_lengths);

}  // namespace
}  // namespace godwit::bench

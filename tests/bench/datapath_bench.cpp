// What one packet costs on one core, without the system calls: through a tunnel at three sizes by
// both suites (what of that is sealing and opening: sealing_bench.cpp), finding its tunnel among
// few and many, dividing what the kernel gives in one and merging what it takes in one; and what
// publishing a tunnel costs.

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <limits>
#include <memory>
#include <random>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

#include "shared/datapath/flow_hash.hpp"
#include "shared/datapath/flow_queue.hpp"
#include "shared/datapath/inbound_tunnels.hpp"
#include "shared/datapath/outbound_tunnels.hpp"
#include "tests/bench/suites.hpp"
#include "tests/datapath/segments.hpp"
#include "tests/datapath/tunnel_ends.hpp"

namespace godwit::datapath {
namespace {

using bench::count_packets;
using bench::suite_of;
using security::Suite;
using test::correspondent;
using test::home;

constexpr std::size_t batch = 256;

constexpr ResendLimits nothing_kept{.each = 0};

void direct_mobile_node(OutboundTunnels& tunnels, Suite suite) {
    const auto keys = test::mobile_node_keys(1, suite);
    tunnels.direct(
        {}, std::make_unique<OutboundTunnel>(home, test::from_a,
                                             OutboundSeal{.session = test::session_of(keys),
                                                          .sealer = security::EspSealer(keys)}));
}

void encapsulate(benchmark::State& state, const ResendLimits& limits) {
    OutboundTunnels tunnels{LookUpBy::inner_source, test::home_agent, limits};
    direct_mobile_node(tunnels, suite_of(state));
    const auto packet =
        test::inner_packet(home.address, correspondent, static_cast<std::size_t>(state.range(1)));
    const auto header = wire::BytesView(packet).first<wire::Ipv6Header::size>();
    const auto buffer = std::make_unique<PacketBuffer>();
    test::put(*buffer, packet);
    for (auto _ : state) {
        // Sealed where it lies: the payload is any, but the header must be one again.
        std::ranges::copy(header, buffer->packet().begin());
        benchmark::DoNotOptimize(tunnels.encapsulate({}, *buffer));
    }
    count_packets(state);
}
BENCHMARK_CAPTURE(encapsulate, to_be_forgotten, nothing_kept)
    ->ArgsProduct(bench::suites_and_lengths);
BENCHMARK_CAPTURE(encapsulate, kept_to_be_sent_again, ResendLimits{})
    ->ArgsProduct(bench::suites_and_lengths);

void decapsulate(benchmark::State& state) {
    const Suite suite = suite_of(state);
    OutboundTunnels sender{LookUpBy::inner_source, test::home_agent, nothing_kept};
    direct_mobile_node(sender, suite);
    InboundTunnels tunnels{LookUpBy::inner_destination, test::home_agent};
    tunnels.admit(
        std::make_unique<SealedTunnel>(home, security::EspOpener(test::home_agent_keys(1, suite))));
    const auto packet =
        test::inner_packet(home.address, correspondent, static_cast<std::size_t>(state.range(1)));
    std::vector<PacketBuffer> buffers(batch);
    const auto sealed_size = security::esp_length(packet.size());
    while (state.KeepRunningBatch(batch)) {
        state.PauseTiming();
        for (PacketBuffer& buffer : buffers) {
            test::put(buffer, packet);
            benchmark::DoNotOptimize(sender.encapsulate({}, buffer));
        }
        state.ResumeTiming();
        for (PacketBuffer& buffer : buffers) {
            const auto incoming = tunnels.decapsulate(test::to_a, wire::NextHeader::esp,
                                                      buffer.whole().first(sealed_size));
            if (!incoming) {
                state.SkipWithError("refused");
            }
        }
    }
    count_packets(state);
}
BENCHMARK(decapsulate)->ArgsProduct(bench::suites_and_lengths);

wire::HomeAddress home_number(std::uint32_t number) {
    auto address = home.address;
    address.octets[12] = static_cast<std::uint8_t>(number >> 24U);
    address.octets[13] = static_cast<std::uint8_t>(number >> 16U);
    address.octets[14] = static_cast<std::uint8_t>(number >> 8U);
    address.octets[15] = static_cast<std::uint8_t>(number);
    return {address};
}

std::vector<wire::HomeAddress> homes(std::int64_t count) {
    std::vector<wire::HomeAddress> all;
    for (std::uint32_t number = 0; number < count; ++number) {
        all.push_back(home_number(number));
    }
    std::ranges::shuffle(all, std::mt19937(6275));
    return all;
}

void direct_all(OutboundTunnels& tunnels, const std::vector<wire::HomeAddress>& bound) {
    for (const wire::HomeAddress& each : bound) {
        tunnels.direct({}, std::make_unique<OutboundTunnel>(each, test::to_a));
    }
}

double resident() {  // octets of physical memory
    std::ifstream statm("/proc/self/statm");
    double pages = 0;
    statm >> pages >> pages;
    return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// Stands before the others: what they have needed is not given back, and would be counted as free.
void memory(benchmark::State& state) {
    const auto all = homes(state.range(0));
    const double before = resident();
    for (auto _ : state) {
        OutboundTunnels tunnels{LookUpBy::inner_destination, test::home_agent};
        direct_all(tunnels, all);
        state.counters["octets for each"] = (resident() - before) / static_cast<double>(all.size());
        state.counters["in the tunnel"] = static_cast<double>(sizeof(OutboundTunnel));
    }
}
BENCHMARK(memory)->Arg(1'000'000)->Iterations(1);

// The keys in another order than the tunnels were made in. They are read one behind the other,
// which costs what read_keys says.
std::vector<wire::HomeAddress> in_any_order(std::vector<wire::HomeAddress> keys) {
    std::ranges::shuffle(keys, std::mt19937(2473));
    return keys;
}

void read_keys(benchmark::State& state) {
    const auto keys = in_any_order(homes(state.range(0)));
    std::size_t next = 0;
    for (auto _ : state) {
        benchmark::DoNotOptimize(wire::HomeAddress(keys[next]));
        next = next + 1 < keys.size() ? next + 1 : 0;
    }
}
BENCHMARK(read_keys)->Arg(1'000'000);

// Each look-up waits for the one before and for its tunnel, so that none hides behind another.
void look_up(benchmark::State& state) {
    const auto bound = homes(state.range(0));
    OutboundTunnels tunnels{LookUpBy::inner_destination, test::home_agent};
    direct_all(tunnels, bound);
    const auto keys = in_any_order(bound);
    std::size_t next = 0;
    for (auto _ : state) {
        const OutboundTunnel* found = tunnels.find(keys[next]);
        next += found->path.remote.octets[0] == 0x20 ? 1U : 2U;
        next = next < keys.size() ? next : 0;
    }
}
BENCHMARK(look_up)->Arg(1)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);

// What is addressed to nobody, as whoever scans the home prefix sends it.
void look_up_nobody(benchmark::State& state) {
    const auto bound = homes(state.range(0));
    OutboundTunnels tunnels{LookUpBy::inner_destination, test::home_agent};
    direct_all(tunnels, bound);
    auto keys = in_any_order(bound);
    for (wire::HomeAddress& key : keys) {
        key.address.octets[8] ^= 1U;
    }
    std::size_t next = 0;
    for (auto _ : state) {
        next += tunnels.find(keys[next]) == nullptr ? 1U : 2U;
        next = next < keys.size() ? next : 0;
    }
}
BENCHMARK(look_up_nobody)->Arg(1)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);

// As a worker does it: it has a batch of packets, fetches what it needs for all of them, and then
// reads in each tunnel what is in its first line and what is in its last.
void look_up_batch(benchmark::State& state) {
    constexpr std::size_t batch_size = 64;
    const auto bound = homes(state.range(0));
    TunnelTable<OutboundTunnel> tunnels;
    for (const wire::HomeAddress& each : bound) {
        tunnels.insert(std::make_unique<OutboundTunnel>(each, test::to_a));
    }
    const auto keys = in_any_order(bound);
    const std::size_t size = std::min(batch_size, keys.size());
    std::size_t next = 0;
    while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(size))) {
        const auto asked = std::span(keys).subspan(next, size);
        tunnels.prefetch(asked);
        for (const wire::HomeAddress& key : asked) {
            const OutboundTunnel* found = tunnels.find(key);
            benchmark::DoNotOptimize(found->path.remote.octets[0] + found->sent.reading().packets);
        }
        next = next + (2 * size) <= keys.size() ? next + size : 0;
    }
}
BENCHMARK(look_up_batch)->Arg(1)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);

// A tunnel more, and the same one less.
void publish(benchmark::State& state) {
    OutboundTunnels tunnels{LookUpBy::inner_destination, test::home_agent};
    direct_all(tunnels, homes(state.range(0)));
    const wire::HomeAddress another = home_number(0xffff'ffff);
    for (auto _ : state) {
        tunnels.direct({}, std::make_unique<OutboundTunnel>(another, test::to_a));
        benchmark::DoNotOptimize(tunnels.close(another));
    }
}
BENCHMARK(publish)->Arg(1)->Arg(1'000)->Arg(100'000)->Arg(1'000'000);

void checksum(benchmark::State& state) {
    const auto octets = test::payload_of(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        benchmark::DoNotOptimize(wire::internet_checksum(octets));
    }
    state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(checksum)->Arg(64)->Arg(1400);

constexpr std::size_t segment_size = 1348;

// The time is that of a packet.
void count_segments(benchmark::State& state, std::size_t packets) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(packets));
    state.counters["per packet"] = benchmark::Counter(
        static_cast<double>(packets),
        benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

// As long as TCP's are, one behind the other in one arena.
void divide(benchmark::State& state) {
    test::Segment segment;
    segment.payload = test::payload_of(65'535 - segment.headers());
    const auto header = test::virtio_header(segment, segment_size);
    wire::Bytes packet = test::unfinished(segment);
    wire::Bytes arena(2 * packet.size());
    std::size_t packets = 0;
    for (auto _ : state) {
        const auto segmentation = Segmentation::of(header, packet);
        packets = segmentation->count();
        std::size_t at = 0;
        for (std::size_t index = 0; index < packets; ++index) {
            const std::size_t size = segmentation->size(index);
            segmentation->write(index, std::span(arena).subspan(at, size));
            at += size;
        }
        benchmark::ClobberMemory();
    }
    count_segments(state, packets);
}
BENCHMARK(divide);

// The first one's headers are put right again each time, since merging makes them those of all.
void merge(benchmark::State& state) {
    constexpr std::size_t packets = 45;
    test::Segment segment;
    segment.payload = test::payload_of(segment_size);
    std::vector<wire::Bytes> batch_of_packets;
    for (std::size_t count = 0; count < packets; ++count) {
        batch_of_packets.push_back(test::packet(segment));
        segment.sequence += segment_size;
    }
    const wire::Bytes first = batch_of_packets.front();
    Coalescer coalescer({.tcp = true, .udp = true});
    for (auto _ : state) {
        std::ranges::copy_n(first.begin(), static_cast<long>(segment.headers()),
                            batch_of_packets.front().begin());
        for (wire::Bytes& packet : batch_of_packets) {
            coalescer.add(packet);
        }
        if (coalescer.writes().size() != 1) {
            state.SkipWithError("not merged");
        }
        coalescer.clear();
    }
    count_segments(state, packets);
}
BENCHMARK(merge);

double processor_time() {  // of this thread, seconds
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + 1e-9 * static_cast<double>(spent.tv_nsec);
}

// The longest of all insertions, since one that moved all the others would stop the tunnel. The
// same is done several times, and of each insertion its quickest run counts: what interrupts this
// thread meets another one the next time, what the table has to do does not.
void longest_publish(benchmark::State& state) {
    constexpr int rounds = 5;
    const auto all = homes(state.range(0));
    for (auto _ : state) {
        std::vector<double> times(all.size(), std::numeric_limits<double>::max());
        for (int round = 0; round < rounds; ++round) {
            OutboundTunnels tunnels{LookUpBy::inner_destination, test::home_agent};
            for (std::size_t index = 0; index < all.size(); ++index) {
                auto tunnel = std::make_unique<OutboundTunnel>(all[index], test::to_a);
                const double start = processor_time();
                tunnels.direct({}, std::move(tunnel));
                times[index] = std::min(times[index], processor_time() - start);
            }
        }
        std::ranges::sort(times);
        state.SetIterationTime(times.back());
        state.counters["median"] = times[times.size() / 2];
        state.counters["of 10,000"] = times[times.size() - 1 - (times.size() / 10'000)];
    }
}
BENCHMARK(longest_publish)->Arg(1'000'000)->UseManualTime()->Iterations(1);

// What the fair queue adds to a packet: its flow, its way in and its way out again, while one of
// each of so many flows waits.
void wait_for_turn(benchmark::State& state) {
    const auto flows = static_cast<std::size_t>(state.range(0));
    std::vector<wire::Bytes> packets;
    for (std::size_t flow = 0; flow < flows; ++flow) {
        packets.push_back(test::packet({.source_port = static_cast<std::uint16_t>(1'000 + flow)}));
    }
    const FlowHash hash(LookUpBy::inner_source, 8290);
    FlowQueue queue;
    const auto push = [&](std::size_t place) {
        queue.push({}, place, {.of = hash.of(packets[place]), .octets = packets[place].size()});
    };
    for (std::size_t place = 0; place + 1 < flows; ++place) {
        push(place);
    }
    std::size_t free = flows - 1;
    for (auto _ : state) {
        push(free);
        free = queue.pop({})->place;
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(wait_for_turn)->Arg(1)->Arg(10)->Arg(600);

}  // namespace
}  // namespace godwit::datapath

// Sends or receives ESP packets of 1400 octets in one of several ways, and prints how many there
// were and what they cost: `packets N seconds S ns N` (ns of this thread's processor time for each;
// what the kernel does within it counts, and so does on veth what the other end's softirq does).
//
//   raw_paths_bench send    WAY SECONDS RATE INTERFACE LOCAL REMOTE HARDWARE-ADDRESS
//   raw_paths_bench receive WAY SECONDS RATE INTERFACE LOCAL REMOTE HARDWARE-ADDRESS
//
// RATE: packets a second, 0: as many as go. tests/bench/raw_paths.py makes the network and runs it.
// Not part of the build, since only it needs liburing and libxdp:
//   g++ -std=c++23 -O2 -I. tests/bench/raw_paths_bench.cpp -luring -lxdp -lbpf -o raw_paths_bench

#include <netdb.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>

#include "tests/bench/raw_paths_receiving.hpp"
#include "tests/bench/raw_paths_sending.hpp"

namespace godwit::bench {
namespace {

double seconds(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + (static_cast<double>(now.tv_nsec) / 1e9);
}

struct Cost {
    double packets = 0;
    double processor = 0;  // seconds
};

// Between batches it waits busily, so that none begins with a wake-up; that does not count.
Cost send(Sender& sender, double until, double rate) {
    Cost cost;
    double next = seconds(CLOCK_MONOTONIC);
    while (seconds(CLOCK_MONOTONIC) < until) {
        const double before = seconds(CLOCK_THREAD_CPUTIME_ID);
        const auto count = static_cast<double>(sender.send());
        cost.processor += seconds(CLOCK_THREAD_CPUTIME_ID) - before;
        cost.packets += count;
        next += rate > 0 ? count / rate : 0;
        while (rate > 0 && seconds(CLOCK_MONOTONIC) < next) {
        }
    }
    return cost;
}

Cost receive(Receiver& receiver, double until) {
    Cost cost;
    const double before = seconds(CLOCK_THREAD_CPUTIME_ID);
    while (seconds(CLOCK_MONOTONIC) < until) {
        pollfd watched{.fd = receiver.descriptor(), .events = POLLIN, .revents = 0};
        if (::poll(&watched, 1, 100) > 0) {
            while (const std::size_t count = receiver.receive()) {
                cost.packets += static_cast<double>(count);
            }
        }
    }
    cost.processor = seconds(CLOCK_THREAD_CPUTIME_ID) - before;
    return cost;
}

in6_addr address_of(const char* text) {
    addrinfo hints{};
    hints.ai_family = AF_INET6;
    hints.ai_flags = AI_NUMERICHOST;
    addrinfo* found = nullptr;
    check(::getaddrinfo(text, nullptr, &hints, &found) == 0, "read an address");
    sockaddr_in6 whole{};
    std::memcpy(&whole, found->ai_addr, sizeof whole);
    ::freeaddrinfo(found);
    return whole.sin6_addr;
}

Ends ends_of(char** arguments) {
    Ends ends{.interface = arguments[0],
              .local = address_of(arguments[1]),
              .remote = address_of(arguments[2]),
              .remote_hardware = {}};
    auto& octets = ends.remote_hardware;
    std::sscanf(arguments[3], "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx", &octets[0], &octets[1],
                &octets[2], &octets[3], &octets[4], &octets[5]);
    return ends;
}

int run(const std::string& what, const std::string& way, double length, double rate,
        const Ends& ends) {
    const auto out = what == "send" ? sender(way, ends) : nullptr;
    const auto in = what == "receive" ? receiver(way, ends) : nullptr;
    if (!out && !in) {
        std::fprintf(stderr, "no such way: %s %s\n", what.c_str(), way.c_str());
        return 2;
    }
    std::puts("ready");
    std::fflush(stdout);
    const double until = seconds(CLOCK_MONOTONIC) + length;
    const Cost cost = out ? send(*out, until, rate) : receive(*in, until);
    std::printf("packets %.0f seconds %.3f ns %.1f\n", cost.packets, length,
                cost.processor / std::max(cost.packets, 1.0) * 1e9);
    return 0;
}

}  // namespace
}  // namespace godwit::bench

int main(int count, char** arguments) {
    if (count != 9) {
        std::fputs("see the head of raw_paths_bench.cpp\n", stderr);
        return 2;
    }
    try {
        return godwit::bench::run(arguments[1], arguments[2], std::atof(arguments[3]),
                                  std::atof(arguments[4]), godwit::bench::ends_of(arguments + 5));
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "%s\n", problem.what());
        return 1;
    }
}

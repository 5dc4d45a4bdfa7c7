// Joins two network interfaces at layer 2, as a cable would, and makes a bad cable of it.

#include <sched.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <string>
#include <system_error>

#include "tests/impair/commands.hpp"
#include "tests/impair/direction.hpp"

namespace {

using godwit::impair::Commands;
using godwit::impair::Direction;
using godwit::impair::Impairment;
using godwit::impair::Instant;
using godwit::impair::Port;

struct Options {
    Impairment impairment;
    std::string left;
    std::string right;
};

Options read_options(CLI::App& app, int argc, const char* const* argv);
int checked(int result, const char* attempt);
int signal_descriptor();
void watch(int epoll, int descriptor);
void watch(int epoll, const Commands& commands);
void obey(int epoll, Commands& commands);
void wake_at(int timer, Instant when);
void print(const char* name, const Direction::Counts& counts);

void run(Options options) {
    const Port left(options.left);
    const Port right(options.right);
    Direction rightwards(options.impairment, 0);
    Direction leftwards(options.impairment, 1);
    const int epoll = checked(epoll_create1(EPOLL_CLOEXEC), "epoll");
    const int timer = checked(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timer");
    const int end = signal_descriptor();
    for (const int descriptor : {left.descriptor(), right.descriptor(), end}) {
        watch(epoll, descriptor);
    }
    watch(epoll, timer);
    Commands commands(STDIN_FILENO, options.impairment);
    watch(epoll, commands);
    // Best effort: a link that waits for the processor would add a delay of its own.
    const sched_param priority{.sched_priority = 1};
    (void)sched_setscheduler(0, SCHED_RR, &priority);
    std::cout << "ready" << std::endl;
    for (bool ended = false; !ended;) {
        std::array<epoll_event, 5> events{};
        const int count = epoll_wait(epoll, events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            const int ready = events.at(static_cast<std::size_t>(i)).data.fd;
            if (ready == left.descriptor()) {
                rightwards.receive(left, std::chrono::steady_clock::now());
            } else if (ready == right.descriptor()) {
                leftwards.receive(right, std::chrono::steady_clock::now());
            } else if (ready == commands.descriptor()) {
                obey(epoll, commands);
            }
            ended = ended || ready == end;
        }
        const Instant now = std::chrono::steady_clock::now();
        rightwards.send_due(right, now);
        leftwards.send_due(left, now);
        wake_at(timer, std::min(rightwards.next().value_or(Instant::max()),
                                leftwards.next().value_or(Instant::max())));
    }
    print("rightwards", rightwards.counts());
    print("leftwards", leftwards.counts());
}

Options read_options(CLI::App& app, int argc, const char* const* argv) {
    Options options;
    Impairment& impairment = options.impairment;
    double milliseconds = 0;
    double percent = 0;
    double reordered = 0;
    double late = 10;
    double megabits = 0;
    app.add_option("LEFT", options.left, "an interface")->required();
    app.add_option("RIGHT", options.right, "the interface to join it with")->required();
    app.add_option("--delay", milliseconds, "one way, in both directions, ms");
    app.add_option("--loss", percent, "of the frames, percent")->check(CLI::Range(0, 100));
    app.add_option("--reorder", reordered, "let past by later ones, percent")
        ->check(CLI::Range(0, 100));
    app.add_option("--reorder-delay", late, "for how long these wait, ms (10)");
    app.add_option("--rate", megabits, "of the bottleneck, Mbit/s");
    app.add_option("--queue", impairment.queue, "frames that may wait for the bottleneck");
    app.add_option("--mtu", impairment.mtu, "packets longer than this disappear silently, octets");
    app.add_option("--seed", impairment.seed, "of the losses and the reordering");
    app.parse(argc, argv);
    impairment.delay = godwit::impair::from_milliseconds(milliseconds);
    impairment.reorder = reordered / 100;
    impairment.reorder_delay = godwit::impair::from_milliseconds(late);
    impairment.loss = percent / 100;
    impairment.bits_per_second = megabits * 1e6;
    return options;
}

int checked(int result, const char* attempt) {
    if (result < 0) {
        throw std::system_error(errno, std::system_category(), attempt);
    }
    return result;
}

int signal_descriptor() {
    sigset_t signals{};
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    checked(sigprocmask(SIG_BLOCK, &signals, nullptr), "blocking signals");
    return checked(signalfd(-1, &signals, SFD_CLOEXEC), "signals");
}

void watch(int epoll, int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    checked(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event), "epoll");
}

// A file, or /dev/null, can't be waited for: no commands come then.
void watch(int epoll, const Commands& commands) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = commands.descriptor();
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, commands.descriptor(), &event) < 0 && errno != EPERM) {
        throw std::system_error(errno, std::system_category(), "watching standard input");
    }
}

void obey(int epoll, Commands& commands) {
    std::string answers;
    if (!commands.obey(answers)) {
        checked(epoll_ctl(epoll, EPOLL_CTL_DEL, commands.descriptor(), nullptr), "epoll");
    }
    std::cout << answers << std::flush;
}

void wake_at(int timer, Instant when) {
    // A time in the past wakes at once; all zero disarms.
    itimerspec at{};
    if (when != Instant::max()) {
        const auto since = std::chrono::nanoseconds(when.time_since_epoch()).count();
        at.it_value = {.tv_sec = since / 1'000'000'000, .tv_nsec = since % 1'000'000'000};
    }
    checked(timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, nullptr), "timer");
}

void print(const char* name, const Direction::Counts& counts) {
    std::cout << name << ": forwarded " << counts.forwarded << ", lost " << counts.lost
              << ", queue full " << counts.queue_full << ", too long " << counts.too_long
              << ", swallowed " << counts.swallowed << ", not segmented " << counts.not_segmented
              << ", refused " << counts.refused << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "Joins two network interfaces at layer 2 and delays, loses, reorders, paces or "
        "silently drops what passes. Obeys lines on standard input, and answers ok: "
        "mtu OCTETS, loss PERCENT, delay MS, rate MBIT, blackhole on|off, drop-icmp on|off.");
    try {
        run(read_options(app, argc, argv));
        return 0;
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    } catch (const std::exception& error) {
        std::cerr << "godwit_impair: " << error.what() << '\n';
        return 1;
    }
}

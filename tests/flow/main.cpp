// One end of a flow that goes on while a mobile node moves, and writes down every packet of it.

#include <sched.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <iostream>
#include <memory>
#include <string>

#include "tests/flow/datagrams.hpp"
#include "tests/flow/stream.hpp"

namespace {

using godwit::flow::checked;
using godwit::flow::Datagrams;
using godwit::flow::endpoint;
using godwit::flow::Flow;
using godwit::flow::Instant;
using godwit::flow::Stream;

struct Options {
    std::string kind;
    std::string local;
    std::string peer;
    std::string log;
    std::uint16_t port = 0;
    double rate = 1000;
    std::size_t size = 100;
    bool sends = false;
};

// An epoll set of the flow's socket, a timer and standard input.
class Loop {
  public:
    explicit Loop(Flow& flow);
    // Until standard input ends, or says so.
    void run();

  private:
    void watch(int descriptor, std::uint32_t events, int operation = EPOLL_CTL_ADD) const;
    void obey();
    void obey_line(const std::string& line);
    void wake_at(Instant when) const;

    Flow& flow_;
    int epoll_;
    int timer_;
    bool ended_ = false;
    std::string unfinished_;
};

Loop::Loop(Flow& flow)
    : flow_(flow),
      epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll")),
      timer_(checked(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timer")) {
    watch(STDIN_FILENO, EPOLLIN);
    watch(timer_, EPOLLIN);
    watch(flow_.descriptor(), flow_.events());
}

void Loop::run() {
    wake_at(flow_.next());
    while (!ended_) {
        std::array<epoll_event, 3> events{};
        const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            const int ready = events.at(static_cast<std::size_t>(i)).data.fd;
            if (ready == flow_.descriptor()) {
                flow_.on_ready();
            } else if (ready == STDIN_FILENO) {
                obey();
            }
        }
        flow_.send_due(std::chrono::steady_clock::now());
        wake_at(flow_.next());
    }
}

void Loop::obey() {
    std::array<char, 256> buffer{};
    const ssize_t count = read(STDIN_FILENO, buffer.data(), buffer.size());
    ended_ = ended_ || count <= 0;
    unfinished_.append(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    for (std::size_t end = 0; (end = unfinished_.find('\n')) != std::string::npos;) {
        obey_line(unfinished_.substr(0, end));
        unfinished_.erase(0, end + 1);
    }
}

void Loop::obey_line(const std::string& line) {
    if (line == "quiet") {
        flow_.be_quiet();
        watch(flow_.descriptor(), flow_.events(), EPOLL_CTL_MOD);
    }
    ended_ = ended_ || line == "end";
    std::cout << flow_.state() << std::endl;
}

void Loop::watch(int descriptor, std::uint32_t events, int operation) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = descriptor;
    checked(epoll_ctl(epoll_, operation, descriptor, &event), "epoll");
}

void Loop::wake_at(Instant when) const {
    // A time in the past wakes at once; all zero disarms.
    itimerspec at{};
    if (when != Instant::max()) {
        const auto since = std::chrono::nanoseconds(when.time_since_epoch()).count();
        at.it_value = {.tv_sec = since / 1'000'000'000, .tv_nsec = since % 1'000'000'000};
    }
    checked(timerfd_settime(timer_, TFD_TIMER_ABSTIME, &at, nullptr), "timer");
}

Options read_options(CLI::App& app, int argc, const char* const* argv) {
    Options options;
    app.add_option("KIND", options.kind, "datagrams, or a stream")
        ->required()
        ->check(CLI::IsMember({"datagrams", "stream"}));
    app.add_option("--bind", options.local, "our address")->required();
    app.add_option("--to", options.peer, "begin, with this address; else the other end does");
    app.add_option("--port", options.port, "of both ends; a stream's caller has another")
        ->required();
    app.add_option("--log", options.log, "file, written at the end")->required();
    app.add_option("--rate", options.rate, "datagrams a second (1000), or a stream's octets");
    app.add_option("--size", options.size, "octets of a datagram's payload (100)");
    app.add_flag("--send", options.sends, "be the stream's sender, not its receiver");
    app.parse(argc, argv);
    return options;
}

std::unique_ptr<Flow> make_flow(const Options& options) {
    const bool begins = !options.peer.empty();
    const std::optional peer =
        begins ? std::optional(endpoint(options.peer, options.port)) : std::nullopt;
    if (options.kind == "datagrams") {
        return std::make_unique<Datagrams>(Datagrams::Settings{
            endpoint(options.local, options.port), peer, options.rate, options.size});
    }
    return std::make_unique<Stream>(
        Stream::Settings{endpoint(options.local, begins ? std::uint16_t{0} : options.port), peer,
                         options.sends, options.rate});
}

void run(const Options& options) {
    const std::unique_ptr<Flow> flow = make_flow(options);
    // Best effort: an instrument that waits for the processor, or a page, shows gaps of its own.
    const sched_param priority{.sched_priority = 1};
    (void)sched_setscheduler(0, SCHED_RR, &priority);
    (void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
    std::cout << "ready" << std::endl;
    flow->start();
    Loop(*flow).run();
    flow->write_log(options.log);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "One end of a flow between two addresses, which writes down every packet. Obeys lines on "
        "standard input, and answers with what has arrived: state, quiet (send no more), end.");
    try {
        run(read_options(app, argc, argv));
        return 0;
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    } catch (const std::exception& error) {
        std::cerr << "godwit_flow: " << error.what() << '\n';
        return 1;
    }
}

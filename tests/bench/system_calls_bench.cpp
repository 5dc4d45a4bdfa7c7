// What the filter of system calls costs each call of the data path: the least of many rounds, with
// and without it. Prints one JSON object of nanoseconds a call.

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "shared/platform/system_call_filter.hpp"

namespace {

constexpr int rounds = 200;
constexpr int calls_each = 2000;

using Figures = std::map<std::string, double>;

template <class Call>
double least_of(const Call& call) {
    double least = std::numeric_limits<double>::max();
    for (int round = 0; round < rounds; ++round) {
        const auto begun = std::chrono::steady_clock::now();
        for (int number = 0; number < calls_each; ++number) {
            call();
        }
        const std::chrono::duration<double, std::nano> took =
            std::chrono::steady_clock::now() - begun;
        least = std::min(least, took.count() / calls_each);
    }
    return least;
}

// An empty read is the least that a call can cost; a datagram goes and comes as packets do.
Figures measure() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends.data()) != 0) {
        std::_Exit(1);
    }
    std::array<char, 64> octets{};
    iovec piece{.iov_base = octets.data(), .iov_len = octets.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    return {{"read_nothing", least_of([&] { return ::read(ends[0], octets.data(), 64); })},
            {"ppoll", least_of([&] {
                 pollfd waited{.fd = ends[0], .events = POLLIN, .revents = 0};
                 const timespec at_once{};
                 return ::ppoll(&waited, 1, &at_once, nullptr);
             })},
            {"sendmsg_and_read", least_of([&] {
                 return ::sendmsg(ends[1], &message, 0) + ::read(ends[0], octets.data(), 64);
             })}};
}

// In a child, since a filter is there for good.
Figures in_a_child(bool is_filtered) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) {
        std::exit(1);
    }
    if (const pid_t child = ::fork(); child != 0) {
        ::close(ends[1]);
        std::array<char, 1024> text{};
        const ssize_t length = ::read(ends[0], text.data(), text.size());
        ::waitpid(child, nullptr, 0);
        return nlohmann::json::parse(
                   std::string(text.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))))
            .get<Figures>();
    }
    if (is_filtered) {
        ::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0, 0, 0);
        if (const std::error_code failure = godwit::platform::SystemCallFilter().enforce()) {
            std::cerr << failure.message() << '\n';
            std::_Exit(1);
        }
    }
    const std::string text = nlohmann::json(measure()).dump();
    std::_Exit(::write(ends[1], text.data(), text.size()) > 0 ? 0 : 1);
}

}  // namespace

int main() {
    std::cout << nlohmann::json{{"without", in_a_child(false)}, {"with", in_a_child(true)}}.dump(2)
              << '\n';
}

// Many mobile nodes in one process, each of which sends an echo request through its tunnel now and
// then: what a home agent's small clients notice of its large ones.
//   many_clients HOME_AGENT PUBLIC_KEY CLIENTS EACH_SECOND TARGET ENTRIES
// Writes [[mobile_node]] entries into the file ENTRIES and prints "ready"; registers all after a
// line of input, and prints "registered". Then each line is a round of so many seconds, and is
// answered by a line of JSON: requests sent and answers received, and the quantiles of the round
// trips. TARGET is an IPv6 address that answers. Its own addresses: tests/bench/crowd.hpp.
// tests/bench/many_clients.py sets all of this up.

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "shared/wire/checksum.hpp"
#include "shared/wire/echo.hpp"
#include "shared/wire/ipv6_header.hpp"
#include "tests/bench/crowd.hpp"

namespace godwit::bench {
namespace {

using namespace std::chrono_literals;
using Clock = Crowd::Clock;

// As long as a packet of speech: octets behind the headers of IPv6 and of ICMPv6.
constexpr std::size_t data_size = 80;
constexpr std::size_t echo_size = 8;
constexpr auto last_answers = 2s;

// Which request it is of all, in its data.
void write_number(std::uint64_t number, std::span<std::uint8_t> data) {
    std::memcpy(data.data(), &number, sizeof number);
}

std::uint64_t number_in(wire::BytesView data) {
    std::uint64_t number = 0;
    std::memcpy(&number, data.data(), sizeof number);
    return number;
}

class ManyClients : public Crowd {
  public:
    ManyClients(const wire::HomeAgentAddress& home_agent, const security::PublicKey& key,
                std::uint32_t count, std::ostream& entries, const wire::Ipv6Address& target,
                double each_second)
        : Crowd(home_agent, key, count, entries), target_(target), each_second_(each_second) {}

    nlohmann::json measure(double seconds);

  private:
    void send_request(std::uint32_t node);
    void on_packet(std::uint32_t node, wire::BytesView inner) override;
    void wait_until(Clock::time_point instant);
    [[nodiscard]] nlohmann::json figures() const;

    wire::Ipv6Address target_;
    double each_second_;       // requests of each mobile node
    std::uint64_t first_ = 0;  // request of this round
    std::vector<Clock::time_point> sent_;
    std::vector<double> round_trips_;  // ms
};

void ManyClients::send_request(std::uint32_t node) {
    constexpr std::size_t size = wire::Ipv6Header::size + echo_size + data_size;
    std::array<std::uint8_t, size> packet{};
    const wire::Ipv6Header header{.payload_length = echo_size + data_size,
                                  .next_header = wire::NextHeader::icmpv6,
                                  .source = home_of(node).address,
                                  .destination = target_};
    header.write(std::span(packet).first<wire::Ipv6Header::size>());
    const std::span<std::uint8_t> message = std::span(packet).subspan(wire::Ipv6Header::size);
    message[0] = wire::Echo::icmpv6_request;
    write_number(first_ + sent_.size(), message.subspan(echo_size));
    const std::uint16_t checksum = wire::upper_layer_checksum(
        {.source = header.source, .destination = target_}, wire::NextHeader::icmpv6, message);
    message[2] = static_cast<std::uint8_t>(checksum >> 8U);
    message[3] = static_cast<std::uint8_t>(checksum);
    sent_.push_back(Clock::now());
    send_sealed(node, packet, wire::NextHeader::ipv6);
}

void ManyClients::on_packet(std::uint32_t /*node*/, wire::BytesView inner) {
    constexpr std::size_t headers = wire::Ipv6Header::size + echo_size;
    if (inner.size() < headers + data_size ||
        inner[wire::Ipv6Header::size] != wire::Echo::icmpv6_reply) {
        return;
    }
    const std::uint64_t number = number_in(inner.subspan(headers)) - first_;
    if (number < sent_.size()) {  // else it is of the round before
        const std::chrono::duration<double, std::milli> passed = Clock::now() - sent_[number];
        round_trips_.push_back(passed.count());
    }
}

// Takes what comes in the meantime; sleeps where nothing does, since others want the processor.
void ManyClients::wait_until(Clock::time_point instant) {
    do {
        socket().flush();
        const auto left = std::max<std::chrono::nanoseconds>(instant - Clock::now(), 0ns);
        const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
        const timespec timeout{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
        pollfd readable{.fd = socket().descriptor(), .events = POLLIN, .revents = 0};
        if (::ppoll(&readable, 1, &timeout, nullptr) > 0) {
            take_arrivals();
        }
    } while (Clock::now() < instant);
}

nlohmann::json ManyClients::measure(double seconds) {
    first_ += sent_.size();
    sent_.clear();
    round_trips_.clear();
    const auto count = static_cast<std::uint32_t>(nodes_.size());
    const std::chrono::duration<double> interval(1 / (each_second_ * count));
    const auto began = Clock::now();
    const auto due = [&](std::uint64_t request) {
        return began +
               std::chrono::duration_cast<Clock::duration>(interval * static_cast<double>(request));
    };
    const auto requests = static_cast<std::uint64_t>(std::llround(seconds * each_second_ * count));
    for (std::uint64_t request = 0; request < requests; ++request) {
        wait_until(due(request));
        send_request(static_cast<std::uint32_t>(request % count));
    }
    wait_until(Clock::now() + last_answers);
    return figures();
}

nlohmann::json ManyClients::figures() const {
    std::vector<double> sorted = round_trips_;
    std::ranges::sort(sorted);
    const auto quantile = [&](double part) -> nlohmann::json {
        if (sorted.empty()) {
            return {};
        }
        const auto place = static_cast<std::size_t>(part * static_cast<double>(sorted.size()));
        return std::round(sorted[std::min(place, sorted.size() - 1)] * 1000) / 1000;
    };
    return {
        {"sent", sent_.size()},
        {"received", sorted.size()},
        {"round_trip_ms", {{"p50", quantile(0.5)}, {"p99", quantile(0.99)}, {"max", quantile(1)}}}};
}

}  // namespace
}  // namespace godwit::bench

int main(int count, char** arguments) {
    using namespace godwit;
    if (count != 7) {
        std::cerr << "many_clients HOME_AGENT PUBLIC_KEY CLIENTS EACH_SECOND TARGET ENTRIES\n";
        return 2;
    }
    security::initialise();
    std::ofstream entries(arguments[6]);
    bench::ManyClients clients({wire::Ipv6Address::parse(arguments[1]).value()},
                               security::PublicKey::parse(arguments[2]).value(),
                               static_cast<std::uint32_t>(std::stoul(arguments[3])), entries,
                               wire::Ipv6Address::parse(arguments[5]).value(),
                               std::stod(arguments[4]));
    entries.close();
    std::cout << "ready" << std::endl;
    std::string line;
    std::getline(std::cin, line);
    clients.register_all();
    std::cout << "registered" << std::endl;
    while (std::getline(std::cin, line)) {
        std::cout << clients.measure(std::stod(line)).dump() << std::endl;
    }
}

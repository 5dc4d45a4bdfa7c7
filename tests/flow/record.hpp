#pragma once
// A log: a header, what was sent, what arrived; all numbers in the machine's own octet order.

#include <array>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <fstream>
#include <string>
#include <system_error>

#include "tests/flow/flow.hpp"

namespace godwit::flow {

struct LogHeader {
    std::array<char, 8> magic;
    std::uint64_t sent = 0;      // records
    std::uint64_t received = 0;  // records
    std::uint64_t dropped = 0;   // by the kernel, for want of room in the receiving socket
};

struct Sent {
    Stamp at = 0;
    std::uint32_t number = 0;
    std::int32_t error = 0;  // of errno, if the system did not take it
};

// At the beginning of each datagram.
struct Heading {
    Stamp sent_at = 0;
    std::uint32_t number = 0;
    std::uint32_t zero = 0;
};

struct Received {
    Stamp at = 0;  // the kernel's
    Heading heading;
};

struct Progress {
    Stamp at = 0;
    std::uint64_t octets = 0;  // so far
};

// Records grow in a deque: a vector would copy them all in the middle of the flow.
template <class SentRecord, class ReceivedRecord>
void write_log(const std::string& path, LogHeader header, const std::deque<SentRecord>& sent,
               const std::deque<ReceivedRecord>& received) {
    std::ofstream file(path, std::ios::binary);
    const auto put = [&](const auto& record) {
        // What streams of octets want.
        file.write(reinterpret_cast<const char*>(&record), sizeof record);
    };
    header.sent = sent.size();
    header.received = received.size();
    put(header);
    for (const SentRecord& record : sent) {
        put(record);
    }
    for (const ReceivedRecord& record : received) {
        put(record);
    }
    if (!file.flush()) {
        throw std::system_error(errno, std::system_category(), "writing " + path);
    }
}

}  // namespace godwit::flow

#include "client/status_watch.hpp"

#include <chrono>
#include <cstdint>
#include <iomanip>
#include <sstream>
#include <utility>
#include <vector>

#include "client/status_text.hpp"
#include "shared/runtime/printable.hpp"
#include "shared/runtime/status_text.hpp"

namespace godwit::client {

using runtime::Json;

namespace {

constexpr std::size_t moves_shown = 5;

std::string text(const Json& value) {
    return value.is_string() ? value.get<std::string>() : "-";
}

std::string in_milliseconds(const Json& value) {
    if (!value.is_number()) {
        return "-";
    }
    std::ostringstream written;
    written << std::fixed << std::setprecision(1) << value.get<double>() << " ms";
    return written.str();
}

std::string path(const Json& path) {
    return path.is_null() ? "-"
                          : text(path.at("encapsulation")) + " over " + text(path.at("interface"));
}

std::string rate(std::uint64_t octets, std::chrono::duration<double> time) {
    return runtime::octets(static_cast<std::uint64_t>(static_cast<double>(octets) / time.count())) +
           "/s";
}

// The latest first.
void append_moves(std::string& view, const Json& records) {
    std::vector<std::vector<std::string>> rows{
        {"LAST MOVES", "TO", "CAUSE", "GAP", "RESENT", "LOST"}};
    for (auto record = records.rbegin(); record != records.rend() && rows.size() <= moves_shown;
         ++record) {
        rows.push_back({text(record->at("from")), text(record->at("to")), text(record->at("cause")),
                        in_milliseconds(record->at("acknowledged_ms")), record->at("resent").dump(),
                        record->at("lost").dump()});
    }
    if (rows.size() > 1) {
        view += '\n' + runtime::aligned(rows);
    }
}

}  // namespace

std::string StatusWatch::throughput(const Json& status, mobility::Instant now) {
    const Json& tunnel = status.at("tunnel");
    if (tunnel.is_null()) {
        seen_.reset();
        return "-";
    }
    const Seen seen{now, tunnel.at("tx_bytes").get<std::uint64_t>(),
                    tunnel.at("rx_bytes").get<std::uint64_t>()};
    const auto before = std::exchange(seen_, seen);
    // A daemon that was started anew counts from the beginning.
    if (!before || before->at >= now || seen.tx < before->tx || seen.rx < before->rx) {
        return "-";
    }
    const std::chrono::duration<double> time = now - before->at;
    return rate(seen.tx - before->tx, time) + " up, " + rate(seen.rx - before->rx, time) + " down";
}

std::string StatusWatch::view(const Json& status, mobility::Instant now) {
    std::vector<std::vector<std::string>> rows{
        {"state", text(status.at("state"))},
        {"home address", text(status.at("home_address"))},
        {"care-of address", text(status.at("care_of_address"))},
        {"path", path(status.at("path"))},
        {"second path", path(status.at("warm_path"))},
        {"round trip", in_milliseconds(status.at("round_trip_ms"))},
        {"throughput", throughput(status, now)},
    };
    runtime::append_health(rows, status.at("health"));
    std::string view = runtime::aligned(rows);
    append_moves(view, status.at("handovers").at("records"));
    return view;
}

std::string StatusWatch::line(const Json& status, mobility::Instant now) {
    return runtime::printable(text(status.at("state")) + ", " + text(status.at("care_of_address")) +
                              ", " + path(status.at("path"))) +
           ", " + in_milliseconds(status.at("round_trip_ms")) + ", " + throughput(status, now) +
           ", " + runtime::printable(status.at("handovers").at("count").dump()) + " moves";
}

}  // namespace godwit::client

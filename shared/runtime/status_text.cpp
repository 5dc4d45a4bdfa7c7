#include "shared/runtime/status_text.hpp"

#include <algorithm>
#include <array>
#include <iomanip>
#include <sstream>

#include "shared/runtime/printable.hpp"

namespace godwit::runtime {

std::string aligned(std::vector<std::vector<std::string>> rows) {
    std::vector<std::size_t> widths;
    for (auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t column = 0; column < row.size(); ++column) {
            row[column] = printable(row[column]);
            widths[column] = std::max(widths[column], row[column].size());
        }
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < row.size(); ++column) {
            line += row[column];
            if (column + 1 < row.size()) {
                line.append(widths[column] - row[column].size() + 2, ' ');
            }
        }
        text += line + '\n';
    }
    return text;
}

std::string octets(std::uint64_t count) {
    constexpr std::array units{"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    auto amount = static_cast<double>(count);
    std::size_t unit = 0;
    // 999.5 would be shown as 1000.
    while (amount >= 999.5 && unit + 1 < units.size()) {
        amount /= 1000;
        ++unit;
    }
    std::ostringstream text;
    const int decimals = unit == 0 || amount >= 99.95 ? 0 : amount >= 9.995 ? 1 : 2;
    text << std::fixed << std::setprecision(decimals) << amount << ' ' << units.at(unit);
    return text.str();
}

std::string traffic(const Json& object, const std::string& direction) {
    const auto packets = object.at(direction + "_packets").get<std::uint64_t>();
    return std::to_string(packets) + (packets == 1 ? " packet, " : " packets, ") +
           octets(object.at(direction + "_bytes").get<std::uint64_t>());
}

std::string counts(const Json& counters) {
    std::string text;
    for (const auto& [reason, count] : counters.items()) {
        text += (text.empty() ? "" : ", ") + reason + " " + count.dump();
    }
    return text.empty() ? "none" : text;
}

void append_health(std::vector<std::vector<std::string>>& rows, const Json& health) {
    if (health.empty()) {
        rows.push_back({"health", "good"});
    }
    for (std::size_t place = 0; place < health.size(); ++place) {
        rows.push_back({place == 0 ? "health" : "", health[place].get<std::string>()});
    }
}

}  // namespace godwit::runtime

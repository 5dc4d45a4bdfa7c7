#include "tests/impair/commands.hpp"

#include <unistd.h>

#include <array>
#include <sstream>

namespace godwit::impair {

bool Commands::obey(std::string& answers) {
    std::array<char, 4096> buffer{};
    const ssize_t count = read(descriptor_, buffer.data(), buffer.size());
    if (count <= 0) {
        return false;
    }
    unfinished_.append(buffer.data(), static_cast<std::size_t>(count));
    for (std::size_t end = 0; (end = unfinished_.find('\n')) != std::string::npos;) {
        const std::string line = unfinished_.substr(0, end);
        unfinished_.erase(0, end + 1);
        answers += obey_line(line) ? "ok\n" : "not understood: " + line + "\n";
    }
    return true;
}

bool Commands::obey_line(std::string_view line) const {
    std::istringstream words{std::string(line)};
    std::string verb;
    std::string value;
    words >> verb >> value;
    if (verb == "blackhole" || verb == "drop-icmp") {
        (verb == "blackhole" ? impairment_->blackhole : impairment_->drop_icmp) = value == "on";
        return value == "on" || value == "off";
    }
    double number = 0;
    if (!(std::istringstream(value) >> number) || number < 0) {
        return false;
    }
    if (verb == "mtu") {
        impairment_->mtu = static_cast<std::size_t>(number);
    } else if (verb == "loss" && number <= 100) {
        impairment_->loss = number / 100;
    } else if (verb == "delay") {
        impairment_->delay = from_milliseconds(number);
    } else if (verb == "rate") {
        impairment_->bits_per_second = number * 1e6;
    } else {
        return false;
    }
    return true;
}

}  // namespace godwit::impair

#include "shared/runtime/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "shared/runtime/printable.hpp"

namespace godwit::runtime {

namespace {

spdlog::level::level_enum level_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

bool stands_alone(std::string_view value) {
    return !value.empty() && printable(value) == value &&
           std::ranges::none_of(value, [](char letter) {
               return letter == ' ' || letter == '"' || letter == '=' || letter == '\\';
           });
}

std::string escaped(std::string_view value) {
    std::string text;
    for (const char letter : value) {
        text += letter == '"' || letter == '\\' ? std::string{'\\', letter} : std::string{letter};
    }
    return printable(text);
}

}  // namespace

// Whole seconds as "600s", all else as "41.337ms".
LogField::LogField(std::string_view key, std::chrono::nanoseconds duration) : key_(key) {
    using namespace std::chrono_literals;
    if (duration % 1s == 0s) {
        value_ = std::to_string(duration / 1s) + "s";
    } else {
        value_ = fmt::format("{:.3f}ms", static_cast<double>(duration / 1us) / 1000);
    }
}

std::string LogField::text() const {
    return key_ + "=" + (stands_alone(value_) ? value_ : '"' + escaped(value_) + '"');
}

std::string log_line(std::string_view event, LogFields fields) {
    std::string line(event);
    for (const LogField& field : fields) {
        line += " " + field.text();
    }
    return line;
}

Log::Log(LogLevel level)
    : logger_(std::make_unique<spdlog::logger>("godwit",
                                               std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
    show(level);
    logger_->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
}

Log::~Log() = default;

void Log::show(LogLevel level) {
    logger_->set_level(level_of(level));
}

bool Log::shows_debug() const {
    return logger_->should_log(spdlog::level::debug);
}

void Log::debug(std::string_view event, LogFields fields) const {
    if (shows_debug()) {
        logger_->debug(log_line(event, fields));
    }
}

void Log::info(std::string_view event, LogFields fields) const {
    logger_->info(log_line(event, fields));
}

void Log::warning(std::string_view event, LogFields fields) const {
    logger_->warn(log_line(event, fields));
}

void Log::error(std::string_view event, LogFields fields) const {
    logger_->error(log_line(event, fields));
}

}  // namespace godwit::runtime

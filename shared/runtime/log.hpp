#pragma once
// The log, on standard error: a line for each event, the event's constant name first, then
// key=value. Only what has a public text form can stand in a line, so no key ever does.

#include <chrono>
#include <concepts>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shared/runtime/log_level.hpp"

namespace spdlog {
class logger;
}

namespace godwit::runtime {

template <class T>
concept HasText = requires(const T& value) {
    { value.text() } -> std::convertible_to<std::string>;
};
template <class T>
concept HasName = requires(const T& value) {
    { name(value) } -> std::convertible_to<std::string_view>;  // found beside the type of value
};

// One key=value. The value is a text, a whole number, a duration, or a type with text() or name().
class LogField {
  public:
    LogField(std::string_view key, std::string_view text) : key_(key), value_(text) {}
    LogField(std::string_view key, std::integral auto number)
        : key_(key), value_(std::to_string(number)) {}
    template <class Number, class Period>
    LogField(std::string_view key, std::chrono::duration<Number, Period> duration)
        : LogField(key, std::chrono::duration_cast<std::chrono::nanoseconds>(duration)) {}
    LogField(std::string_view key, std::chrono::nanoseconds duration);
    LogField(std::string_view key, const std::optional<std::chrono::nanoseconds>& duration)
        : LogField(duration ? LogField(key, *duration) : LogField(key, "none")) {}
    template <HasText T>
    LogField(std::string_view key, const T& value) : key_(key), value_(value.text()) {}
    template <HasName T>
    LogField(std::string_view key, const T& value) : key_(key), value_(name(value)) {}

    // In double quotes if it needs them; control characters as \xHH, so that nobody can write
    // lines of their own into the log.
    [[nodiscard]] std::string text() const;

  private:
    std::string key_;
    std::string value_;
};

using LogFields = std::initializer_list<LogField>;

// "binding-moved home=2001:db8:f::9 to=2001:db8:a::1".
std::string log_line(std::string_view event, LogFields fields);

class Log {
  public:
    explicit Log(LogLevel level);
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    ~Log();

    // Shows lines from this level on.
    void show(LogLevel level);
    // Whether a debug line is worth making.
    [[nodiscard]] bool shows_debug() const;
    void debug(std::string_view event, LogFields fields = {}) const;
    void info(std::string_view event, LogFields fields = {}) const;
    void warning(std::string_view event, LogFields fields = {}) const;
    void error(std::string_view event, LogFields fields = {}) const;

  private:
    std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace godwit::runtime

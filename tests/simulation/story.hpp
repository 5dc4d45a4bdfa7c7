#pragma once
// What happened in a simulated run, told as a sequence diagram (Mermaid) when a test fails.

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>

#include "shared/mobility/instant.hpp"

namespace godwit::simulation {

class Story {
  public:
    void arrow(mobility::Instant at, const std::string& from, const std::string& to,
               const std::string& text, bool is_lost = false) {
        if (!left_out_.empty() && text.starts_with(left_out_)) {
            return;
        }
        tell(from + (is_lost ? "-x" : "->>") + to + ": " + time(at) + text);
    }
    // What begins with this word happens so often that nobody wants to read of it.
    void leave_out(std::string word) { left_out_ = std::move(word); }
    void note(mobility::Instant at, const std::string& who, const std::string& text) {
        tell("Note over " + who + ": " + time(at) + text);
    }

    [[nodiscard]] std::string text() const {
        std::string all = "sequenceDiagram\n";
        for (const std::string& line : lines_) {
            all += "    " + line + "\n";
        }
        return all;
    }

  private:
    static constexpr std::size_t max_lines = 400;  // the end of a run says more than its beginning

    static std::string time(mobility::Instant at) {
        const auto since =
            std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch());
        return std::to_string(since.count()) + " ms ";
    }
    void tell(std::string line) {
        if (lines_.size() == max_lines) {
            lines_.pop_front();
        }
        lines_.push_back(std::move(line));
    }

    std::deque<std::string> lines_;
    std::string left_out_;
};

}  // namespace godwit::simulation

#include "client/core/path_probes.hpp"

#include <algorithm>
#include <utility>

namespace godwit::client {
namespace {

using mobility::Instant;

constexpr std::chrono::milliseconds retry_interval{200};
constexpr std::size_t max_tries = 5;  // then the path has had its second
constexpr std::size_t hasty_tries = 3;

}  // namespace

void PathProbes::ask(Instant now, const std::vector<mobility::Path>& paths, std::size_t at_once,
                     std::chrono::nanoseconds within) {
    questions_.clear();
    ask_too(now, paths);
    for (std::size_t place = 0; place < questions_.size(); ++place) {
        questions_[place].first_interval = within / hasty_tries;
        questions_[place].ask_at =
            now + (place < at_once ? 0 : static_cast<int>(place - at_once) + 1) * race_stagger;
    }
}

void PathProbes::ask_too(Instant now, const std::vector<mobility::Path>& paths) {
    Instant ask_at = now;
    for (const Question& question : questions_) {
        if (question.sent.empty()) {
            ask_at = std::max(ask_at, question.ask_at + race_stagger);
        }
    }
    for (const mobility::Path& path : paths) {
        if (find(path) == nullptr) {
            questions_.push_back(
                {.path = path, .sent = {}, .ask_at = ask_at, .first_interval = retry_interval});
            ask_at += race_stagger;
        }
    }
}

void PathProbes::ask_anew(Instant now, const mobility::Path& path,
                          std::chrono::nanoseconds within) {
    std::erase_if(questions_, [&](const Question& question) { return question.path == path; });
    questions_.push_back(
        {.path = path, .sent = {}, .ask_at = now, .first_interval = within / hasty_tries});
}

void PathProbes::keep(const std::vector<mobility::Path>& paths) {
    std::erase_if(questions_, [&](const Question& question) {
        return std::ranges::find(paths, question.path) == paths.end();
    });
}

std::optional<PathProbes::Answer> PathProbes::on_response(Instant now, std::uint32_t sequence) {
    for (Question& question : questions_) {
        const auto asked =
            std::ranges::find(question.sent, sequence, &std::pair<std::uint32_t, Instant>::first);
        if (asked != question.sent.end()) {
            if (question.is_answered) {
                return std::nullopt;
            }
            question.is_answered = true;
            question.is_over = true;
            question.round_trip = now - asked->second;
            return Answer{.path = question.path, .round_trip = question.round_trip};
        }
    }
    return std::nullopt;
}

std::vector<PathProbes::Heartbeat> PathProbes::due(Instant now) {
    std::vector<Heartbeat> heartbeats;
    for (Question& question : questions_) {
        if (question.is_over || now < question.ask_at) {
            continue;
        }
        if (question.sent.size() >= max_tries) {
            question.is_over = true;
            continue;
        }
        question.sent.emplace_back(++sequence_, now);
        question.ask_at =
            now + (question.sent.size() < hasty_tries ? question.first_interval : retry_interval);
        heartbeats.push_back({.path = question.path, .sequence = sequence_});
    }
    return heartbeats;
}

std::optional<Instant> PathProbes::next_deadline() const {
    std::optional<Instant> next;
    for (const Question& question : questions_) {
        if (!question.is_over) {
            next = next ? std::min(*next, question.ask_at) : question.ask_at;
        }
    }
    return next;
}

bool PathProbes::is_over() const {
    return std::ranges::all_of(questions_, &Question::is_over);
}

std::vector<mobility::Path> PathProbes::unanswered() const {
    std::vector<mobility::Path> paths;
    for (const Question& question : questions_) {
        if (!question.is_answered) {
            paths.push_back(question.path);
        }
    }
    return paths;
}

bool PathProbes::is_unanswered(const mobility::Path& path, Instant since) const {
    const Question* question = find(path);
    return question != nullptr && !question->sent.empty() && !question->is_answered &&
           question->sent.front().second <= since;
}

bool PathProbes::has_answered(const mobility::Path& path) const {
    const Question* question = find(path);
    return question != nullptr && question->is_answered;
}

std::optional<std::chrono::nanoseconds> PathProbes::round_trip(const mobility::Path& path) const {
    const Question* question = find(path);
    return question != nullptr && question->is_answered ? std::optional(question->round_trip)
                                                        : std::nullopt;
}

const PathProbes::Question* PathProbes::find(const mobility::Path& path) const {
    const auto found = std::ranges::find(questions_, path, &Question::path);
    return found != questions_.end() ? &*found : nullptr;
}

}  // namespace godwit::client

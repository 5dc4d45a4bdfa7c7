#include "client/core/next_hop_questions.hpp"

#include <algorithm>

namespace godwit::client {

void NextHopQuestions::on_silent(mobility::Instant now, std::span<const NextHop> silent) {
    std::erase_if(questions_, [&](const Question& question) {
        return std::ranges::find(silent, question.to) == silent.end();
    });
    for (const NextHop& one : silent) {
        if (std::ranges::find(questions_, one, &Question::to) == questions_.end()) {
            questions_.push_back({.to = one, .at = now + shortest, .distance = shortest});
        }
    }
}

std::vector<NextHop> NextHopQuestions::on_deadline(mobility::Instant now) {
    std::vector<NextHop> asked;
    for (Question& question : questions_) {
        if (question.at <= now) {
            asked.push_back(question.to);
            question.distance = std::min(2 * question.distance, longest);
            question.at = now + question.distance;
        }
    }
    return asked;
}

std::optional<mobility::Instant> NextHopQuestions::next_deadline() const {
    const auto next = std::ranges::min_element(questions_, {}, &Question::at);
    return next != questions_.end() ? std::optional(next->at) : std::nullopt;
}

}  // namespace godwit::client

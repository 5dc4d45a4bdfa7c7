#include "shared/runtime/finding.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "shared/runtime/printable.hpp"

namespace godwit::runtime {
namespace {

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::well:
            return "ok";
        case Verdict::note:
            return "note";
        case Verdict::wrong:
            return "wrong";
    }
    return "wrong";
}

// All lines begin at the same place.
std::string column(std::string_view text) {
    constexpr std::size_t width = 7;
    std::string padded(text);
    padded.resize(width, ' ');
    return padded;
}

}  // namespace

Finding well(std::string what, std::string text) {
    return {
        .what = std::move(what), .verdict = Verdict::well, .text = std::move(text), .remedy = {}};
}

Finding note(std::string what, std::string text) {
    return {
        .what = std::move(what), .verdict = Verdict::note, .text = std::move(text), .remedy = {}};
}

Finding wrong(std::string what, std::string text, std::string remedy) {
    return {.what = std::move(what),
            .verdict = Verdict::wrong,
            .text = std::move(text),
            .remedy = std::move(remedy)};
}

bool is_all_well(const std::vector<Finding>& findings) {
    return std::ranges::none_of(
        findings, [](const Finding& finding) { return finding.verdict == Verdict::wrong; });
}

std::string text_of(const std::vector<Finding>& findings) {
    std::string text;
    for (const Finding& finding : findings) {
        text +=
            column(name(finding.verdict)) + printable(finding.what + ": " + finding.text) + '\n';
        if (!finding.remedy.empty()) {
            text += column("") + "remedy: " + printable(finding.remedy) + '\n';
        }
    }
    return text;
}

Json to_json(const std::vector<Finding>& findings) {
    Json list = Json::array();
    for (const Finding& finding : findings) {
        list.push_back({{"what", finding.what},
                        {"well", finding.verdict != Verdict::wrong},
                        {"verdict", name(finding.verdict)},
                        {"text", finding.text},
                        {"remedy", finding.remedy}});
    }
    return {{"schema", 1}, {"well", is_all_well(findings)}, {"findings", list}};
}

}  // namespace godwit::runtime

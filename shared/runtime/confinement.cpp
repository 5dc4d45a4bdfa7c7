#include "shared/runtime/confinement.hpp"

#include <cstdlib>
#include <string_view>

namespace godwit::runtime {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool has_sanitizers = true;
#else
constexpr bool has_sanitizers = false;
#endif

bool is_switched_off() {
    const char* value = std::getenv("GODWIT_SYSTEM_CALL_FILTER");
    return value != nullptr && std::string_view(value) == "off";
}

std::string reason_against() {
    if (has_sanitizers) {
        return "this program was built with sanitizers";
    }
    return is_switched_off() ? "GODWIT_SYSTEM_CALL_FILTER is off" : "";
}

}  // namespace

Confining::Confining() : reason_against_(reason_against()) {
    if (reason_against_.empty()) {
        filter_.emplace();
    }
}

Confinement Confining::confine(const Log& log) {
    Confinement confinement{.reason = reason_against_};
    if (filter_) {
        const std::error_code failure = filter_->enforce();
        confinement.is_filtered = !failure;
        confinement.reason = failure ? failure.message() : "";
    }
    if (confinement.is_filtered) {
        log.info("system-calls-filtered");
    } else {
        log.warning("system-calls-not-filtered", {{"reason", confinement.reason}});
    }
    return confinement;
}

Confinement confinement_now(const Confinement& at_start) {
    Confinement now = at_start;
    now.refused = platform::refused_system_calls();
    return now;
}

std::vector<std::string> complaints(const Confinement& confinement) {
    std::vector<std::string> complaints;
    for (const std::string& name : confinement.refused) {
        complaints.push_back("the system call " + name +
                             " was refused: no part of this program makes it, or a library does "
                             "something new");
    }
    return complaints;
}

Json to_json(const Confinement& confinement) {
    return {{"filtered", confinement.is_filtered},
            {"reason", confinement.reason.empty() ? Json() : Json(confinement.reason)},
            {"refused", confinement.refused}};
}

std::vector<Finding> confinement_findings(const Json& system_calls) {
    if (!system_calls.is_object() || !system_calls.contains("filtered")) {
        return {};
    }
    if (system_calls["filtered"] == true) {
        return {well("system calls", "the daemon may make only those that it needs")};
    }
    const auto reason = system_calls.find("reason");
    std::string text = "the daemon may make any: ";
    text += reason != system_calls.end() && reason->is_string() ? reason->get<std::string>()
                                                                : "it does not say why";
    return {note("system calls", text)};
}

}  // namespace godwit::runtime

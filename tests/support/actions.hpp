#pragma once
// What a core wants done, picked apart.

#include <chrono>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "shared/mobility/node.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::mobility {

// How a failing test shows an instant.
inline void PrintTo(Instant instant, std::ostream* out) {
    *out << "noon + " << std::chrono::duration<double, std::milli>(instant - test::noon).count()
         << " ms";
}

}  // namespace godwit::mobility

namespace godwit::test {

// All actions of a kind, in their order.
template <class Kind>
std::vector<Kind> all(const mobility::Actions& actions) {
    std::vector<Kind> found;
    for (const mobility::Action& action : actions) {
        if (const auto* wanted = std::get_if<Kind>(&action)) {
            found.push_back(*wanted);
        }
    }
    return found;
}

// All events of a kind, in their order.
template <class Kind>
std::vector<Kind> events(const mobility::Actions& actions) {
    std::vector<Kind> found;
    for (const mobility::Event& event : all<mobility::Event>(actions)) {
        if (const auto* wanted = std::get_if<Kind>(&event)) {
            found.push_back(*wanted);
        }
    }
    return found;
}

// Why messages were dropped, in their order.
inline std::vector<mobility::DropReason> drops(const mobility::Actions& actions) {
    std::vector<mobility::DropReason> reasons;
    for (const auto& dropped : events<mobility::MessageDropped>(actions)) {
        reasons.push_back(dropped.reason);
    }
    return reasons;
}

// The kinds of the actions in their order, without events, heartbeats and what only measures: "send
// admit direct".
inline std::string order(const mobility::Actions& actions) {
    struct Word {
        std::string operator()(const mobility::SendMessage& order) const {
            return std::holds_alternative<wire::Heartbeat>(order.message) ? "" : "send";
        }
        std::string operator()(const mobility::AdmitSession&) const { return "admit"; }
        std::string operator()(const mobility::DirectTunnel&) const { return "direct"; }
        std::string operator()(const mobility::ConfirmSession&) const { return "confirm"; }
        std::string operator()(const mobility::HoldTunnel&) const { return "hold"; }
        std::string operator()(const mobility::FitTunnel&) const { return {}; }
        std::string operator()(const mobility::CarryIpv4&) const { return "ipv4"; }
        std::string operator()(const mobility::CarryPrefixes&) const { return "prefixes"; }
        std::string operator()(const mobility::RouteFlows&) const { return {}; }
        std::string operator()(const mobility::WatchTraffic&) const { return {}; }
        std::string operator()(const mobility::CloseTunnel&) const { return "close"; }
        std::string operator()(const mobility::EndSession&) const { return "end"; }
        std::string operator()(const mobility::Event&) const { return {}; }
    };
    std::string text;
    for (const mobility::Action& action : actions) {
        const std::string word = std::visit(Word{}, action);
        text += (text.empty() || word.empty() ? "" : " ") + word;
    }
    return text;
}

// The messages of a kind that are to be sent, in their order.
template <class Message>
std::vector<Message> messages(const mobility::Actions& actions) {
    std::vector<Message> found;
    for (const mobility::SendMessage& order : all<mobility::SendMessage>(actions)) {
        if (const auto* wanted = std::get_if<Message>(&order.message)) {
            found.push_back(*wanted);
        }
    }
    return found;
}

}  // namespace godwit::test

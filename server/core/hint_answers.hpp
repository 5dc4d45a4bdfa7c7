#pragma once
// What is answered to messages that nobody has proved (docs/protocol.md): next to nothing, and not
// often.

#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <unordered_map>

#include "server/core/admission.hpp"
#include "server/core/mobile_node_registry.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::server {

class HintAnswers {
  public:
    // Both must outlive it.
    HintAnswers(const HomeAgentSettings& settings, const MobileNodeRegistry& registry)
        : settings_(settings), registry_(registry) {}

    [[nodiscard]] std::expected<mobility::SendMessage, mobility::DropReason> on_hint(
        mobility::Instant now, const mobility::Received& received, const mobility::Hint& hint);

    [[nodiscard]] std::size_t size() const { return not_before_.size(); }  // home addresses

  private:
    [[nodiscard]] std::optional<mobility::SendMessage> answer_to(const mobility::Received& received,
                                                                 const mobility::Hint& hint) const;

    const HomeAgentSettings& settings_;
    const MobileNodeRegistry& registry_;
    // At most once a second: to each configured home address, and to all strangers as one (the
    // unspecified address).
    std::unordered_map<wire::HomeAddress, mobility::Instant> not_before_;
};

}  // namespace godwit::server

#pragma once
// Finds out whether a captive portal keeps the home agent's answers away: by what the network has
// told already, else by what answers where the home agent itself is asked over HTTP. Nobody else is
// asked, and nobody at all while the home agent answers.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "client/attachment_watch.hpp"
#include "client/core/mobile_node.hpp"
#include "client/core/portal_watch.hpp"
#include "client/status.hpp"
#include "shared/mobility/attachment.hpp"
#include "shared/platform/web_probe.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/log.hpp"

namespace godwit::client {

class PortalInquiry {
  public:
    struct Settings {
        wire::HomeAgentAddress home_agent;
        std::vector<std::string> endpoints;  // of the home agent, names or addresses
    };
    // The loop, the log and what tells of the links outlive it. `on_change`: another portal is
    // known, or none any more.
    PortalInquiry(Settings settings, const AttachmentWatch& links, runtime::EventLoop& loop,
                  const runtime::Log& log, std::function<void()> on_change);

    void on_attachments(const mobility::Attachments& attachments);
    void follow(State state);

    // For the loop's deadline.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;
    void on_deadline();

    [[nodiscard]] const std::optional<PortalReport>& portal() const { return told_; }

  private:
    void ask();
    [[nodiscard]] std::optional<Portal> told_by_network() const;
    [[nodiscard]] std::vector<mobility::Path> paths() const;
    void ask_next();
    void proceed();
    void tell();

    Settings settings_;
    const AttachmentWatch& links_;
    runtime::EventLoop& loop_;
    const runtime::Log& log_;
    std::function<void()> on_change_;
    PortalWatch watch_;
    mobility::Attachments attachments_;
    std::vector<PortalPlace> places_;      // of the attachments
    std::vector<mobility::Path> to_ask_;   // the last first
    std::optional<mobility::Path> asked_;  // at this moment
    std::optional<platform::WebInquiry> inquiry_;
    std::optional<mobility::Instant> patience_;  // with it
    std::optional<PortalReport> told_;
    runtime::EventLoop::Watch readable_;
};

}  // namespace godwit::client

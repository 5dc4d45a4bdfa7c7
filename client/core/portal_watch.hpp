#pragma once
// Whether this network has a captive portal in front of the home agent: when to ask for that at
// all, and what is known. Nothing is asked while the home agent answers, and no more than now and
// then while it does not.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/mobility/path.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

enum class PortalSource : std::uint8_t {
    router_advertisement,  // RFC 8910 §2.3
    dhcp,                  // RFC 8910 §2.1, §2.2
    redirect,              // a web server has answered in the home agent's place
};

std::string_view name(PortalSource source);

struct Portal {
    std::string url;
    PortalSource source{};
    bool operator==(const Portal&) const = default;
};

// A network, as far as it can be told from another one.
struct PortalPlace {
    mobility::InterfaceIndex interface;
    wire::Prefix prefix;
    bool operator==(const PortalPlace&) const = default;
};

class PortalWatch {
  public:
    // A registration that is going to be answered has been by then, even where a first path fails.
    static constexpr std::chrono::seconds patience{5};
    // Before a network is asked again, and again; then as the last.
    static constexpr std::array<std::chrono::seconds, 3> pauses{
        {std::chrono::seconds(30), std::chrono::seconds(120), std::chrono::seconds(300)}};

    enum class HomeAgent : std::uint8_t {
        answers,
        silent,     // it is asked
        not_asked,  // there is no link, or nothing is wanted of it
    };
    void follow(mobility::Instant now, HomeAgent home_agent,
                const std::vector<PortalPlace>& places);

    // When to ask, unless something else happens.
    [[nodiscard]] const std::optional<mobility::Instant>& next_deadline() const { return ask_at_; }
    // Whether to ask now; then it has been done.
    [[nodiscard]] bool take_question(mobility::Instant now);

    // What has come of it. It stands until the home agent answers, or the network is another.
    void on_found(Portal portal);

    [[nodiscard]] const std::optional<Portal>& portal() const { return portal_; }

  private:
    void arrive(mobility::Instant now, const std::vector<PortalPlace>& places);
    void plan(mobility::Instant now);

    std::vector<PortalPlace> places_;
    std::optional<Portal> portal_;
    std::vector<PortalPlace> found_at_;              // where it was found
    std::optional<mobility::Instant> silent_since_;  // the home agent, in these places
    std::optional<mobility::Instant> asked_at_;      // the last time in these places
    std::size_t asked_ = 0;                          // since it was answered here
    std::optional<mobility::Instant> ask_at_;
};

}  // namespace godwit::client

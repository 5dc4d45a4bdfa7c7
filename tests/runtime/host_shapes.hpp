#pragma once
// Machines as providers make them, for the tests of `godwit-ha init`.

#include <string>

#include "server/host_survey.hpp"

namespace godwit::server {

inline wire::Ipv6Address ip(const std::string& text) {
    if (const auto ipv4 = wire::Ipv4Address::parse(text)) {
        return wire::Ipv6Address::mapped(*ipv4);
    }
    return *wire::Ipv6Address::parse(text);
}

inline wire::Prefix prefix(const std::string& text) {
    return *wire::Prefix::parse(text);
}

class Host {
  public:
    static constexpr mobility::InterfaceIndex lo{1};
    static constexpr mobility::InterfaceIndex eth0{2};
    static constexpr mobility::InterfaceIndex docker0{3};

    Host() {
        network_.links = {
            {.index = lo, .name = "lo", .is_up = true, .is_running = true, .mtu = 65536},
            {.index = eth0,
             .name = "eth0",
             .is_up = true,
             .is_running = true,
             .mtu = 1500,
             .link_layer = wire::LinkLayerAddress{2, 0, 0, 0, 0, 1}},
            {.index = docker0, .name = "docker0", .is_up = true, .mtu = 1500}};
    }

    Host& has(const std::string& address, std::uint8_t length,
              mobility::InterfaceIndex interface = eth0) {
        network_.addresses.push_back({.interface = interface,
                                      .address = ip(address),
                                      .prefix_length = length,
                                      .permanent = true});
        return *this;
    }
    Host& goes_by(const std::string& router, std::uint32_t metric = 1024) {
        const bool ipv4 = wire::Ipv4Address::parse(router).has_value();
        network_.routes.push_back(
            {.destination = ipv4 ? wire::Prefix{ip("0.0.0.0"), 96} : wire::Prefix{{}, 0},
             .interface = eth0,
             .gateway = ip(router),
             .metric = metric});
        return *this;
    }
    platform::NetworkSnapshot& network() { return network_; }
    platform::KnownAddress& last_address() { return network_.addresses.back(); }
    [[nodiscard]] std::optional<Uplink> uplink() const { return uplink_of(network_); }
    [[nodiscard]] std::vector<PrefixCandidate> candidates() const {
        return prefix_candidates(network_, *uplink());
    }
    // As if the router did the same with every prefix.
    [[nodiscard]] HostSurvey survey(platform::PrefixAnswer answer) const {
        std::vector<ProbedPrefix> probed;
        if (uplink() && uplink()->address) {
            for (const PrefixCandidate& candidate : candidates()) {
                probed.push_back({candidate, answer});
            }
        }
        return survey_host(uplink(), probed);
    }

  private:
    platform::NetworkSnapshot network_;
};

}  // namespace godwit::server

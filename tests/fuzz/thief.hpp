#pragma once
// A mobile node that has its own key and home address at a home agent, and says whatever it likes.

#include <cstdint>
#include <optional>

#include "shared/security/esp.hpp"
#include "shared/security/mobile_node_authenticator.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/simulation/frame.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::fuzz {

class Thief {
  public:
    inline static const wire::HomeAddress home{test::ip("2001:db8:f::a")};
    inline static const wire::Ipv6Address address = test::ip("2001:db8:e::2");

    Thief(security::KeyPair key, const security::PublicKey& home_agent)
        : authenticator_({.home_agent_address = test::home_agent,
                          .own = std::move(key),
                          .home_agent = home_agent},
                         [this] {
                             return security::Tai64n::from(
                                 std::chrono::sys_time<std::chrono::nanoseconds>(++time_));
                         }) {}

    // What the home agent has sent to it.
    void take(const simulation::Frame& frame);
    // A message of its own, in a handshake, under its session or bare; nothing where that cannot
    // be sealed. `victim` is whose home address it may claim.
    std::optional<wire::Bytes> speak(Input& input, const wire::HomeAddress& victim);
    // An inner packet through its tunnel.
    std::optional<wire::Bytes> tunnel(Input& input, const wire::HomeAddress& victim);

  private:
    [[nodiscard]] mobility::Path some_path(std::uint8_t choice) const;
    wire::MobilityMessage some_update(Input& input);

    std::chrono::nanoseconds time_{std::chrono::hours(1)};
    security::MobileNodeAuthenticator authenticator_;
    std::optional<mobility::SessionId> session_;
    std::optional<security::EspSealer> sealer_;
    std::uint16_t sequence_ = 0;
};

}  // namespace godwit::fuzz

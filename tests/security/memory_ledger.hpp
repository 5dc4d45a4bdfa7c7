#pragma once
// A handshake ledger that forgets with the test.

#include <map>
#include <utility>

#include "shared/security/home_agent_authenticator.hpp"

namespace godwit::security {

class MemoryLedger final : public HandshakeLedger {
  public:
    bool advance(const ServingKeys& own, const PublicKey& peer, const Tai64n& time) override {
        if (time <= last_[{own.used, peer}] || (own.other && time <= last_[{*own.other, peer}])) {
            return false;
        }
        last_[{own.used, peer}] = time;
        return true;
    }
    [[nodiscard]] std::size_t size() const { return last_.size(); }

  private:
    std::map<std::pair<PublicKey, PublicKey>, Tai64n> last_;
};

}  // namespace godwit::security

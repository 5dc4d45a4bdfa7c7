#pragma once
// A handshake ledger that forgets with the test.

#include <map>

#include "shared/security/home_agent_authenticator.hpp"

namespace godwit::security {

class MemoryLedger final : public HandshakeLedger {
  public:
    bool advance(const PublicKey& peer, const Tai64n& time) override {
        Tai64n& last = last_[peer];
        if (time <= last) {
            return false;
        }
        last = time;
        return true;
    }
    [[nodiscard]] std::size_t size() const { return last_.size(); }

  private:
    std::map<PublicKey, Tai64n> last_;
};

}  // namespace godwit::security

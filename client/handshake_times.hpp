#pragma once
// The times in this mobile node's handshakes. A home agent takes each only if it is later than the
// one before (docs/protocol.md), so they go on where they ended, even where the clock was set back
// while the program did not run: the last one of each key pair is kept in the state directory. What
// another profile's home agent has seen, with its clock, does not count for this one.

#include <filesystem>
#include <functional>

#include "shared/runtime/clock.hpp"
#include "shared/runtime/log.hpp"
#include "shared/security/keys.hpp"
#include "shared/security/tai64n.hpp"

namespace godwit::client {

class HandshakeTimes {
  public:
    // A file that is none does not count.
    HandshakeTimes(const std::filesystem::path& state_directory, const security::PublicKey& own);

    // By the clock, but always later than the last. It is kept before it is told; false: it could
    // not be.
    struct Time {
        security::Tai64n time;
        bool is_kept = false;
    };
    Time next(runtime::WallTime now);
    // The key pair is given up.
    void forget() const;

  private:
    [[nodiscard]] bool keep() const;

    std::filesystem::path file_;
    security::Tai64n last_;
};

// Whether the last handshake, as far as this user may see it, was at a later time than now; by more
// than handshakes in a hurry are ahead.
bool has_clock_gone_back(const std::filesystem::path& state_directory, runtime::WallTime now);

// As an authenticator asks for them; makes the directory. The log outlives it.
std::function<security::Tai64n()> handshake_times(const std::filesystem::path& state_directory,
                                                  const security::PublicKey& own,
                                                  const runtime::Log& log);

}  // namespace godwit::client

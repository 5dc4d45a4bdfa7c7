#pragma once
// The status as somebody looks at it who wants to see it change: one that remembers what was shown
// before, so that it knows how much went through in between.

#include <optional>
#include <string>

#include "shared/mobility/instant.hpp"
#include "shared/runtime/status_document.hpp"

namespace godwit::client {

class StatusWatch {
  public:
    // Both of a document that to_json(const Status&) made, as it was at `now`.
    std::string view(const runtime::Json& status, mobility::Instant now);
    std::string line(const runtime::Json& status, mobility::Instant now);

  private:
    struct Seen {
        mobility::Instant at;
        std::uint64_t tx = 0;  // octets
        std::uint64_t rx = 0;
    };
    // "1.20 MB/s up, 90 B/s down"
    std::string throughput(const runtime::Json& status, mobility::Instant now);

    std::optional<Seen> seen_;
};

}  // namespace godwit::client

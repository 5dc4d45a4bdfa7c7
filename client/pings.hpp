#pragma once
// Echoes that somebody on this machine has the daemon ask for, from the home address: through the
// tunnel while away. Each asker follows them line by line.

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "shared/mobility/token_bucket.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/http_stream.hpp"
#include "shared/runtime/status_document.hpp"
#include "shared/wire/address.hpp"

namespace godwit::client {

struct PingRequest {
    wire::Ipv6Address local;
    wire::Ipv6Address target;            // of the same family
    std::optional<std::uint32_t> count;  // none: as long as somebody listens
};

class Pings {
  public:
    // `path`: what the lines tell beside their number and time, an object. The loop outlives them.
    Pings(runtime::EventLoop& loop, std::function<runtime::Json()> path);
    Pings(const Pings&) = delete;
    Pings& operator=(const Pings&) = delete;
    ~Pings();

    // So many ask as they begin, whoever began them; any other asks for the first time a second
    // later.
    static constexpr mobility::Rate at_once{.each_second = 4, .burst = 4};

    // A JSON object each line: {"seq": 1, "rtt_ms": 20.5, ...}; null where no echo came. Throws
    // std::system_error.
    std::shared_ptr<runtime::HttpStream> begin(const PingRequest& request);
    // The streams end here.
    void end();

  private:
    class Ping;

    void forget_ended_ones();

    runtime::EventLoop& loop_;
    std::function<runtime::Json()> path_;
    mobility::TokenBucket first_echoes_;
    std::list<Ping> pings_;
};

}  // namespace godwit::client

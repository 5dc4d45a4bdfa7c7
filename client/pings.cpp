#include "client/pings.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "client/status.hpp"
#include "shared/platform/alarm.hpp"
#include "shared/platform/echo_socket.hpp"
#include "shared/runtime/asio.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/security/random.hpp"

namespace godwit::client {

using namespace std::chrono_literals;
using runtime::Json;

namespace {

constexpr auto interval = 1s;
constexpr auto echo_patience = 3s;

}  // namespace

class Pings::Ping {
  public:
    enum class Begins : std::uint8_t { at_once, after_the_interval };

    Ping(runtime::EventLoop& loop, const std::function<Json()>& path, const PingRequest& request,
         std::shared_ptr<runtime::HttpStream> stream, Begins begins, std::function<void()> on_end)
        : path_(path),
          left_(request.count),
          stream_(std::move(stream)),
          socket_(request.local, request.target,
                  static_cast<std::uint16_t>(security::random_number())),
          watch_(loop.on_readable(socket_.descriptor(), [this] { read(); })),
          alarm_watch_(loop.on_readable(alarm_.descriptor(), [this] {
              alarm_.clear();
              tick();
          })) {
        stream_->on_end(std::move(on_end));
        if (begins == Begins::at_once) {
            tick();
        } else {
            alarm_.set(interval);
        }
    }
    Ping(const Ping&) = delete;
    Ping& operator=(const Ping&) = delete;
    ~Ping() {
        stream_->on_end([] {});
        stream_->finish();
    }

    [[nodiscard]] bool is_over() const { return !stream_->is_open(); }

  private:
    void tick() {
        give_up_late_ones();
        if (!left_ || *left_ > 0) {
            ask();
        }
        finish_if_all_is_said();
        if (is_over()) {
            return;
        }
        alarm_.set(interval);
    }

    void ask() {
        const std::uint16_t sequence = ++sequence_;
        if (left_) {
            --*left_;
        }
        // One that does not leave is one that no echo comes of.
        waiting_.insert_or_assign(sequence, runtime::boot_now());
        (void)socket_.request(sequence);
    }

    void read() {
        while (const auto sequence = socket_.receive()) {
            if (const auto asked = waiting_.find(*sequence); asked != waiting_.end()) {
                tell(*sequence, runtime::boot_now() - asked->second);
                waiting_.erase(asked);
            }
        }
        finish_if_all_is_said();
    }

    void give_up_late_ones() {
        const mobility::Instant now = runtime::boot_now();
        std::erase_if(waiting_, [&](const auto& asked) {
            const bool is_late = now - asked.second >= echo_patience;
            if (is_late) {
                tell(asked.first, std::nullopt);
            }
            return is_late;
        });
    }

    void finish_if_all_is_said() {
        if (left_ == 0U && waiting_.empty()) {
            stream_->finish();
        }
    }

    void tell(std::uint16_t sequence, const std::optional<std::chrono::nanoseconds>& round_trip) {
        Json line{{"seq", sequence}, {"rtt_ms", milliseconds(round_trip)}};
        line.update(path_());
        stream_->write(line.dump() + '\n');
    }

    const std::function<Json()>& path_;
    std::optional<std::uint32_t> left_;  // to be asked for
    std::shared_ptr<runtime::HttpStream> stream_;
    platform::EchoSocket socket_;
    runtime::EventLoop::Watch watch_;
    // Not a timer of Asio's, whose call may be on its way when another handler ends this.
    platform::Alarm alarm_;
    runtime::EventLoop::Watch alarm_watch_;
    std::uint16_t sequence_ = 0;
    std::map<std::uint16_t, mobility::Instant> waiting_;
};

Pings::Pings(runtime::EventLoop& loop, std::function<Json()> path)
    : loop_(loop), path_(std::move(path)) {}

Pings::~Pings() = default;

std::shared_ptr<runtime::HttpStream> Pings::begin(const PingRequest& request) {
    auto stream = std::make_shared<runtime::HttpStream>();
    // Else who comes and goes would have as many echoes as he has connections.
    const auto begins = first_echoes_.take(runtime::boot_now(), at_once)
                            ? Ping::Begins::at_once
                            : Ping::Begins::after_the_interval;
    // Not at once: it may be the ping itself that ends it.
    pings_.emplace_back(loop_, path_, request, stream, begins, [this] {
        runtime::asio::post(loop_.context(), [this] { forget_ended_ones(); });
    });
    return stream;
}

void Pings::forget_ended_ones() {
    pings_.remove_if([](const Ping& ping) { return ping.is_over(); });
}

void Pings::end() {
    pings_.clear();
}

}  // namespace godwit::client

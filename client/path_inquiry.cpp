#include "client/path_inquiry.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "shared/platform/asking_socket.hpp"
#include "shared/platform/signalling_socket.hpp"
#include "shared/platform/wait.hpp"
#include "shared/runtime/clock.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Encapsulation;
using mobility::Path;
using wire::SignallingPacket;

constexpr auto interval = 400ms;  // between two tries
constexpr std::size_t max_tries = 3;
constexpr auto home_agents_pause = 1050ms;  // it answers one a second
constexpr std::size_t longest = 2048;       // octets: longer ones are no answers

using Arrival = std::expected<SignallingPacket, std::error_code>;

// Carries packets to the home agent and back.
class Way {
  public:
    Way() = default;
    Way(const Way&) = delete;
    Way& operator=(const Way&) = delete;
    virtual ~Way() = default;

    [[nodiscard]] virtual int descriptor() const = 0;
    [[nodiscard]] virtual std::uint16_t local_port() const { return 0; }
    virtual std::error_code send(const SignallingPacket& packet) = 0;
    // What is none of ours is std::errc::bad_message.
    virtual Arrival receive() = 0;

  protected:
    static Arrival parse(wire::BytesView octets) {
        auto packet = SignallingPacket::parse(octets);
        if (!packet) {
            return std::unexpected(std::make_error_code(std::errc::bad_message));
        }
        return *std::move(packet);
    }
    std::array<std::uint8_t, longest> buffer_{};
};

class OverUdp final : public Way {
  public:
    OverUdp(const Path& path, std::uint32_t mark) : socket_(path, mark) {}

    [[nodiscard]] int descriptor() const override { return socket_.descriptor(); }
    [[nodiscard]] std::uint16_t local_port() const override { return socket_.local_port(); }
    std::error_code send(const SignallingPacket& packet) override {
        return socket_.send(packet.serialize());
    }
    Arrival receive() override {
        const auto length = socket_.receive(buffer_);
        return length ? parse(std::span(buffer_).first(*length)) : std::unexpected(length.error());
    }

  private:
    platform::AskingSocket socket_;
};

class Native final : public Way {
  public:
    Native(const Path& path, std::uint32_t mark) : path_(path), socket_(mark) {}

    [[nodiscard]] int descriptor() const override { return socket_.descriptor(); }
    std::error_code send(const SignallingPacket& packet) override {
        return socket_.send(packet.serialize(), path_.interface);
    }
    Arrival receive() override {
        const auto arrival = socket_.receive(buffer_);
        if (!arrival) {
            return std::unexpected(arrival.error());
        }
        Arrival packet = parse(arrival->packet);
        if (packet && (packet->source != path_.remote || packet->destination != path_.local)) {
            return std::unexpected(std::make_error_code(std::errc::bad_message));
        }
        return packet;
    }

  private:
    Path path_;
    platform::SignallingSocket socket_;
};

std::unique_ptr<Way> way_along(const Path& path, std::uint32_t mark) {
    if (path.encapsulation == Encapsulation::udp) {
        return std::make_unique<OverUdp>(path, mark);
    }
    return std::make_unique<Native>(path, mark);
}

class Question {
  public:
    Question(Path path, PathInquiry& inquiry) : path_(std::move(path)), inquiry_(inquiry) {}

    PathAnswer ask() {
        try {
            const auto way = way_along(path_, inquiry_.mark);
            path_.local_port = way->local_port();
            for (std::size_t tries = 0; tries < max_tries; ++tries) {
                if (const auto over = send(*way)) {
                    return *over;
                }
                if (const auto over = listen(*way, runtime::boot_now() + interval)) {
                    return *over;
                }
            }
            return is(PathOutcome::silent);
        } catch (const std::system_error& failure) {
            return is(PathOutcome::not_sent, failure.code().message());
        }
    }

  private:
    struct Sent {
        security::Knock knock;
        mobility::Instant at;
    };

    [[nodiscard]] PathAnswer is(PathOutcome outcome, std::string reason = {}) const {
        PathAnswer answer{.path = path_, .outcome = outcome, .reason = std::move(reason)};
        answer.local_port = std::exchange(answer.path.local_port, 0);
        return answer;
    }
    // What was reported of an earlier packet comes with the next one.
    [[nodiscard]] PathAnswer failed(std::error_code error) const {
        if (error == std::errc::connection_refused) {
            return is(PathOutcome::refused);
        }
        PathAnswer answer = is(PathOutcome::not_sent, error.message());
        answer.is_forbidden = error == std::errc::operation_not_permitted;
        return answer;
    }

    std::optional<PathAnswer> send(Way& way) {
        inquiry_.knock.sequence = inquiry_.knock.sequence.next();
        sent_.push_back({inquiry_.knock, runtime::boot_now()});
        const auto error = way.send(packet_of(inquiry_.knock, path_));
        return error ? std::optional(failed(error)) : std::nullopt;
    }

    std::optional<PathAnswer> listen(Way& way, mobility::Instant until) {
        for (auto now = runtime::boot_now(); now < until; now = runtime::boot_now()) {
            std::array watched{platform::Watched{.descriptor = way.descriptor()}};
            platform::wait_until_readable(watched, until - now);
            const Arrival arrival = way.receive();
            if (arrival) {
                if (const auto answer = answer_in(*arrival)) {
                    return answer;
                }
            } else if (arrival.error() != std::errc::bad_message &&
                       arrival.error() != std::errc::resource_unavailable_try_again) {
                return failed(arrival.error());
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<PathAnswer> answer_in(const SignallingPacket& packet) const {
        const auto asked = std::ranges::find_if(
            sent_, [&](const Sent& sent) { return is_answer(sent.knock, path_, packet); });
        if (asked == sent_.end()) {
            return std::nullopt;
        }
        PathAnswer answer = is(PathOutcome::answered);
        answer.round_trip = runtime::boot_now() - asked->at;
        answer.observed = observed_source(asked->knock, path_, packet);
        return answer;
    }

    Path path_;
    PathInquiry& inquiry_;
    std::vector<Sent> sent_;
};

Path path_with_port(Path path, const std::vector<PathAnswer>& answers) {
    for (const PathAnswer& answer : answers) {
        if (path.encapsulation == Encapsulation::udp && answer.local_port != 0 &&
            answer.path.local == path.local && answer.path.interface == path.interface) {
            path.local_port = answer.local_port;
        }
    }
    return path;
}

}  // namespace

std::vector<PathAnswer> ask_along(const std::vector<Path>& paths, PathInquiry inquiry) {
    std::vector<PathAnswer> answers;
    for (const Path& path : paths) {
        if (path.encapsulation == Encapsulation::ip6 && !inquiry.may_go_native) {
            answers.push_back({.path = path});
            continue;
        }
        answers.push_back(Question(path_with_port(path, answers), inquiry).ask());
        if (answers.back().outcome == PathOutcome::answered && &path != &paths.back()) {
            std::this_thread::sleep_for(home_agents_pause);
        }
    }
    return answers;
}

}  // namespace godwit::client

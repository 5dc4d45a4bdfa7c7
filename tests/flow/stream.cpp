#include "tests/flow/stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <array>

namespace godwit::flow {

namespace {

constexpr int unsent = 32 << 10;  // octets that may wait in the sender's socket for their pace
constexpr std::array<char, 16 << 10> content{};

}  // namespace

Stream::Stream(const Settings& settings)
    : connection_(SOCK_STREAM, settings.local),
      listens_(!settings.peer),
      sends_(settings.sends),
      rate_(settings.rate) {
    if (settings.peer) {
        connection_.connect(*settings.peer);
    } else {
        checked(listen(connection_.descriptor(), 1), "listening");
    }
}

void Stream::start() {
    if (listens_) {
        connection_ = connection_.accept();
    }
    connection_.do_not_wait();
    connection_.require(SOL_SOCKET, SO_MAX_PACING_RATE, static_cast<int>(rate_), "pacing");
    connection_.require(IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsent, "limiting what waits");
}

std::uint32_t Stream::events() const {
    if (sends_) {
        return is_quiet_ ? 0U : std::uint32_t{EPOLLOUT};
    }
    return EPOLLIN;
}

void Stream::on_ready() {
    if (!sends_) {
        receive();
    } else if (!is_quiet_) {
        send();
    }
}

void Stream::send() {
    const ssize_t count =
        ::send(connection_.descriptor(), content.data(), content.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN) {
        checked(-1, "sending");
    }
    octets_ += count > 0 ? static_cast<std::uint64_t>(count) : 0;
}

void Stream::receive() {
    std::array<char, 1 << 16> arrived{};
    const ssize_t count = recv(connection_.descriptor(), arrived.data(), arrived.size(), 0);
    if (count == 0 || (count < 0 && errno != EAGAIN)) {
        checked(count == 0 ? (errno = ECONNRESET, -1) : -1, "receiving");
    }
    if (count > 0) {
        octets_ += static_cast<std::uint64_t>(count);
        progress_.push_back({stamp_now(), octets_});
    }
}

std::string Stream::state() const {
    return "received " + std::to_string(progress_.size()) + " newest " +
           std::to_string(progress_.empty() ? 0 : progress_.back().at);
}

void Stream::write_log(const std::string& path) const {
    flow::write_log(path, {.magic = {"GWSTRM1"}}, std::deque<Progress>(), progress_);
}

}  // namespace godwit::flow

#include "tests/flow/datagrams.hpp"

#include <linux/sock_diag.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace godwit::flow {

namespace {

using namespace std::chrono_literals;

constexpr int buffer = 64 << 20;         // octets: room for what was held back and comes at once
constexpr Instant::duration tick = 1ms;  // a faster flow sends several at a time
constexpr std::size_t batch = 64;

// In a user namespace only as far as the system allows; what does not fit is counted.
void enlarge(const Socket& socket, int forced, int asked) {
    if (!socket.set(SOL_SOCKET, forced, buffer)) {
        (void)socket.set(SOL_SOCKET, asked, buffer);
    }
}

Stamp stamp_of(msghdr& message) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
            timespec time{};
            std::memcpy(&time, CMSG_DATA(part), sizeof time);
            return time.tv_sec * Stamp{1'000'000'000} + time.tv_nsec;
        }
    }
    return stamp_now();
}

}  // namespace

Datagrams::Datagrams(const Settings& settings)
    : socket_(SOCK_DGRAM | SOCK_NONBLOCK, settings.local),
      peer_(settings.peer),
      interval_(static_cast<std::int64_t>(1e9 / settings.rate)),
      datagram_(std::max(settings.size, sizeof(Heading))) {
    enlarge(socket_, SO_RCVBUFFORCE, SO_RCVBUF);
    enlarge(socket_, SO_SNDBUFFORCE, SO_SNDBUF);
    socket_.require(SOL_SOCKET, SO_TIMESTAMPNS, 1, "asking for times of arrival");
}

void Datagrams::start() {
    due_ = std::chrono::steady_clock::now();
}

std::uint32_t Datagrams::events() const {
    return EPOLLIN;
}

void Datagrams::on_ready() {
    std::array<mmsghdr, batch> messages{};
    std::array<iovec, batch> vectors{};
    std::array<Heading, batch> headings{};
    std::array<sockaddr_storage, batch> sources{};
    alignas(cmsghdr) std::array<std::array<std::byte, 64>, batch> controls{};
    for (std::size_t i = 0; i < batch; ++i) {
        vectors.at(i) = {&headings.at(i), sizeof(Heading)};
        messages.at(i).msg_hdr = {.msg_name = &sources.at(i),
                                  .msg_namelen = sizeof(sockaddr_storage),
                                  .msg_iov = &vectors.at(i),
                                  .msg_iovlen = 1,
                                  .msg_control = &controls.at(i),
                                  .msg_controllen = sizeof controls.at(i),
                                  .msg_flags = 0};
    }
    const int count = recvmmsg(socket_.descriptor(), messages.data(), batch, MSG_DONTWAIT, nullptr);
    for (std::size_t i = 0; count > 0 && i < static_cast<std::size_t>(count); ++i) {
        on_arrival(messages.at(i).msg_hdr, messages.at(i).msg_len);
    }
}

void Datagrams::on_arrival(msghdr& message, std::size_t length) {
    Received record{.at = stamp_of(message), .heading = {}};
    if (length < sizeof record.heading) {
        return;
    }
    std::memcpy(&record.heading, message.msg_iov->iov_base, sizeof record.heading);
    received_.push_back(record);
    newest_ = std::max(newest_, record.heading.sent_at);
    if (!peer_) {
        peer_.emplace().length = message.msg_namelen;
        std::memcpy(&peer_->address, message.msg_name, message.msg_namelen);
        due_ = std::chrono::steady_clock::now();
    }
}

void Datagrams::send_due(Instant now) {
    while (peer_ && !is_quiet_ && due_ <= now) {
        send_one();
        due_ += interval_;
    }
}

void Datagrams::send_one() {
    const Heading heading{.sent_at = stamp_now(), .number = number_++};
    std::memcpy(datagram_.data(), &heading, sizeof heading);
    // The sockets API wants this cast.
    const ssize_t sent = sendto(socket_.descriptor(), datagram_.data(), datagram_.size(), 0,
                                reinterpret_cast<const sockaddr*>(&peer_->address), peer_->length);
    sent_.push_back({heading.sent_at, heading.number, sent < 0 ? errno : 0});
}

Instant Datagrams::next() const {
    if (!peer_ || is_quiet_) {
        return Instant::max();
    }
    return interval_ < tick ? due_ + tick : due_;
}

std::string Datagrams::state() const {
    return "received " + std::to_string(received_.size()) + " newest " + std::to_string(newest_);
}

void Datagrams::write_log(const std::string& path) const {
    flow::write_log(path, {.magic = {"GWFLOW1"}, .dropped = dropped()}, sent_, received_);
}

std::uint32_t Datagrams::dropped() const {
    std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
    socklen_t length = sizeof memory;
    checked(getsockopt(socket_.descriptor(), SOL_SOCKET, SO_MEMINFO, memory.data(), &length),
            "asking for what was dropped");
    return memory.at(SK_MEMINFO_DROPS);
}

}  // namespace godwit::flow

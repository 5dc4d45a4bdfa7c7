#include "shared/platform/dns_channel.hpp"

#include <ares.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <array>
#include <cstring>
#include <utility>

#include "shared/platform/attempt.hpp"
#include "shared/platform/file_descriptor.hpp"
#include "shared/platform/resolver_file.hpp"

namespace godwit::platform {
namespace {

constexpr int tries = 3;  // of each server; the caller's time ends before, mostly

void require_library(const char* attempt, int status) {
    if (status != ARES_SUCCESS) {
        throw std::system_error(std::make_error_code(std::errc::not_enough_memory),
                                std::string(attempt) + " (" + ::ares_strerror(status) + ")");
    }
}

void prepare_library() {
    static const int status = ::ares_library_init(ARES_LIB_INIT_ALL);
    require_library("prepare c-ares", status);
}

FileDescriptor timer_of(std::chrono::milliseconds time) {
    FileDescriptor timer(
        check_syscall("make a timer", ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    itimerspec once{};
    once.it_value.tv_sec = seconds.count();
    // Never zero, which would be no timer at all.
    once.it_value.tv_nsec = std::chrono::nanoseconds(time - seconds).count() + 1;
    check_syscall("set a timer", ::timerfd_settime(timer.number(), 0, &once, nullptr));
    return timer;
}

// Until the channel wants to send something again; negative: it waits for nothing.
int patience(ares_channeldata* channel) {
    timeval room{};
    const timeval* next = ::ares_timeout(channel, nullptr, &room);
    return next == nullptr ? -1
                           : static_cast<int>((next->tv_sec * 1000) + (next->tv_usec / 1000) + 1);
}

std::vector<wire::Ipv6Address> addresses_in(const ares_addrinfo& found) {
    std::vector<wire::Ipv6Address> addresses;
    for (const ares_addrinfo_node* node = found.nodes; node != nullptr; node = node->ai_next) {
        if (node->ai_family == AF_INET6) {
            sockaddr_in6 socket_address{};
            std::memcpy(&socket_address, node->ai_addr, sizeof socket_address);
            std::memcpy(addresses.emplace_back().octets.data(), &socket_address.sin6_addr,
                        sizeof socket_address.sin6_addr);
        } else if (node->ai_family == AF_INET) {
            sockaddr_in socket_address{};
            std::memcpy(&socket_address, node->ai_addr, sizeof socket_address);
            wire::Ipv4Address address;
            std::memcpy(address.octets.data(), &socket_address.sin_addr, address.octets.size());
            addresses.push_back(wire::Ipv6Address::mapped(address));
        }
    }
    return addresses;
}

}  // namespace

struct DnsChannel::Question {
    DnsChannel& channel;
    OnAnswer on_answer;
};

void DnsChannel::Free::operator()(ares_channeldata* channel) const {
    ::ares_destroy(channel);
}

DnsChannel::DnsChannel(DnsSettings settings) : settings_(std::move(settings)) {
    prepare_library();
    std::string file = ResolverFile().of_this_network().string();
    ares_options options{};
    options.resolvconf_path = file.data();
    options.flags = ARES_FLAG_NOSEARCH;
    options.timeout = static_cast<int>(settings_.first_timeout.count());
    options.tries = tries;
    options.sock_state_cb = on_socket_state;
    options.sock_state_cb_data = this;
    // No domains, for c-ares 1.18 does not heed ARES_FLAG_NOSEARCH where it looks for addresses.
    constexpr int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                          ARES_OPT_SOCK_STATE_CB | ARES_OPT_DOMAINS | ARES_OPT_RESOLVCONF;
    ares_channeldata* channel = nullptr;
    require_library("read how this machine looks names up",
                    ::ares_init_options(&channel, &options, given));
    channel_.reset(channel);
    ::ares_set_socket_configure_callback(channel, on_new_socket, this);
    if (!settings_.servers.empty()) {
        require_library("use other name servers",
                        ::ares_set_servers_ports_csv(channel, settings_.servers.c_str()));
    }
}

DnsChannel::~DnsChannel() {
    give_up("nobody waits for the answer");
}

void DnsChannel::ask(const std::string& name, AddressFamily family, OnAnswer on_answer) {
    ares_addrinfo_hints hints{};
    hints.ai_flags = ARES_AI_NOSORT;
    hints.ai_family = family == AddressFamily::ipv6 ? AF_INET6 : AF_INET;
    ++open_;
    auto question = std::make_unique<Question>(*this, std::move(on_answer));
    ::ares_getaddrinfo(channel_.get(), name.c_str(), nullptr, &hints, on_reply, question.release());
}

void DnsChannel::wait(std::chrono::milliseconds timeout, int stop) {
    const FileDescriptor timer = timer_of(timeout);
    while (open_ > 0) {
        poll_once(timer.number(), stop);
    }
}

void DnsChannel::poll_once(int timer, int stop) {
    std::vector<pollfd> polled{{.fd = timer, .events = POLLIN}, {.fd = stop, .events = POLLIN}};
    for (const auto& [socket, events] : sockets_) {
        polled.push_back({.fd = socket, .events = events});
    }
    if (::poll(polled.data(), polled.size(), patience(channel_.get())) < 0 && errno != EINTR) {
        require("wait for name servers", last_error());
    }
    if (polled[1].revents != 0) {
        give_up("nobody waits for the answer");
    } else if (polled[0].revents != 0) {
        give_up("no answer in time");
    } else {
        process(ARES_SOCKET_BAD, 0);  // for what has waited too long
        for (std::size_t i = 2; i < polled.size(); ++i) {
            process(polled[i].fd, polled[i].revents);
        }
    }
}

// An error is found by reading.
void DnsChannel::process(int socket, short happened) {
    const bool is_readable = (happened & (POLLIN | POLLERR | POLLHUP)) != 0;
    const bool is_writable = (happened & POLLOUT) != 0;
    ::ares_process_fd(channel_.get(), is_readable ? socket : ARES_SOCKET_BAD,
                      is_writable ? socket : ARES_SOCKET_BAD);
}

void DnsChannel::give_up(std::string reason) {
    given_up_ = std::move(reason);
    ::ares_cancel(channel_.get());
}

void DnsChannel::on_socket_state(void* channel, int socket, int readable, int writable) {
    auto& sockets = static_cast<DnsChannel*>(channel)->sockets_;
    if (readable == 0 && writable == 0) {
        sockets.erase(socket);
        return;
    }
    sockets[socket] =
        static_cast<short>((readable != 0 ? POLLIN : 0) | (writable != 0 ? POLLOUT : 0));
}

int DnsChannel::on_new_socket(int socket, int /*type*/, void* channel) {
    const std::uint32_t mark = static_cast<DnsChannel*>(channel)->settings_.mark;
    return mark == 0 ? 0 : ::setsockopt(socket, SOL_SOCKET, SO_MARK, &mark, sizeof mark);
}

void DnsChannel::on_reply(void* question, int status, int /*timeouts*/, ares_addrinfo* found) {
    const std::unique_ptr<Question> answered(static_cast<Question*>(question));
    DnsAnswer answer;
    if (status == ARES_SUCCESS && found != nullptr) {
        answer.addresses = addresses_in(*found);
    }
    if (found != nullptr) {
        ::ares_freeaddrinfo(found);
    }
    if (answer.addresses.empty()) {
        const int reason = status == ARES_SUCCESS ? ARES_ENODATA : status;
        answer.failure =
            reason == ARES_ECANCELLED ? answered->channel.given_up_ : ::ares_strerror(reason);
        answer.has_no_such_record = reason == ARES_ENODATA;
        answer.has_no_such_name = reason == ARES_ENOTFOUND;
        answer.is_from_server = reason >= ARES_ENODATA && reason <= ARES_EREFUSED;
    }
    --answered->channel.open_;
    answered->on_answer(answer);
}

}  // namespace godwit::platform

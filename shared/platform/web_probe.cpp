#include "shared/platform/web_probe.hpp"

#include <arpa/inet.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>
#include <system_error>

#include "shared/platform/alarm.hpp"
#include "shared/platform/control_messages.hpp"
#include "shared/platform/socket_options.hpp"
#include "shared/platform/wait.hpp"

namespace godwit::platform {
namespace {

constexpr std::uint16_t http_port = 80;
constexpr std::size_t longest = 4096;  // octets of an answer that are read

FileDescriptor connect(const mobility::Path& path, std::uint32_t mark) {
    constexpr int off = 0;
    FileDescriptor socket = open_socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP);
    set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, off, "take IPv4 as well");
    mark_packets(socket, mark);
    if (path.interface.value != 0) {
        require("send by one interface", bind_to_interface(socket, path.interface));
    }
    const sockaddr_in6 local = socket_address(path.local, {});
    sockaddr_in6 remote = socket_address(path.remote, {});
    remote.sin6_port = htons(http_port);
    check_syscall("send from an address",
                  ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&local), sizeof local));
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&remote), sizeof remote) !=
            0 &&
        last_error() != std::errc::operation_in_progress) {
        require("connect", last_error());
    }
    return socket;
}

// What stands behind "location:", in whatever case, without what no address has in it.
std::string location_in(std::string_view text) {
    constexpr std::string_view field = "\nlocation:";
    const auto is_same = [](char one, char other) {
        return std::tolower(static_cast<unsigned char>(one)) == other;
    };
    const auto found = std::ranges::search(text, field, is_same);
    std::string location;
    for (const char* place = found.end(); place != text.end() && *place != '\r' && *place != '\n';
         ++place) {
        if (*place > ' ' && *place < '\x7f') {
            location += *place;
        }
    }
    return found.empty() ? "" : location;
}

}  // namespace

std::optional<WebAnswer> web_answer_in(const std::string& text) {
    constexpr std::string_view beginning = "HTTP/1.";
    constexpr std::size_t status_offset = 9;  // "HTTP/1.1 302"
    if (!text.starts_with(beginning) || text.size() < status_offset + 3) {
        return std::nullopt;
    }
    WebAnswer answer;
    const char* status = text.data() + status_offset;
    if (std::from_chars(status, status + 3, answer.status).ec != std::errc()) {
        return std::nullopt;
    }
    answer.location = location_in(text);
    return answer;
}

std::string web_host(const mobility::Path& path) {
    const auto ipv4 = path.remote.mapped_ipv4();
    return ipv4 ? ipv4->text() : "[" + path.remote.text() + "]";
}

WebInquiry::WebInquiry(const mobility::Path& path, std::uint32_t mark)
    : socket_(connect(path, mark)),
      poll_(check_syscall("make an epoll descriptor", ::epoll_create1(EPOLL_CLOEXEC))),
      request_("GET / HTTP/1.1\r\nHost: " + web_host(path) + "\r\nConnection: close\r\n\r\n") {
    watch(EPOLLOUT, EPOLL_CTL_ADD);
}

void WebInquiry::watch(std::uint32_t events, int operation) {
    epoll_event awaited{};
    awaited.events = events;
    check_syscall("await a web server",
                  ::epoll_ctl(poll_.number(), operation, socket_.number(), &awaited));
}

bool WebInquiry::proceed() {
    return has_asked_ ? read() : ask();
}

// It is so short that it goes whole.
bool WebInquiry::ask() {
    if (::send(socket_.number(), request_.data(), request_.size(), MSG_NOSIGNAL) < 0) {
        return last_error() != std::errc::operation_would_block;
    }
    has_asked_ = true;
    watch(EPOLLIN, EPOLL_CTL_MOD);
    return false;
}

bool WebInquiry::read() {
    std::array<char, longest> buffer{};
    const ssize_t length = ::recv(socket_.number(), buffer.data(), buffer.size(), 0);
    if (length <= 0) {
        return length == 0 || last_error() != std::errc::operation_would_block;
    }
    text_.append(buffer.data(), static_cast<std::size_t>(length));
    return text_.size() >= longest || text_.contains("\r\n\r\n");
}

std::optional<WebAnswer> ask_for_web_page(const mobility::Path& path, std::uint32_t mark,
                                          std::chrono::milliseconds patience) {
    try {
        WebInquiry inquiry(path, mark);
        Alarm end;  // of it all: who answers an octet at a time gets no more of it with each
        end.set(std::max<std::chrono::nanoseconds>(patience, std::chrono::nanoseconds(1)));
        std::array watched{Watched{.descriptor = inquiry.descriptor()},
                           Watched{.descriptor = end.descriptor()}};
        do {
            wait_until_readable(watched);
        } while (watched.front().readable && !watched.back().readable && !inquiry.proceed());
        return inquiry.answer();
    } catch (const std::system_error&) {  // then there is no way there, and nobody answers
        return std::nullopt;
    }
}

}  // namespace godwit::platform

#include "tests/flow/socket.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace godwit::flow {

namespace {

// The sockets API wants these casts.
const sockaddr* generic(const Endpoint& endpoint) {
    return reinterpret_cast<const sockaddr*>(&endpoint.address);
}

}  // namespace

int checked(int result, const std::string& attempt) {
    if (result < 0) {
        throw std::system_error(errno, std::system_category(), attempt);
    }
    return result;
}

Endpoint endpoint(const std::string& address, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                                "address " + address);
    }
    Endpoint endpoint;
    std::memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
    endpoint.length = found->ai_addrlen;
    freeaddrinfo(found);
    return endpoint;
}

Socket::Socket(int type, const Endpoint& local)
    : Socket(
          checked(::socket(local.address.ss_family, type | SOCK_CLOEXEC, 0), "opening a socket")) {
    require(SOL_SOCKET, SO_REUSEADDR, 1, "reusing an address");
    checked(bind(descriptor_, generic(local), local.length), "binding");
}

Socket::~Socket() {
    if (descriptor_ >= 0) {
        close(descriptor_);
    }
}

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

bool Socket::set(int level, int option, int value) const {
    return setsockopt(descriptor_, level, option, &value, sizeof value) == 0;
}

void Socket::require(int level, int option, int value, const char* attempt) const {
    checked(set(level, option, value) ? 0 : -1, attempt);
}

void Socket::connect(const Endpoint& peer) const {
    checked(::connect(descriptor_, generic(peer), peer.length), "connecting");
}

Socket Socket::accept() const {
    checked(listen(descriptor_, 1), "listening");
    return Socket(checked(accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC), "accepting"));
}

void Socket::do_not_wait() const {
    const int flags = checked(fcntl(descriptor_, F_GETFL), "reading flags");
    checked(fcntl(descriptor_, F_SETFL, flags | O_NONBLOCK), "setting flags");
}

}  // namespace godwit::flow

#pragma once
// Sockets by numeric address and port, of either IP version.

#include <netdb.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

namespace godwit::flow {

struct Endpoint {
    sockaddr_storage address{};
    socklen_t length = 0;
};

Endpoint endpoint(const std::string& address, std::uint16_t port);

class Socket {
  public:
    // Bound. Throws std::system_error that names the attempt, as all of these.
    Socket(int type, const Endpoint& local);
    explicit Socket(int descriptor) : descriptor_(descriptor) {}
    ~Socket();
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&& other) noexcept;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] bool set(int level, int option, int value) const;
    void require(int level, int option, int value, const char* attempt) const;
    void connect(const Endpoint& peer) const;
    [[nodiscard]] Socket accept() const;  // the first connection
    void do_not_wait() const;

  private:
    int descriptor_;
};

int checked(int result, const std::string& attempt);

}  // namespace godwit::flow

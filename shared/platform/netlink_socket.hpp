#pragma once
// A conversation with the kernel, with its rtnetlink if nothing else is said. The kernel answers
// while it is asked, so nothing here waits for anything but the kernel itself.

#include <functional>
#include <memory>
#include <system_error>

#include "shared/platform/netlink_message.hpp"

struct nl_sock;

namespace godwit::platform {

class NetlinkSocket {
  public:
    // `protocol` as in netlink(7). Throws std::system_error.
    explicit NetlinkSocket(int protocol = NETLINK_ROUTE);

    // Sends a request and returns what the kernel made of it.
    std::error_code request(const NetlinkMessage& message);

    // Sends a request with NLM_F_DUMP and calls `each` for every object of the answer.
    // std::errc::interrupted: the objects changed meanwhile, ask again.
    std::error_code dump(const NetlinkMessage& message,
                         const std::function<void(const nlmsghdr&)>& each);

  private:
    struct Free {
        void operator()(nl_sock* socket) const;
    };
    std::error_code converse(const NetlinkMessage& message,
                             const std::function<void(const nlmsghdr&)>* each);
    void begin_anew();

    int protocol_;
    std::unique_ptr<nl_sock, Free> socket_;
};

}  // namespace godwit::platform

#include "shared/platform/netlink_socket.hpp"

#include <netlink/netlink.h>
#include <netlink/socket.h>

#include <utility>

#include "shared/platform/attempt.hpp"

namespace godwit::platform {
namespace {

// What libnl's callbacks write into while one request is answered.
struct Answer {
    const std::function<void(const nlmsghdr&)>* each = nullptr;
    bool complete = false;
    int error_number = 0;
    bool is_lost = false;  // it did not come, or not whole: the next one would be taken for it
};

Answer& answer(void* argument) {
    return *static_cast<Answer*>(argument);
}

int on_object(nl_msg* message, void* argument) {
    if (const auto* each = answer(argument).each) {
        (*each)(*::nlmsg_hdr(message));
    }
    return NL_OK;
}

int on_end(nl_msg* /*message*/, void* argument) {
    answer(argument).complete = true;
    return NL_STOP;
}

int on_error(sockaddr_nl* /*from*/, nlmsgerr* error, void* argument) {
    answer(argument).complete = true;
    answer(argument).error_number = -error->error;
    return NL_STOP;
}

int error_number_of(int libnl_code) {
    switch (-libnl_code) {
        case NLE_DUMP_INTR:
            return EINTR;
        case NLE_NOMEM:
            return ENOBUFS;
        case NLE_PERM:
            return EPERM;
        default:
            return EIO;
    }
}

using Callbacks = std::unique_ptr<nl_cb, decltype([](nl_cb* set) { ::nl_cb_put(set); })>;

Callbacks callbacks_into(Answer& answer) {
    Callbacks set(::nl_cb_alloc(NL_CB_DEFAULT));
    if (!set) {
        throw std::bad_alloc();
    }
    ::nl_cb_set(set.get(), NL_CB_VALID, NL_CB_CUSTOM, on_object, &answer);
    ::nl_cb_set(set.get(), NL_CB_FINISH, NL_CB_CUSTOM, on_end, &answer);
    ::nl_cb_set(set.get(), NL_CB_ACK, NL_CB_CUSTOM, on_end, &answer);
    ::nl_cb_err(set.get(), NL_CB_CUSTOM, on_error, &answer);
    return set;
}

std::error_code converse(nl_sock* socket, const NetlinkMessage& message, Answer& answer) {
    const Callbacks callbacks = callbacks_into(answer);
    if (const int sent = ::nl_send_auto(socket, message.native()); sent < 0) {
        answer.is_lost = true;
        return {error_number_of(sent), std::system_category()};
    }
    while (!answer.complete) {
        if (const int received = ::nl_recvmsgs(socket, callbacks.get());
            received < 0 && answer.error_number == 0) {
            answer.is_lost = received != -NLE_DUMP_INTR;
            return {error_number_of(received), std::system_category()};
        }
    }
    return {answer.error_number, std::system_category()};
}

}  // namespace

void NetlinkSocket::Free::operator()(nl_sock* socket) const {
    ::nl_socket_free(socket);
}

NetlinkSocket::NetlinkSocket(int protocol) : protocol_(protocol), socket_(::nl_socket_alloc()) {
    if (!socket_) {
        throw std::bad_alloc();
    }
    if (const int outcome = ::nl_connect(socket_.get(), protocol); outcome < 0) {
        require("open a netlink socket", {error_number_of(outcome), std::system_category()});
    }
}

std::error_code NetlinkSocket::request(const NetlinkMessage& message) {
    return converse(message, nullptr);
}

std::error_code NetlinkSocket::dump(const NetlinkMessage& message,
                                    const std::function<void(const nlmsghdr&)>& each) {
    return converse(message, &each);
}

std::error_code NetlinkSocket::converse(const NetlinkMessage& message,
                                        const std::function<void(const nlmsghdr&)>* each) {
    Answer answer{.each = each};
    const std::error_code outcome = platform::converse(socket_.get(), message, answer);
    if (answer.is_lost) {
        begin_anew();
    }
    return outcome;
}

// Where that is not possible either, the next request tries again.
void NetlinkSocket::begin_anew() {
    std::unique_ptr<nl_sock, Free> fresh(::nl_socket_alloc());
    if (fresh && ::nl_connect(fresh.get(), protocol_) == 0) {
        socket_ = std::move(fresh);
    }
}

}  // namespace godwit::platform

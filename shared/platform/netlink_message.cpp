#include "shared/platform/netlink_message.hpp"

namespace godwit::platform {

NetlinkMessage::NetlinkMessage(std::uint16_t type, const nlmsghdr& said)
    : message_(::nlmsg_convert(const_cast<nlmsghdr*>(&said))) {  // copies; libnl knows no const
    if (!message_) {
        throw std::bad_alloc();
    }
    nlmsghdr& header = *::nlmsg_hdr(message_.get());
    header.nlmsg_type = type;
    header.nlmsg_flags = NLM_F_REQUEST;
    header.nlmsg_seq = NL_AUTO_SEQ;
    header.nlmsg_pid = NL_AUTO_PORT;
}

}  // namespace godwit::platform

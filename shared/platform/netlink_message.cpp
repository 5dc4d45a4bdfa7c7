#include "shared/platform/netlink_message.hpp"

namespace godwit::platform {

std::uint8_t family_of(const wire::Ipv6Address& address) {
    return address.mapped_ipv4() ? AF_INET : AF_INET6;
}

std::uint8_t length_of(const wire::Prefix& prefix) {
    constexpr std::uint8_t mapped = 96;
    return prefix.is_ipv4() ? static_cast<std::uint8_t>(prefix.length - mapped) : prefix.length;
}

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

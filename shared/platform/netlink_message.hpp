#pragma once
// One rtnetlink request (rtnetlink(7)) in the making, over libnl-3.

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <cstdint>
#include <memory>
#include <new>
#include <string>

#include "shared/mobility/path.hpp"
#include "shared/wire/address.hpp"

namespace godwit::platform {

// AF_INET for what stands in ::ffff:0:0/96, AF_INET6 otherwise.
std::uint8_t family_of(const wire::Ipv6Address& address);

// The bits of a prefix as its own family counts them.
std::uint8_t length_of(const wire::Prefix& prefix);

class NetlinkMessage {
  public:
    // `header` is what stands behind nlmsghdr for this type: ifinfomsg, ifaddrmsg, rtmsg, ...
    template <class Header>
    NetlinkMessage(std::uint16_t type, unsigned flags, Header header)
        : message_(::nlmsg_alloc_simple(type, static_cast<int>(NLM_F_REQUEST | flags))) {
        if (!message_ ||
            ::nlmsg_append(message_.get(), &header, sizeof header, NLMSG_ALIGNTO) < 0) {
            throw std::bad_alloc();
        }
    }

    // What the kernel said about an object, as a request of this type about the same object.
    NetlinkMessage(std::uint16_t type, const nlmsghdr& said);

    NetlinkMessage& put(int attribute, const void* octets, std::size_t size) {
        if (::nla_put(message_.get(), attribute, static_cast<int>(size), octets) < 0) {
            throw std::bad_alloc();
        }
        return *this;
    }
    NetlinkMessage& put(int attribute, std::uint8_t value) {
        return put(attribute, &value, sizeof value);
    }
    NetlinkMessage& put(int attribute, std::uint32_t value) {
        return put(attribute, &value, sizeof value);
    }
    NetlinkMessage& put(int attribute, mobility::InterfaceIndex interface) {
        return put(attribute, interface.value);
    }
    // 4 octets for IPv4, 16 for IPv6.
    NetlinkMessage& put(int attribute, const wire::Ipv6Address& address) {
        if (const auto ipv4 = address.mapped_ipv4()) {
            return put(attribute, ipv4->octets.data(), ipv4->octets.size());
        }
        return put(attribute, address.octets.data(), address.octets.size());
    }
    NetlinkMessage& put(int attribute, const std::string& text) {
        return put(attribute, text.c_str(), text.size() + 1);
    }

    [[nodiscard]] nl_msg* native() const { return message_.get(); }

  private:
    struct Free {
        void operator()(nl_msg* message) const { ::nlmsg_free(message); }
    };
    std::unique_ptr<nl_msg, Free> message_;
};

}  // namespace godwit::platform

#pragma once
// What rtnetlink's objects are made of: a header of their kind, and attributes behind it. IPv4
// addresses and prefixes are read as ::ffff:0:0/96.

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "shared/wire/address.hpp"

namespace godwit::platform {

// Zeros where the message ends before its header does.
template <class Header>
Header header_of(const nlmsghdr& message) {
    Header header{};
    const int length = std::clamp(::nlmsg_datalen(&message), 0, static_cast<int>(sizeof header));
    std::memcpy(&header, ::nlmsg_data(&message), static_cast<std::size_t>(length));
    return header;
}

// nullptr: there is none.
template <class Header>
const nlattr* attribute(const nlmsghdr& message, int type) {
    // libnl takes it mutable and changes nothing.
    return ::nlmsg_find_attr(const_cast<nlmsghdr*>(&message), sizeof(Header), type);
}
const nlattr* nested(const nlattr* outer, int type);

// An attribute that is too short for it counts as one that is not there.
std::uint32_t number(const nlattr* attribute, std::uint32_t otherwise = 0);
// Up to its first NUL, or its end.
std::string text(const nlattr* attribute);
std::optional<wire::Ipv6Address> address(const nlattr* attribute);
// Without a network it is that of all addresses.
wire::Prefix prefix(std::uint8_t family, std::uint8_t length,
                    const std::optional<wire::Ipv6Address>& network);

bool is_ip(std::uint8_t family);
std::uint32_t table_of(const nlmsghdr& route);
// An interface's own address, which is not always the one at the other end.
std::optional<wire::Ipv6Address> own_address(const nlmsghdr& message);

}  // namespace godwit::platform

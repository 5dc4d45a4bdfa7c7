#include "shared/platform/rtnetlink_attributes.hpp"

#include <sys/socket.h>

#include <cstring>

namespace godwit::platform {

const nlattr* nested(const nlattr* outer, int type) {
    return outer == nullptr
               ? nullptr
               : ::nla_find(static_cast<const nlattr*>(::nla_data(outer)), ::nla_len(outer), type);
}

std::uint32_t number(const nlattr* attribute, std::uint32_t otherwise) {
    std::uint32_t read = otherwise;
    if (attribute != nullptr && ::nla_len(attribute) >= static_cast<int>(sizeof read)) {
        std::memcpy(&read, ::nla_data(attribute), sizeof read);
    }
    return read;
}

std::string text(const nlattr* attribute) {
    if (attribute == nullptr) {
        return {};
    }
    const auto* begin = static_cast<const char*>(::nla_data(attribute));
    return {begin, ::strnlen(begin, static_cast<std::size_t>(::nla_len(attribute)))};
}

std::optional<wire::Ipv6Address> address(const nlattr* attribute) {
    const int size = attribute == nullptr ? 0 : ::nla_len(attribute);
    if (size == sizeof(wire::Ipv6Address::octets)) {
        wire::Ipv6Address read;
        std::memcpy(read.octets.data(), ::nla_data(attribute), read.octets.size());
        return read;
    }
    if (size == sizeof(wire::Ipv4Address::octets)) {
        wire::Ipv4Address read;
        std::memcpy(read.octets.data(), ::nla_data(attribute), read.octets.size());
        return wire::Ipv6Address::mapped(read);
    }
    return std::nullopt;
}

wire::Prefix prefix(std::uint8_t family, std::uint8_t length,
                    const std::optional<wire::Ipv6Address>& network) {
    if (family == AF_INET) {
        return {network.value_or(wire::Ipv6Address::mapped({})),
                static_cast<std::uint8_t>(96 + length)};
    }
    return {network.value_or(wire::Ipv6Address{}), length};
}

bool is_ip(std::uint8_t family) {
    return family == AF_INET || family == AF_INET6;
}

std::uint32_t table_of(const nlmsghdr& route) {
    return number(attribute<rtmsg>(route, RTA_TABLE), header_of<rtmsg>(route).rtm_table);
}

std::optional<wire::Ipv6Address> own_address(const nlmsghdr& message) {
    // IFA_LOCAL is the interface's own address where IFA_ADDRESS is the other end's.
    const auto own = address(attribute<ifaddrmsg>(message, IFA_LOCAL));
    return own ? own : address(attribute<ifaddrmsg>(message, IFA_ADDRESS));
}

}  // namespace godwit::platform

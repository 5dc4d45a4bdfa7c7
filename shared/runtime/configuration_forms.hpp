#pragma once
// Forms of values that both daemons' configuration files have.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "shared/mobility/path.hpp"
#include "shared/mobility/session.hpp"
#include "shared/runtime/log_level.hpp"
#include "shared/runtime/offload.hpp"
#include "shared/runtime/toml_reader.hpp"
#include "shared/security/keys.hpp"
#include "shared/security/suite.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/lifetime.hpp"

namespace godwit::runtime {

// An IPv6 address that others can send to: wire::Ipv6Address::is_unicast_routable().
Form<wire::Ipv6Address> routable_address();
Form<wire::Prefix> prefix();
// IPv4 ones as the prefixes of ::ffff:0:0/96 that stand for them.
Form<wire::Prefix> prefix_of_either_family();
// Prefixes behind a mobile node (RFC 3963), each once.
Form<std::vector<wire::Prefix>> network_prefixes();
// A prefix of less than all addresses.
Form<wire::Prefix> home_prefix();

// Seconds, from `least` to wire::max_lifetime, a multiple of 4.
Form<wire::Lifetime> lifetime(std::chrono::seconds least);

// What Linux takes as an interface's name: 1 to 15 octets.
Form<std::string> interface_name();
// A node's name as it stands in the log and in the status.
Form<std::string> node_name();

Form<security::PublicKey> public_key();
Form<mobility::Protection> protection();
Form<LogLevel> log_level();
// Memory in MiB, as octets; 0: none.
Form<std::size_t> memory();
// "auto" or "off".
Form<OffloadUse> offload_use();
// A port of UDP, from 1 to 65535.
Form<std::uint16_t> udp_port();
// An IPv6 or IPv4 address that others can send to, or a name of the DNS.
Form<std::string> host();
// "auto", one encapsulation's name, or a list of them in the order in which they are tried.
Form<std::vector<mobility::Encapsulation>> encapsulations();
// Whether that is "auto"; of what it may not be the other form speaks.
Form<bool> is_auto();
// A list of their names; its order says nothing.
Form<security::SuiteSet> suites();

}  // namespace godwit::runtime

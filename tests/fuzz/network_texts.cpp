// Texts that a network, or another program on this machine, has a say in: DHCP leases, resolv.conf,
// the answer of a web server, the URL of a captive portal. What is taken of them may stand in a
// file, on a terminal and on a browser's command line.
//
// The first octet says which.

#include <algorithm>
#include <array>

#include "client/core/portal_rules.hpp"
#include "client/core/portal_url.hpp"
#include "shared/platform/dhcp_lease.hpp"
#include "shared/platform/resolver.hpp"
#include "shared/platform/resolver_file.hpp"
#include "shared/platform/web_probe.hpp"
#include "shared/wire/domain_name.hpp"
#include "shared/wire/nat64.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"

namespace godwit {
namespace {

constexpr std::size_t max_input = 8192;  // octets

void take_portal(const std::optional<std::string>& said) {
    if (const auto url = said ? client::portal_url(*said) : std::nullopt) {
        fuzz::require(url->starts_with("http") && url->size() <= 2048);
        fuzz::require(std::ranges::all_of(*url, [](char c) { return c > ' ' && c < '\x7f'; }));
    }
}

void read_lease(const std::string& text) {
    take_portal(platform::captive_portal_of_networkd(text));
    take_portal(platform::captive_portal_of_dhclient(text, "eth0"));
    take_portal(text);
}

void read_web_answer(const std::string& text) {
    const auto answer = platform::web_answer_in(text);
    if (!answer) {
        return;
    }
    fuzz::require(answer->status <= 999);
    const std::array<std::string, 1> own_names{"ha.example"};
    take_portal(client::portal_url(
        {.status = answer->status, .location = answer->location, .host = "[2001:db8::1]"},
        own_names));
}

void read_resolver_file(const std::string& text) {
    const std::string servers = platform::servers_behind_stub("nameserver 127.0.0.53\n", text);
    fuzz::require(servers.find_first_of(" \n\r\t;") == std::string::npos);
    static_cast<void>(platform::servers_behind_stub(text, text));
    if (platform::is_resolver_file_text(text)) {
        fuzz::require(text.contains(platform::checksum_of(text)) || !text.empty());
    }
}

void read_names(const std::string& text) {
    if (const auto name = wire::DomainName::parse(text)) {
        fuzz::require(wire::DomainName::parse(name->text()) == name);
        wire::Bytes octets;
        wire::Writer out(octets);
        name->serialize(out);
        fuzz::require(octets.size() == name->wire_length());
        wire::Reader in(octets);
        fuzz::require(wire::DomainName::read(in) == *name);
    }
    if (const auto address = platform::literal_address(text)) {
        const auto ipv4 = address->mapped_ipv4();
        fuzz::require(platform::literal_address(ipv4 ? ipv4->text() : address->text()) == address);
    }
    if (client::is_portal_cgroup(text)) {
        fuzz::require(!text.contains('"') && !text.contains('\n') && !text.contains(".."));
        static_cast<void>(client::portal_chains(text, "godwit0"));
    }
}

// AAAA records of ipv4only.arpa.
void read_nat64(fuzz::Input input) {
    std::vector<wire::Ipv6Address> answers;
    while (!input.is_empty()) {
        wire::Ipv6Address& answer = answers.emplace_back();
        std::ranges::copy(input.take(answer.octets.size()), answer.octets.begin());
    }
    const wire::Ipv4Address address{{192, 0, 2, 1}};
    for (const wire::Prefix& prefix : wire::nat64_prefixes(answers)) {
        const auto written = wire::nat64_address(prefix, address);
        fuzz::require(written && prefix.contains(*written));
    }
}

void read(std::uint8_t kind, fuzz::Input input) {
    switch (kind % 5) {
        case 0:
            return read_lease(input.text());
        case 1:
            return read_web_answer(input.text());
        case 2:
            return read_resolver_file(input.text());
        case 3:
            return read_names(input.text());
        default:
            return read_nat64(input);
    }
}

}  // namespace
}  // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > godwit::max_input) {
        return -1;
    }
    godwit::read(data[0], {data + 1, size - 1});
    return 0;
}

#include "shared/platform/resolver.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <utility>

#include "shared/platform/dns_channel.hpp"
#include "shared/platform/event_signal.hpp"
#include "shared/platform/resolver_file.hpp"
#include "shared/wire/nat64.hpp"

namespace godwit::platform {
namespace {

// RFC 7050 §3; it has A records only, so that what comes is a NAT64's.
const std::string nat64_question = "ipv4only.arpa";

// Of one name.
struct Findings {
    std::vector<wire::Ipv6Address> ipv6;
    std::vector<wire::Ipv6Address> ipv4;
    std::string failure;  // of the family that tells more
};

bool is_reachable(const wire::Ipv6Address& address) {
    const auto ipv4 = address.mapped_ipv4();
    return ipv4 ? ipv4->is_unicast_routable() : address.is_unicast_routable();
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Of resolv.conf(5). Addresses of one link alone (fe80::1%eth0) are left out.
std::vector<std::string> name_servers_in(const std::string& text) {
    std::vector<std::string> servers;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string key;
        std::string server;
        if (words >> key >> server && key == "nameserver" && literal_address(server)) {
            servers.push_back(server);
        }
    }
    return servers;
}

class Lookup {
  public:
    explicit Lookup(const ResolverOptions& options)
        : options_(options), found_(options.names.size()) {}

    void ask_all(const std::stop_token& stop);
    [[nodiscard]] Resolution result() const;
    void fail_all(const std::string& reason);

  private:
    void ask(DnsChannel& channel, std::size_t name);
    void ask_for_nat64(DnsChannel& channel);
    static void take(const DnsAnswer& answer, AddressFamily family, Findings& findings);

    const ResolverOptions& options_;
    std::vector<Findings> found_;  // as many as there are names
    bool asked_for_nat64_ = false;
    bool is_nat64_known_ = false;  // whether there is one
    std::vector<wire::Prefix> nat64_prefixes_;
};

void Lookup::ask_all(const std::stop_token& stop) {
    const EventSignal stopped;
    const std::stop_callback on_stop(stop, [&] { stopped.raise(); });
    DnsChannel channel({.mark = options_.mark, .servers = options_.servers});
    for (std::size_t name = 0; name < found_.size(); ++name) {
        ask(channel, name);
    }
    channel.wait(options_.timeout, stopped.descriptor());
}

void Lookup::ask(DnsChannel& channel, std::size_t name) {
    Findings& findings = found_[name];
    if (const auto literal = literal_address(options_.names[name])) {
        if (literal->mapped_ipv4()) {
            findings.ipv4 = {*literal};
            ask_for_nat64(channel);
        } else {
            findings.ipv6 = {*literal};
        }
        return;
    }
    channel.ask(options_.names[name], AddressFamily::ipv6, [&findings](const DnsAnswer& answer) {
        take(answer, AddressFamily::ipv6, findings);
    });
    channel.ask(options_.names[name], AddressFamily::ipv4,
                [this, &channel, &findings](const DnsAnswer& answer) {
                    take(answer, AddressFamily::ipv4, findings);
                    if (!findings.ipv4.empty()) {
                        ask_for_nat64(channel);
                    }
                });
}

void Lookup::take(const DnsAnswer& answer, AddressFamily family, Findings& findings) {
    auto& addresses = family == AddressFamily::ipv6 ? findings.ipv6 : findings.ipv4;
    for (const wire::Ipv6Address& address : answer.addresses) {
        const bool is_ipv4 = address.mapped_ipv4().has_value();
        if (is_reachable(address) && is_ipv4 == (family == AddressFamily::ipv4)) {
            addresses.push_back(address);
        }
    }
    // That a name has no address of one family says less than what became of the other.
    if (!answer.has_no_such_record || findings.failure.empty()) {
        findings.failure =
            answer.failure.empty() ? "has no address to be reached at" : answer.failure;
    }
}

void Lookup::ask_for_nat64(DnsChannel& channel) {
    if (!std::exchange(asked_for_nat64_, true)) {
        channel.ask(nat64_question, AddressFamily::ipv6, [this](const DnsAnswer& answer) {
            nat64_prefixes_ = wire::nat64_prefixes(answer.addresses);
            is_nat64_known_ =
                !answer.addresses.empty() || answer.has_no_such_record || answer.has_no_such_name;
        });
    }
}

void Lookup::fail_all(const std::string& reason) {
    for (Findings& findings : found_) {
        findings.failure = reason;
    }
}

Resolution Lookup::result() const {
    Resolution resolution;
    resolution.is_nat64_unknown = asked_for_nat64_ && !is_nat64_known_;
    const auto add = [&](const wire::Ipv6Address& address) {
        if (std::ranges::find(resolution.addresses, address) == resolution.addresses.end()) {
            resolution.addresses.push_back(address);
        }
    };
    for (std::size_t name = 0; name < found_.size(); ++name) {
        const Findings& findings = found_[name];
        if (findings.ipv6.empty() && findings.ipv4.empty()) {
            resolution.unresolved.push_back({options_.names[name], findings.failure});
        }
        std::ranges::for_each(findings.ipv6, add);
        std::ranges::for_each(findings.ipv4, add);
    }
    for (const Findings& findings : found_) {
        for (const wire::Ipv6Address& ipv4 : findings.ipv4) {
            for (const wire::Prefix& prefix : nat64_prefixes_) {
                if (const auto written = wire::nat64_address(prefix, *ipv4.mapped_ipv4())) {
                    add(*written);
                }
            }
        }
    }
    return resolution;
}

}  // namespace

std::optional<wire::Ipv6Address> literal_address(std::string_view text) {
    if (const auto ipv4 = wire::Ipv4Address::parse(text)) {
        return wire::Ipv6Address::mapped(*ipv4);
    }
    return wire::Ipv6Address::parse(text);
}

Resolution resolve(const ResolverOptions& options, const std::stop_token& stop) {
    Lookup lookup(options);
    try {
        lookup.ask_all(stop);
    } catch (const std::system_error& error) {
        lookup.fail_all(error.what());
    }
    return lookup.result();
}

std::string resolver_configuration() {
    return text_of(ResolverFile().of_this_network());
}

// systemd-resolved and NetworkManager write down whom their stubs ask.
std::vector<std::string> name_servers_of_networks() {
    for (const std::filesystem::path& file :
         {ResolverFile().of_this_network(),
          std::filesystem::path("/run/systemd/resolve/resolv.conf"),
          std::filesystem::path("/run/NetworkManager/no-stub-resolv.conf")}) {
        std::vector<std::string> servers = name_servers_in(text_of(file));
        std::erase_if(servers, [](const std::string& server) {
            return server.starts_with("127.") || server == "::1";
        });
        if (!servers.empty()) {
            return servers;
        }
    }
    return {};
}

std::string servers_behind_stub(const std::vector<wire::Ipv6Address>& left_out) {
    return servers_behind_stub(resolver_configuration(),
                               text_of("/run/systemd/resolve/resolv.conf"), left_out);
}

std::string servers_behind_stub(const std::string& known, const std::string& behind,
                                const std::vector<wire::Ipv6Address>& left_out) {
    if (name_servers_in(known) != std::vector<std::string>{"127.0.0.53"}) {
        return {};
    }
    std::string servers;
    for (const std::string& server : name_servers_in(behind)) {
        if (std::ranges::find(left_out, literal_address(server)) != left_out.end()) {
            continue;
        }
        servers += (servers.empty() ? "" : ",") +
                   (server.contains(':') ? "[" + server + "]:53" : server + ":53");
    }
    return servers;
}

}  // namespace godwit::platform

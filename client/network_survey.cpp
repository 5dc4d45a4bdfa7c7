#include "client/network_survey.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "client/core/mobile_node.hpp"
#include "client/core/path_offers.hpp"
#include "client/home_agent_key.hpp"
#include "client/traffic_steering.hpp"
#include "shared/platform/candidates.hpp"
#include "shared/platform/dns_channel.hpp"
#include "shared/platform/resolver.hpp"
#include "shared/platform/sysctl.hpp"
#include "shared/runtime/api_follower.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/security/random.hpp"

namespace godwit::client {
namespace {

using namespace std::chrono_literals;
using mobility::Path;
using runtime::Json;

constexpr auto name_patience = 2000ms;
constexpr auto web_patience = 2000ms;
constexpr std::size_t max_paths = 12;  // 1.2 s each
// RFC 6761 §6.4: no name server may say that there is such a name.
constexpr const char* impossible_name = "godwit-doctor.invalid";

std::uint32_t mark_of(const SystemFacts& system) {
    return system.has_network_rights ? outer_packet_mark : 0;
}

NameLookedUp look_up(const std::string& name, std::uint32_t mark) {
    const auto found = platform::resolve({.names = {name}, .mark = mark, .timeout = name_patience});
    return {.name = name,
            .addresses = found.addresses,
            .reason = found.unresolved.empty() ? "" : found.unresolved.front().reason};
}

std::vector<NameLookedUp> look_up_names(const Configuration& configuration, std::uint32_t mark) {
    std::vector<NameLookedUp> names;
    for (const std::string& name : configuration.home_agent.endpoints) {
        names.push_back(look_up(name, mark));
    }
    return names;
}

std::string link_name(const platform::NetworkSnapshot& network, mobility::InterfaceIndex index) {
    const auto link = std::ranges::find(network.links, index, &platform::Link::index);
    return link != network.links.end() ? link->name : "";
}

// While the tunnel has IPv4 too, the kernel looks up the way back of an IPv4 packet in it.
bool is_answer_filtered(const Path& path, const std::string& interface, const DaemonFacts& daemon) {
    const auto is_strict = [](const std::string& where) {
        return platform::read_sysctl("net/ipv4/conf/" + where + "/rp_filter").value_or("0") == "1";
    };
    return path.is_ipv4() && state_of(daemon) == name(State::registered) &&
           !text_in(*daemon.status, "ipv4_home_address").empty() &&
           (is_strict("all") || is_strict(interface));
}

security::PublicKey key_of_home_agent(const Configuration& configuration) {
    const security::PublicKey& configured = *configuration.home_agent.public_key;
    try {
        return HomeAgentKey(configuration.state_directory, configured).current();
    } catch (const std::exception&) {  // the daemon says what is wrong with that file
        return configured;
    }
}

// As far as can be from those that the daemon may have outstanding: it takes no answer for its own.
wire::SequenceNumber first_number(const DaemonFacts& daemon) {
    constexpr unsigned half = 0x8000;
    const Json binding = daemon.status ? daemon.status->value("binding", Json()) : Json();
    const unsigned present =
        binding.is_object() ? binding.value("sequence", 0U) : security::random_number();
    return wire::SequenceNumber(static_cast<std::uint16_t>(present + half));
}

std::vector<PathAsked> ask_paths(const Configuration& configuration, const SystemFacts& system,
                                 const DaemonFacts& daemon, const std::vector<Path>& paths) {
    const PathInquiry inquiry{.knock = {.home = configuration.home_address,
                                        .home_agent = configuration.home_agent.address,
                                        .home_agent_key = key_of_home_agent(configuration),
                                        .sequence = first_number(daemon)},
                              .mark = mark_of(system),
                              .may_go_native = system.has_network_rights};
    std::vector<PathAsked> asked;
    for (PathAnswer& answer : ask_along(paths, inquiry)) {
        const std::string interface = link_name(system.network, answer.path.interface);
        const bool is_filtered = is_answer_filtered(answer.path, interface, daemon);
        asked.push_back({.answer = std::move(answer),
                         .interface = interface,
                         .is_answer_filtered = is_filtered});
    }
    return asked;
}

bool is_answered(const std::vector<PathAsked>& asked) {
    return std::ranges::any_of(
        asked, [](const PathAsked& each) { return each.answer.outcome == PathOutcome::answered; });
}

// Where nothing answers: whether somebody answers who should not.
void look_for_portal(NetworkFacts& facts, std::uint32_t mark) {
    facts.invented = look_up(impossible_name, mark).addresses;
    for (const PathAsked& asked : facts.paths) {
        if (!facts.web && asked.answer.path.encapsulation == mobility::Encapsulation::udp) {
            facts.web = platform::ask_for_web_page(asked.answer.path, mark, web_patience);
            if (asked.answer.path.is_ipv4()) {
                return;  // portals of IPv4 are the usual ones; once is enough
            }
        }
    }
}

NameServerAsked ask_name_server(const std::string& server) {
    const bool is_ipv6 = server.find(':') != std::string::npos;
    platform::DnsChannel channel({.servers = is_ipv6 ? "[" + server + "]:53" : server + ":53"});
    NameServerAsked asked{.server = server, .silence = {}};
    channel.ask(impossible_name, platform::AddressFamily::ipv6,
                [&](const platform::DnsAnswer& answer) {
                    asked.silence = answer.is_from_server ? "" : answer.failure;
                });
    constexpr int nobody = -1;
    channel.wait(name_patience, nobody);
    return asked;
}

std::vector<NameServerAsked> ask_name_servers(const DaemonFacts& daemon) {
    std::vector<NameServerAsked> asked;
    const Json dns = daemon.status ? daemon.status->value("dns", Json()) : Json();
    const Json servers = dns.is_object() ? dns.value("servers", Json()) : Json();
    for (const Json& server : servers) {
        if (server.is_string()) {
            asked.push_back(ask_name_server(server.get<std::string>()));
        }
    }
    return asked;
}

std::optional<double> ping_through_tunnel(const std::filesystem::path& socket) {
    std::optional<double> round_trip;
    (void)runtime::follow_api(socket, "/v1/ping?count=2", [&](std::string_view written) {
        const Json line = Json::parse(written, nullptr, false);
        const auto found = line.is_object() ? line.find("rtt_ms") : line.end();
        if (found != line.end() && found->is_number()) {
            round_trip = found->get<double>();
        }
    });
    return round_trip;
}

}  // namespace

std::vector<Path> paths_to_ask(const Configuration& configuration,
                               const platform::NetworkSnapshot& network,
                               const std::vector<NameLookedUp>& names, const DaemonFacts& daemon) {
    const std::string ipv4_home =
        daemon.status ? text_in(*daemon.status, "ipv4_home_address") : std::string();
    platform::Destination destination{.home_agent = {configuration.home_agent.address.address},
                                      .home = configuration.home_address,
                                      .ipv4_home = wire::Ipv4Address::parse(ipv4_home),
                                      .tunnel = {}};
    for (const platform::Link& link : network.links) {
        if (link.name == configuration.interface) {
            destination.tunnel = link.index;
        }
    }
    mobility::Attachments attachments;
    for (const NameLookedUp& name : names) {
        for (const wire::Ipv6Address& address : name.addresses) {
            destination.home_agent.push_back(address);
            attachments.endpoints.push_back({address});
        }
    }
    attachments.candidates = platform::candidates(network, destination);
    if (const auto& home_prefix = configuration.home_prefix) {  // the home agent takes none of them
        std::erase_if(attachments.candidates, [&](const mobility::CandidateAddress& candidate) {
            return home_prefix->contains(candidate.address);
        });
    }
    std::vector<Path> paths;
    for (const Away& offer : path_offers(attachments,
                                         {.home_agent = configuration.home_agent.address,
                                          .encapsulations = configuration.encapsulations,
                                          .ports = configuration.home_agent.ports},
                                         PathMemory(), runtime::boot_now(), {})) {
        if (paths.size() < max_paths) {
            paths.push_back(offer.path);
        }
    }
    return paths;
}

NetworkFacts survey_network(const Configuration& configuration, const SystemFacts& system,
                            const DaemonFacts& daemon, const std::filesystem::path& socket) {
    NetworkFacts facts{.names = look_up_names(configuration, mark_of(system))};
    const std::string state = state_of(daemon);
    if (state == name(State::home) || !configuration.home_agent.public_key) {
        return facts;
    }
    facts.paths = ask_paths(configuration, system, daemon,
                            paths_to_ask(configuration, system.network, facts.names, daemon));
    if (state == name(State::registered)) {
        facts.tunnel_round_trip = ping_through_tunnel(socket);
        facts.name_servers = ask_name_servers(daemon);
    }
    if (!is_answered(facts.paths) && !facts.tunnel_round_trip && !facts.paths.empty()) {
        look_for_portal(facts, mark_of(system));
    }
    return facts;
}

}  // namespace godwit::client

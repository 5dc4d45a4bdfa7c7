// The parts of the checkup that are about the network and the home agent.

#include <algorithm>
#include <array>
#include <cstdint>
#include <iomanip>
#include <iterator>
#include <sstream>
#include <utility>

#include "client/checkup.hpp"
#include "client/core/mobile_node.hpp"
#include "client/status.hpp"

namespace godwit::client {
namespace {

using mobility::Encapsulation;
using mobility::Path;
using runtime::Json;
using runtime::note;
using runtime::well;
using runtime::wrong;

std::string list_of(const std::vector<wire::Ipv6Address>& addresses) {
    std::string list;
    for (const wire::Ipv6Address& address : addresses) {
        list += (list.empty() ? "" : ", ") + text_of(address);
    }
    return list;
}

std::string milliseconds_text(double milliseconds) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << milliseconds << " ms";
    return text.str();
}

// A name that nobody knows matters less where an address is known without it.
void names(const CheckupFacts& facts, std::vector<Finding>& findings) {
    const std::vector<NameLookedUp>& names = facts.network.names;
    const bool is_any_known = std::ranges::any_of(
        names, [](const NameLookedUp& name) { return !name.addresses.empty(); });
    // Root's questions for it are marked, and let out.
    const bool may_be_held_back = is_locked_down(facts) && !facts.system.has_network_rights;
    for (const NameLookedUp& name : names) {
        if (name.addresses.size() == 1 && text_of(name.addresses.front()) == name.name) {
            continue;  // an address
        }
        if (!name.addresses.empty()) {
            findings.push_back(well("name", name.name + " is " + list_of(name.addresses)));
        } else if (may_be_held_back) {
            findings.push_back(note("name", name.name +
                                                " was not found: the lockdown holds back what this "
                                                "user asks; run it as root"));
        } else if (is_any_known) {
            findings.push_back(note("name", name.name + " has no address: " + name.reason));
        } else {
            findings.push_back(
                wrong("name", name.name + " has no address: " + name.reason,
                      "do this network's name servers answer? /etc/resolv.conf names them"));
        }
    }
}

std::string subject_of(const PathAsked& asked) {
    const Path& path = asked.answer.path;
    const bool is_udp = path.encapsulation == Encapsulation::udp;
    return std::string(name(path.encapsulation)) + " over " + asked.interface + ", " +
           text_of(path.local) + " to " + text_of(path.remote) +
           (is_udp ? " port " + std::to_string(path.remote_port) : "");
}

// The daemon's own path, as its status tells it; null if there is none.
Json path_in_use(const CheckupFacts& facts) {
    const auto& status = facts.daemon.status;
    return status && state_of(facts.daemon) == name(State::registered)
               ? status->value("path", Json())
               : Json();
}

bool is_in_use(const Json& used, const PathAsked& asked) {
    if (!used.is_object()) {
        return false;
    }
    const Path& path = asked.answer.path;
    const auto port = used.find("remote_port");
    const std::uint16_t used_port =
        port != used.end() && port->is_number() ? port->get<std::uint16_t>() : std::uint16_t{0};
    return text_in(used, "encapsulation") == name(path.encapsulation) &&
           text_in(used, "interface") == asked.interface &&
           text_in(used, "local") == text_of(path.local) &&
           text_in(used, "remote") == text_of(path.remote) && used_port == path.remote_port;
}

bool is_held_back(const PathAsked& asked, bool is_locked) {
    return is_locked && asked.answer.is_forbidden;
}

std::string outcome_of(const PathAsked& asked, bool is_locked) {
    if (is_held_back(asked, is_locked)) {
        return "not asked: the lockdown lets root ask, and where the daemon has found the home "
               "agent";
    }
    if (asked.is_answer_filtered && asked.answer.outcome == PathOutcome::silent) {
        return "cannot be told: net.ipv4.conf." + asked.interface +
               ".rp_filter is 1, which drops what comes back beside the tunnel";
    }
    switch (asked.answer.outcome) {
        case PathOutcome::answered:
            return "answered";
        case PathOutcome::silent:
            return "no answer";
        case PathOutcome::refused:
            return "its machine answers, but nothing hears at that port";
        case PathOutcome::not_sent:
            return "does not get through: " + asked.answer.reason;
        case PathOutcome::not_asked:
            return "not asked: that takes root";
    }
    return "not asked";
}

Finding path(const PathAsked& asked, bool is_used, bool is_locked) {
    constexpr double nanoseconds_in_millisecond = 1e6;
    const std::string subject = subject_of(asked) + ": ";
    const std::string use = is_used ? ", in use" : "";
    if (asked.answer.outcome == PathOutcome::answered && asked.answer.round_trip) {
        const auto round_trip = static_cast<double>(asked.answer.round_trip->count());
        return well("path",
                    subject + milliseconds_text(round_trip / nanoseconds_in_millisecond) + use);
    }
    return is_used ? well("path", subject + "the tunnel takes it")
                   : note("path", subject + outcome_of(asked, is_locked));
}

std::string ports_of(const CheckupFacts& facts) {
    std::string ports;
    for (const std::uint16_t port : facts.configuration.content->home_agent.ports) {
        ports += (ports.empty() ? "" : " and ") + std::to_string(port);
    }
    return ports;
}

// Of the daemon's status; null if it knows of none.
Json portal_known(const CheckupFacts& facts) {
    return facts.daemon.status ? facts.daemon.status->value("portal", Json()) : Json();
}

// Whether a web server of the home agent's own may have led there: by a path alone, at an address
// that it is asked at.
bool may_be_the_home_agents(const Json& portal, const std::vector<PathAsked>& paths) {
    const std::string url = text_in(portal, "url");
    return text_in(portal, "source") == "redirect" &&
           std::ranges::any_of(paths, [&url](const PathAsked& asked) {
               return url.starts_with("http://" + platform::web_host(asked.answer.path) + "/");
           });
}

// What keeps the home agent's answers away, as far as it shows.
Finding silence(const CheckupFacts& facts) {
    const NetworkFacts& network = facts.network;
    const auto is = [](PathOutcome outcome) {
        return [outcome](const PathAsked& asked) { return asked.answer.outcome == outcome; };
    };
    const auto is_silent_over_udp = [](const PathAsked& asked) {
        return asked.answer.path.encapsulation == Encapsulation::udp &&
               asked.answer.outcome == PathOutcome::silent;
    };
    const char* log_in = facts.daemon.status
                             ? "log in to this network: godwit portal --url http://example.org/"
                             : "log in to this network; godwit portal opens a browser for that, "
                               "while the daemon runs";
    constexpr unsigned first_redirection = 300;
    constexpr unsigned first_error = 400;
    constexpr unsigned login_required = 511;  // RFC 6585 §6
    if (const Json portal = portal_known(facts); portal.is_object()) {
        const bool is_doubtful = may_be_the_home_agents(portal, network.paths);
        return wrong("captive portal",
                     std::string(is_doubtful ? "perhaps " : "") +
                         "this network wants a login first: it says (" + text_in(portal, "source") +
                         ") that its portal is " + text_in(portal, "url"),
                     is_doubtful ? "godwit portal; unless that is the home agent's own web server"
                                 : "godwit portal");
    }
    if (!network.invented.empty()) {
        return wrong(
            "captive portal",
            "this network says of a name that cannot exist that it is " + list_of(network.invented),
            log_in);
    }
    if (network.web &&
        (network.web->status == login_required ||
         (network.web->status >= first_redirection && network.web->status < first_error))) {
        return wrong("captive portal",
                     "perhaps: a web server answers at the home agent's address, and leads to " +
                         (network.web->location.empty() ? "a login" : network.web->location),
                     std::string(log_in) + "; unless that is the home agent's own");
    }
    // Where one port is refused and another silent, it may be a firewall's doing.
    if (std::ranges::any_of(network.paths, is(PathOutcome::refused)) &&
        std::ranges::none_of(network.paths, is_silent_over_udp)) {
        return wrong("home agent", "its machine answers, but nothing hears at its ports",
                     "systemctl start godwit-ha there, or correct home_agent.ports here");
    }
    return wrong("home agent", "nothing answers by any path",
                 "does it run? godwit-ha doctor. Does its provider let UDP " + ports_of(facts) +
                     " in, and this network out? Has this machine been disabled or revoked there? "
                     "godwit-ha list");
}

void paths(const CheckupFacts& facts, std::vector<Finding>& findings) {
    const std::vector<PathAsked>& asked = facts.network.paths;
    const Json used = path_in_use(facts);
    const bool is_locked = is_locked_down(facts);
    if (asked.empty()) {
        findings.push_back(wrong("paths",
                                 "no interface has an address with a route to the home agent",
                                 "join a network; `ip route` and `ip -6 route` show the way out"));
        return;
    }
    const auto carries = [&](const PathAsked& each) {
        return facts.network.tunnel_round_trip && is_in_use(used, each);
    };
    for (const PathAsked& each : asked) {
        findings.push_back(path(each, carries(each), is_locked));
    }
    const auto is_answered = [&](const PathAsked& each) {
        return each.answer.outcome == PathOutcome::answered || carries(each);
    };
    const auto is_open = [&](const PathAsked& each) {
        return each.answer.outcome == PathOutcome::not_asked || each.is_answer_filtered ||
               is_held_back(each, is_locked);
    };
    if (std::ranges::none_of(asked, is_answered) && !std::ranges::all_of(asked, is_open)) {
        findings.push_back(silence(facts));
    }
    const auto is_ipv6 = [](const PathAsked& each) { return !each.answer.path.is_ipv4(); };
    if (std::ranges::none_of(asked, is_ipv6)) {
        findings.push_back(
            note("IPv6", "this network gives none that leads out; IPv4 carries the tunnel"));
    }
}

std::string end_of(const wire::Ipv6Address& address, std::uint16_t port) {
    return text_of(address) + " port " + std::to_string(port);
}

// How a NAT maps what begins here (RFC 4787 §4.1): the same for each destination, or not. It takes
// two of them to tell.
Finding nat_mapping(const std::vector<const PathAnswer*>& answers) {
    const PathAnswer& first = *answers.front();
    const bool is_same = std::ranges::all_of(
        answers, [&](const PathAnswer* answer) { return answer->observed == first.observed; });
    std::string text = end_of(first.path.local, first.local_port) + " is seen as " +
                       end_of(first.observed->address, first.observed->port);
    if (answers.size() == 1) {
        return well("NAT mapping", text + "; one answer does not tell of what kind it is");
    }
    if (is_same) {
        return well("NAT mapping", text + " from all " + std::to_string(answers.size()) +
                                       " places that were asked: it does not depend on the "
                                       "destination, as far as that tells");
    }
    for (const PathAnswer* answer : answers) {
        const std::string other = end_of(answer->observed->address, answer->observed->port);
        text += text.find(other) == std::string::npos ? " and " + other : "";
    }
    return well("NAT mapping", text + ": another one for each destination");
}

void nat_mappings(const NetworkFacts& facts, std::vector<Finding>& findings) {
    std::vector<std::pair<wire::Ipv6Address, mobility::InterfaceIndex>> told;
    const auto begin_of = [](const PathAnswer& answer) {
        return std::pair(answer.path.local, answer.path.interface);
    };
    for (const PathAsked& asked : facts.paths) {
        const auto begin = begin_of(asked.answer);
        if (std::ranges::find(told, begin) != told.end()) {
            continue;
        }
        told.push_back(begin);
        std::vector<const PathAnswer*> answers;
        for (const PathAsked& other : facts.paths) {
            const PathAnswer& answer = other.answer;
            const mobility::ObservedSource own{.address = answer.path.local,
                                               .port = answer.local_port};
            if (begin_of(answer) == begin && answer.observed && answer.observed != own) {
                answers.push_back(&answer);
            }
        }
        if (!answers.empty()) {
            findings.push_back(nat_mapping(answers));
        }
    }
}

// Whether packets are changed on the way, only the home agent can tell; the daemon has heard it.
void path_properties(const CheckupFacts& facts, std::vector<Finding>& findings) {
    const Json used = path_in_use(facts);
    if (!used.is_object()) {
        return;
    }
    findings.push_back(used.value("nat", false)
                           ? well("NAT", "the home agent sees another address or port than " +
                                             text_in(used, "local") +
                                             ": keepalives hold its mapping")
                           : well("NAT", "none on the path in use"));
    findings.push_back(
        facts.network.tunnel_round_trip
            ? well("tunnel", "the home agent answers through it")
            : wrong("tunnel", "the home agent does not answer through it, though it is registered",
                    "look at the home agent: godwit-ha doctor; godwit restart begins anew"));
    const Json tunnel = facts.daemon.status->value("tunnel", Json());
    if (tunnel.is_object() && tunnel.contains("mtu")) {
        findings.push_back(
            well("MTU", tunnel.at("mtu").dump() + " octets inside the tunnel on the path in use"));
    }
}

void name_servers(const NetworkFacts& facts, std::vector<Finding>& findings) {
    for (const NameServerAsked& asked : facts.name_servers) {
        findings.push_back(
            asked.silence.empty()
                ? well("name server", asked.server + " answers")
                : wrong("name server", asked.server + " does not answer: " + asked.silence,
                        "does it run at home, and hear the home address? Without it: godwit set "
                        "dns off --restart"));
    }
}

}  // namespace

std::vector<Finding> check_up_network(const CheckupFacts& facts) {
    std::vector<Finding> findings;
    if (!facts.configuration.content) {
        return findings;
    }
    names(facts, findings);
    if (state_of(facts.daemon) == name(State::home)) {
        findings.push_back(well("paths", "none is needed: this is the home link"));
    } else if (!facts.configuration.content->home_agent.public_key) {
        findings.push_back(
            note("paths", "not asked: where nothing is protected, to ask is to register"));
    } else {
        paths(facts, findings);
    }
    nat_mappings(facts.network, findings);
    path_properties(facts, findings);
    name_servers(facts.network, findings);
    return findings;
}

}  // namespace godwit::client

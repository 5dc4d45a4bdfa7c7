#include "server/forwarding_policy.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <sstream>
#include <string_view>
#include <utility>

#include "server/forwarding_elements.hpp"
#include "shared/platform/nftables_presence.hpp"
#include "shared/runtime/clock.hpp"

namespace godwit::server {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace std::string_view_literals;

using Elements = ForwardingElements;

const std::string table = Elements::table;

// Between two times that the table is put back: somebody else may be as persistent.
constexpr auto pause_between = 100ms;
constexpr auto pause_after_failure = 10s;

bool is_restricted(const ClientPolicy& policy) {
    return !policy.internet || !policy.clients;
}

// The kernel's sets take no prefix that lies in another.
bool is_covered(const wire::Prefix& prefix, const std::vector<wire::Prefix>& prefixes) {
    return std::ranges::any_of(prefixes, [&](const wire::Prefix& other) {
        return other != prefix && other.length <= prefix.length && other.contains(prefix.address);
    });
}

void add_reachable(const std::string& source, bool is_ipv4, const ClientPolicy& policy,
                   Elements& elements) {
    std::vector<wire::Prefix> prefixes = policy.prefixes;
    std::ranges::sort(prefixes);
    prefixes.erase(std::ranges::unique(prefixes).begin(), prefixes.end());
    for (const wire::Prefix& prefix : prefixes) {
        if (prefix.is_ipv4() == is_ipv4 && !is_covered(prefix, prefixes)) {
            elements.add(is_ipv4 ? "reachable_ipv4" : "reachable", source + " . " + prefix.text());
        }
    }
}

void add_family(const std::string& address, bool is_ipv4, const ClientPolicy& policy,
                Elements& elements) {
    const std::string family = is_ipv4 ? "_ipv4" : "";
    elements.add("clients" + family, address);
    if (!policy.internet) {
        elements.add("kept_from_internet" + family, address);
    }
    if (!policy.clients) {
        elements.add("kept_from_clients" + family, address);
    }
    add_reachable(address, is_ipv4, policy, elements);
}

// What is behind a client may do what the client may.
void add_network(const wire::Prefix& network, const ClientPolicy& policy, Elements& elements) {
    elements.add("networks", network.text());
    if (!policy.internet) {
        elements.add("networks_kept_from_internet", network.text());
    }
    if (!policy.clients) {
        elements.add("networks_kept_from_clients", network.text());
    }
    add_reachable(network.text(), false, policy, elements);
}

void add_client(const PolicedClient& client, Elements& elements) {
    add_family(client.home.text(), false, client.policy, elements);
    for (const wire::Prefix& network : client.policy.network_prefixes) {
        add_network(network, client.policy, elements);
    }
    if (client.ipv4) {
        add_family(client.ipv4->text(), true, client.policy, elements);
    }
}

std::string sets_of(const std::string& family, const std::string& type) {
    std::string text;
    for (const char* name : {"clients", "kept_from_internet", "kept_from_clients"}) {
        text += "set " + (name + family) + " { type " + type + "; }\n";
    }
    return text + "set reachable" + family + " { type " + type + " . " + type +
           "; flags interval; }\n";
}

std::string sets_of_networks() {
    std::string text;
    for (const char* name :
         {"networks", "networks_kept_from_internet", "networks_kept_from_clients"}) {
        text += "set " + std::string(name) + " { type ipv6_addr; flags interval; }\n";
    }
    return text;
}

std::string rule(const std::string& text) {
    return "add rule " + table + " forwarded " + text + "\n";
}

// `beside`: what is behind clients stands in sets of its own, whose names begin so.
std::string judgements_of(const std::string& family, const std::string& header,
                          const std::vector<std::string>& beside) {
    const std::string source = header + " saddr ";
    const std::string destination = header + " daddr ";
    const std::string reject = " reject with icmpx type admin-prohibited";
    std::vector<std::string> clients{"@clients" + family};
    std::vector<std::string> beginnings{"@"};
    std::string elsewhere = " " + destination + "!= @clients" + family;
    for (const std::string& name : beside) {
        clients.push_back("@" + name);
        beginnings.push_back("@" + name + "_");
        elsewhere += " " + destination + "!= @" + name;
    }
    std::string text = rule(source + ". " + destination + "@reachable" + family + " accept");
    for (const std::string& beginning : beginnings) {
        for (const std::string& others : clients) {
            text += rule(source + beginning + "kept_from_clients" + family + " " + destination +
                         others + reject);
        }
        text += rule(source + beginning + "kept_from_internet" + family + elsewhere + reject);
    }
    return text;
}

std::string family_of(const wire::Prefix& prefix) {
    return prefix.is_ipv4() ? "ip" : "ip6";
}

// The unicast probes of Neighbor Unreachability Detection, which the kernel would forward to the
// mobile node or call out of scope, since their destination is none of its own addresses.
std::string guard_of(const std::string& home_link) {
    return "chain arriving { type filter hook prerouting priority raw; iifname \"" + home_link +
           "\" icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } fib daddr type unicast "
           "drop; }\n";
}

// With the elements of each set in one order: the kernel gives those of "reachable" as they came.
std::string in_order(std::string listing) {
    constexpr std::string_view beginning = "elements = {";
    for (auto place = listing.find(beginning); place != std::string::npos;
         place = listing.find(beginning, place)) {
        place += beginning.size();
        const auto length = std::min(listing.find('}', place), listing.size()) - place;
        std::istringstream list(listing.substr(place, length));
        std::vector<std::string> elements;
        for (std::string element; std::getline(list, element, ',');) {
            std::erase_if(element, [](char character) { return " \t\n"sv.contains(character); });
            elements.push_back(element + ",");
        }
        std::ranges::sort(elements);
        listing.replace(place, length, std::accumulate(elements.begin(), elements.end(), ""s));
    }
    return listing;
}

bool is_in_place() {
    try {
        return platform::has_nftables_table(table);
    } catch (const std::system_error&) {
        return true;  // it cannot be asked, and was written just now
    }
}

std::string chains_of(const ForwardingSettings& settings) {
    std::string text = sets_of("", "ipv6_addr") + sets_of("_ipv4", "ipv4_addr") +
                       sets_of_networks() +
                       "chain forwarded { type filter hook forward priority filter; }\n";
    if (settings.home_link) {
        text += guard_of(*settings.home_link);
    }
    if (!settings.masqueraded.empty()) {
        text += "chain leaving { type nat hook postrouting priority srcnat;\n";
        for (const wire::Prefix& prefix : settings.masqueraded) {
            text += family_of(prefix) + " saddr " + prefix.text() +
                    " oif != " + std::to_string(settings.tunnel.value) + " masquerade\n";
        }
        if (settings.masquerades_networks) {  // others are routed to this machine
            text += "ip6 saddr fc00::/7 ip6 saddr @networks oif != " +
                    std::to_string(settings.tunnel.value) + " masquerade\n";
        }
        text += "}\n";
    }
    return text;
}

}  // namespace

struct ForwardingPolicy::Change {
    Elements removed;
    Elements added;
    std::size_t restricted;  // clients that may not go everywhere, afterwards
};

ForwardingPolicy::ForwardingPolicy(ForwardingSettings settings, const runtime::Log& log)
    : settings_(std::move(settings)),
      log_(log),
      monitor_(table),
      chains_(chains_of(settings_)),
      table_(table) {
    table_.replace(chains_);
    pass_over_own_changes();
}

std::error_code ForwardingPolicy::apply(std::span<const PolicedClient> clients,
                                        std::span<const wire::HomeAddress> gone) {
    Change change{.removed = {}, .added = {}, .restricted = restricted_};
    for (const wire::HomeAddress& home : gone) {
        if (const auto known = clients_.find(home); known != clients_.end()) {
            change.restricted -= std::size_t{is_restricted(known->second.policy)};
            add_client(known->second, change.removed);
            clients_.erase(known);
        }
    }
    for (const PolicedClient& client : clients) {
        const auto known = clients_.find(client.home);
        if (known != clients_.end() && known->second != client) {
            change.restricted -= std::size_t{is_restricted(known->second.policy)};
            add_client(known->second, change.removed);
        }
        if (known == clients_.end() || known->second != client) {
            change.restricted += std::size_t{is_restricted(client.policy)};
            add_client(client, change.added);
        }
        clients_.insert_or_assign(client.home, client);
    }
    return commit(change);
}

std::error_code ForwardingPolicy::forget(const wire::HomeAddress& home) {
    return clients_.contains(home) ? apply({}, {&home, 1}) : std::error_code{};
}

// What does not go into the table as it is (somebody may have emptied it) goes into a new one.
std::error_code ForwardingPolicy::commit(const Change& change) {
    const std::size_t restricted_before = std::exchange(restricted_, change.restricted);
    notice_changes_of_others();
    const bool is_known_to_be_wrong = due_ && !is_in_doubt_;
    if (is_known_to_be_wrong || write(change, restricted_before)) {
        return put_back();
    }
    pass_over_own_changes();
    return {};
}

std::error_code ForwardingPolicy::write(const Change& change, std::size_t restricted_before) {
    const std::error_code outcome = write_at_once(change, restricted_before);
    return outcome == std::errc::message_size ? write_anew() : outcome;
}

// While everybody may go everywhere there are no rules, and the kernel need not track connections.
std::error_code ForwardingPolicy::write_at_once(const Change& change,
                                                std::size_t restricted_before) {
    const std::string elements = change.removed.commands("delete") + change.added.commands("add");
    if (restricted_before == 0 && restricted_ > 0) {
        return write_with_rules(elements);
    }
    if (restricted_before > 0 && restricted_ == 0) {
        return table_.change(elements + "flush chain " + table + " forwarded\n");
    }
    return elements.empty() ? std::error_code{} : table_.change(elements);
}

std::error_code ForwardingPolicy::write_with_rules(const std::string& commands) {
    const std::error_code outcome = table_.change(commands + rules(true));
    if (outcome && outcome != std::errc::message_size && !table_.change(commands + rules(false))) {
        log_.warning("connections-not-tracked",
                     {{"consequence", "what a client may not reach cannot reach it either"}});
        return {};
    }
    return outcome;
}

std::error_code ForwardingPolicy::write_anew() {
    Elements elements;
    for (const auto& [home, client] : clients_) {
        add_client(client, elements);
    }
    const std::string commands = table_.replacement(chains_) + elements.commands("add");
    const std::error_code outcome =
        restricted_ > 0 ? write_with_rules(commands) : table_.change(commands);
    return outcome == std::errc::message_size ? write_in_pieces(elements.pieces("add")) : outcome;
}

// Only root of the machine, and not of an unprivileged container, may enlarge the buffer of a
// socket so that thousands of clients go through it at once. Until all are in the table nobody gets
// out of the tunnel: without the other clients a restricted one would reach them.
std::error_code ForwardingPolicy::write_in_pieces(const std::vector<std::string>& pieces) {
    const std::string closed = rule("iif " + std::to_string(settings_.tunnel.value) + " drop");
    std::error_code outcome = table_.change(table_.replacement(chains_) + closed);
    for (auto piece = pieces.begin(); piece != pieces.end() && !outcome; ++piece) {
        outcome = table_.change(*piece);
    }
    if (outcome) {
        return outcome;
    }
    const std::string opening = "flush chain " + table + " forwarded\n";
    return restricted_ > 0 ? write_with_rules(opening) : table_.change(opening);
}

std::error_code ForwardingPolicy::put_back() {
    const std::string before = is_in_doubt_ ? table_.listing() : "";
    failure_ = write_anew();
    last_put_back_ = runtime::boot_now();
    if (failure_) {
        is_in_doubt_ = false;  // some of it may be there: the next change alone would not mend it
        due_ = last_put_back_ + pause_after_failure;
        log_.error("forwarding-not-put-back", {{"reason", failure_.message()}});
    } else {
        due_.reset();
        pass_over_own_changes();
        if (!std::exchange(is_in_doubt_, false) || !is_listed_as(before)) {
            log_.warning("forwarding-put-back", {{"table", table}});
        }
    }
    return failure_;
}

// Keeps the listing, so that the next doubt costs no writing.
bool ForwardingPolicy::is_listed_as(const std::string& before) {
    listing_ = table_.listing();
    return in_order(listing_) == in_order(before);
}

void ForwardingPolicy::watch(runtime::EventLoop& loop) {
    watch_ = loop.on_readable(monitor_.descriptor(), [this] { notice_changes_of_others(); });
}

void ForwardingPolicy::on_deadline() {
    if (due_ && runtime::boot_now() >= *due_) {
        put_back();
    }
}

// What somebody else writes into a table of his may be more than the kernel keeps for us (a list of
// 20,000 addresses). Then nobody says whether this table has changed too.
void ForwardingPolicy::notice_changes_of_others() {
    const auto report = monitor_.take();
    if (report == platform::NetworkEvents::Report::matters) {
        is_in_doubt_ = false;
        put_back_soon();
    } else if (report == platform::NetworkEvents::Report::lost && !due_ && !is_as_listed()) {
        is_in_doubt_ = true;
        put_back_soon();
    }
}

bool ForwardingPolicy::is_as_listed() {
    return !listing_.empty() && table_.listing() == listing_;
}

void ForwardingPolicy::put_back_soon() {
    due_ = std::max(runtime::boot_now(), last_put_back_ + pause_between);
}

// They are reported before they are done. What somebody else does in between counts as ours, unless
// the whole table is gone.
void ForwardingPolicy::pass_over_own_changes() {
    monitor_.take();
    listing_.clear();
    if (!is_in_place()) {
        is_in_doubt_ = false;
        put_back_soon();
    }
}

std::vector<std::string> ForwardingPolicy::health() const {
    if (!due_ || (is_in_doubt_ && !failure_)) {
        return {};
    }
    return {
        "where clients may go is not as it shall be, since somebody else has changed the "
        "nftables table " +
        table + (failure_ ? ": " + failure_.message() : "")};
}

// Answers pass, and errors about what they answer. What a client has opened itself is judged packet
// by packet, so that it ends with the leave to open it. Of a client that was not tracked before
// (the first restriction where nothing is masqueraded; after a start of the machine) what is under
// way goes on, as if the other end had opened it, until it ends.
std::string ForwardingPolicy::rules(bool with_tracking) const {
    const std::string add = "add rule " + table + " forwarded ";
    return add + "iif != " + std::to_string(settings_.tunnel.value) + " accept\n" +
           (with_tracking ? add + "ct direction reply ct state established,related accept\n" : "") +
           judgements_of("", "ip6", {"networks"}) + judgements_of("_ipv4", "ip", {});
}

}  // namespace godwit::server

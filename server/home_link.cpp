#include "server/home_link.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "shared/platform/attempt.hpp"
#include "shared/platform/sysctl.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/some_packets.hpp"

namespace godwit::server {
namespace {

using platform::KnownAddress;
using platform::NetworkSnapshot;

std::optional<std::int64_t> number_in(const std::string& sysctl) {
    const auto text = platform::read_sysctl(sysctl);
    std::int64_t number = 0;
    if (!text ||
        std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc{}) {
        return std::nullopt;
    }
    return number;
}

// Whoever runs this machine has told its kernel how to find out whether an address is somebody
// else's, and how long to wait; a home agent does it the same way.
DefenceSettings defence_of(const HomeLinkSettings& settings) {
    const std::string configuration = "net/ipv6/conf/";
    const auto on_all = number_in(configuration + "all/accept_dad");
    const auto on_this = number_in(configuration + settings.interface + "/accept_dad");
    const auto transmits = number_in(configuration + settings.interface + "/dad_transmits");
    const auto wait = number_in("net/ipv6/neigh/" + settings.interface + "/retrans_time_ms");
    DefenceSettings result{.source = settings.source};
    if (transmits) {
        result.probes = static_cast<unsigned>(std::clamp<std::int64_t>(*transmits, 0, 10));
    }
    if (std::max(on_all.value_or(1), on_this.value_or(1)) < 1) {
        result.probes = 0;
    }
    if (wait && *wait > 0) {
        result.retransmission = std::chrono::milliseconds(*wait);
    }
    return result;
}

std::optional<platform::Link> link_called(const NetworkSnapshot& network, const std::string& name) {
    const auto found = std::ranges::find(network.links, name, &platform::Link::name);
    return found != network.links.end() ? std::optional(*found) : std::nullopt;
}

bool is_usable(const KnownAddress& address) {
    return (!address.tentative || address.optimistic) && !address.duplicate;
}

bool shares(const KnownAddress& address, const wire::Prefix& prefix) {
    return prefix.contains(address.address) ||
           (address.prefix_length <= prefix.length &&
            wire::Prefix::around(address.address, address.prefix_length).contains(prefix.address));
}

// A lasting address is a better source than one that goes.
int rank(const KnownAddress& address, const wire::Prefix& prefix) {
    return (shares(address, prefix) ? 4 : 0) + (address.permanent ? 2 : 0) +
           (!address.deprecated && !address.temporary ? 1 : 0);
}

OwnPlace place_of(const NetworkSnapshot& network, const platform::Link& link,
                  const wire::Prefix& prefix) {
    OwnPlace own{.link_layer = *link.link_layer, .link_local = {}, .global = {}};
    int best = -1;
    for (const KnownAddress& address : network.addresses) {
        if (address.interface != link.index || !is_usable(address)) {
            continue;
        }
        if (address.address.is_link_local()) {
            own.link_local = own.link_local.value_or(address.address);
        } else if (address.address.is_unicast_routable() && rank(address, prefix) > best) {
            best = rank(address, prefix);
            own.global = address.address;
        }
    }
    return own;
}

bool has_prefix(const NetworkSnapshot& network, mobility::InterfaceIndex interface,
                const wire::Prefix& prefix) {
    return std::ranges::any_of(network.addresses, [&](const KnownAddress& address) {
        return address.interface == interface && shares(address, prefix);
    });
}

}  // namespace

HomeLink::HomeLink(HomeLinkSettings settings, const runtime::Log& log, OnDisputed on_disputed)
    : settings_(std::move(settings)),
      log_(log),
      on_disputed_(std::move(on_disputed)),
      defence_(defence_of(settings_)) {
    const NetworkSnapshot network = monitor_.snapshot();
    const auto link = link_called(network, settings_.interface);
    if (!link) {
        platform::require("find the home link's interface " + settings_.interface,
                          std::make_error_code(std::errc::no_such_device));
    }
    if (!link->link_layer) {
        platform::require("answer for home addresses on " + settings_.interface +
                              ", a link without link-layer addresses",
                          std::make_error_code(std::errc::not_supported));
    }
    if (!has_prefix(network, link->index, settings_.home_prefix)) {
        platform::require("find the home prefix " + settings_.home_prefix.text() +
                              " on the home link: no address of " + settings_.interface +
                              " is of it",
                          std::make_error_code(std::errc::address_not_available));
    }
    look(network);
}

void HomeLink::join(runtime::EventLoop& loop) {
    watches_ = {loop.on_readable(socket_.descriptor(), [this] { on_packets(); }),
                loop.on_readable(monitor_.descriptor(), [this] { on_change(); }),
                loop.on_readable(alarm_.descriptor(), [this] { on_alarm(); })};
}

void HomeLink::look(const NetworkSnapshot& network) {
    const auto before = std::exchange(link_, link_called(network, settings_.interface));
    if (link_ && !link_->link_layer) {
        link_.reset();  // another kind of link by the same name
    }
    const bool had_prefix = std::exchange(
        has_prefix_, link_ && has_prefix(network, link_->index, settings_.home_prefix));
    if (!link_) {
        return;
    }
    const mobility::Instant now = runtime::boot_now();
    if (!before || before->index != link_->index) {
        const std::error_code heard = socket_.attach(link_->index);
        const std::error_code joined = groups_.move_to(link_->index);
        if (const std::error_code error = heard ? heard : joined) {
            log_.error("home-link-not-heard", {{"reason", error.message()}});
        }
    }
    perform(defence_.on_place(now, place_of(network, *link_, settings_.home_prefix)));
    const bool is_back = !before || before->index != link_->index ||
                         (!before->is_running && link_->is_running) ||
                         before->carrier_changes != link_->carrier_changes;
    if (is_back) {
        defence_.on_link_back(now);
        perform(defence_.on_deadline(now));
    }
    if (is_back || (has_prefix_ && !had_prefix)) {
        on_link_(link_->index);
    }
}

void HomeLink::on_link(std::function<void(mobility::InterfaceIndex)> callback) {
    on_link_ = std::move(callback);
    if (link_) {
        on_link_(link_->index);
    }
}

// Where the interface has gone, on_change() sees it.
void HomeLink::on_packets() {
    runtime::take_some_packets(socket_, [this](const mobility::NeighborPacket& packet) {
        perform(defence_.on_packet(runtime::boot_now(), packet));
    });
}

void HomeLink::on_change() {
    if (monitor_.changed() && !look_at_) {
        look_at_ = runtime::boot_now() + settling;
        wake_in_time();
    }
}

void HomeLink::on_alarm() {
    alarm_.clear();
    const mobility::Instant now = runtime::boot_now();
    if (look_at_ && now >= *look_at_) {
        look_at_.reset();
        try {
            look(monitor_.snapshot());
        } catch (const std::system_error& error) {
            log_.warning("network-not-read", {{"reason", error.what()}});
            look_at_ = now + settling;
        }
    }
    perform(defence_.on_deadline(now));
}

void HomeLink::allocate(const wire::HomeAddress& home) {
    perform(defence_.allocate(runtime::boot_now(), home));
}

void HomeLink::deallocate(const wire::HomeAddress& home) {
    perform(defence_.deallocate(home));
}

AddressClaim HomeLink::judge(const wire::HomeAddress& home) {
    const HomeLinkDefence::Judgement judgement = defence_.judge(runtime::boot_now(), home);
    perform(judgement.actions);
    return judgement.claim;
}

void HomeLink::bind(const wire::HomeAddress& home, bool is_router) {
    perform(defence_.bind(runtime::boot_now(), home, is_router));
}

void HomeLink::release(const wire::HomeAddress& home) {
    perform(defence_.release(home));
}

void HomeLink::perform(const DefenceActions& actions) {
    for (const wire::Ipv6Address& group : actions.join) {
        if (const std::error_code error = groups_.join(group)) {
            log_.error("group-not-joined", {{"group", group}, {"reason", error.message()}});
        }
    }
    for (const wire::Ipv6Address& group : actions.leave) {
        groups_.leave(group);
    }
    for (const mobility::NeighborPacket& packet : actions.send) {
        if (const std::error_code error = socket_.send(packet)) {
            log_.debug("neighbor-packet-not-sent", {{"reason", error.message()}});
        }
    }
    for (const HomeAddressDisputed& dispute : actions.disputed) {
        log_.warning("home-address-disputed", {{"home", dispute.home}, {"by", dispute.by_text()}});
        on_disputed_(dispute);
    }
    wake_in_time();
}

void HomeLink::wake_in_time() {
    const auto due = defence_.next_deadline();
    if (!due && !look_at_) {
        return;
    }
    const mobility::Instant next = std::min(due.value_or(mobility::Instant::max()),
                                            look_at_.value_or(mobility::Instant::max()));
    alarm_.set(std::max<std::chrono::nanoseconds>(next - runtime::boot_now(),
                                                  std::chrono::nanoseconds(1)));
}

std::vector<std::string> HomeLink::health() const {
    std::vector<std::string> lines;
    const std::string& name = settings_.interface;
    if (!link_) {
        lines.push_back("the home link " + name + " has gone");
    } else if (!link_->is_up || !link_->is_running) {
        lines.push_back("the home link " + name + " is down");
    } else if (!has_prefix_) {
        lines.push_back("the home link " + name + " has no address of the home prefix " +
                        settings_.home_prefix.text() + " any more");
    }
    for (const wire::HomeAddress& home : defence_.disputed(runtime::boot_now())) {
        lines.push_back("somebody on the home link " + name + " wants the home address " +
                        home.text() + " as well");
    }
    return lines;
}

}  // namespace godwit::server

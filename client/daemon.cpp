#include "client/daemon.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "client/daemon_object.hpp"
#include "client/daemon_parts.hpp"
#include "client/event_document.hpp"
#include "client/leftovers.hpp"
#include "client/patience_to_leave.hpp"
#include "client/status_report.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/confinement.hpp"
#include "shared/runtime/service_life.hpp"

namespace godwit::client {

using runtime::Json;

Daemon::Daemon(ConfigurationSource source, WantedConfiguration first)
    : source_(std::move(source)),
      configuration_(std::move(first.configuration)),
      profile_(std::move(first.profile)),
      log_(configuration_.log_level),
      lockdown_(configuration_.state_directory, log_),
      feed_(runtime::wall_now),
      patience_(loop_.context()),
      switching_(loop_, log_, surroundings()),
      pings_(loop_, [this] { return path(); }),
      http_server_(loop_, api_routes(api()), configuration_.status_socket) {}

ApiSources Daemon::api() {
    return {
        .status = [this] { return status(); },
        .feed = feed_,
        .up = [this](const OnAnswer& answer) { up(answer); },
        .down = [this](const OnAnswer& answer) { down(answer); },
        .restart = [this](const OnAnswer& answer) { restart(answer); },
        .use = [this](const std::string& profile, const OnAnswer& answer) { use(profile, answer); },
        .profiles = [this] { return source_.list(); },
        .ping = {.pings = pings_,
                 .home_agent = [this] { return configuration_.home_agent.address.address; },
                 .local = [this](bool is_ipv4) { return own_address(is_ipv4); }},
        .portal = {.refusal = [this] { return portal_refusal(); },
                   .open = [this](const auto& cgroup) { presence_->way_out().open(cgroup); },
                   .close =
                       [this] {
                           if (presence_) {
                               presence_->way_out().close("ended by command");
                           }
                       },
                   .until = [this] { return status().portal_open_until; }}};
}

void Daemon::run() {
    runtime::Confining confining;
    loop_.on_deadline([this] { return next_deadline(); }, [this] { on_deadline(); });
    lockdown_.watch(loop_);
    loop_.on_resume([this] {
        if (is_present()) {
            presence_->resume();
        }
    });
    loop_.on_end([this] { end(); });
    log_.info("started");
    put_back_leftovers(configuration_, log_);
    if (mark().is_set()) {
        lockdown_.lift();  // what a loss of power may have left
        log_.info("down", {{"until", "godwit up"}});
    } else {
        enter({configuration_, profile_});
    }
    confinement_ = confining.confine(log_);
    {
        const runtime::ServiceLife life(loop_);
        loop_.run();
    }
    if (mark().is_set()) {
        lockdown_.lift();  // `down` was under way: this end has come in place of its own
    }
    log_.info("stopped");
}

// With the home agent's answer, if there is one: then its binding has gone, too.
void Daemon::end() {
    switching_.end();
    const auto stop = [this] { loop_.stop(); };
    if (departure_.is_under_way()) {
        departure_.end_with(stop);
    } else {
        leave(stop);
    }
}

std::optional<mobility::Instant> Daemon::next_deadline() const {
    return std::ranges::min(
        {presence_ ? presence_->next_deadline() : std::nullopt, lockdown_.next_deadline(),
         switching_.next_deadline(), comeback_.due()},
        {}, [](const auto& deadline) { return deadline.value_or(mobility::Instant::max()); });
}

void Daemon::on_deadline() {
    lockdown_.on_deadline();
    if (presence_) {
        presence_->on_deadline();
    }
    if (departure_.is_under_way()) {
        return;
    }
    switching_.on_deadline();
    if (comeback_.is_due(runtime::boot_now())) {
        come_back();
    }
}

// Whether it is up again; if not, it will be tried later.
bool Daemon::enter_again(WantedConfiguration wanted) {
    try {
        enter(std::move(wanted));
        return true;
    } catch (const std::exception& failure) {
        if (comeback_.reason() != failure.what()) {
            log_.error("not-up", {{"reason", failure.what()}});
        }
        comeback_.on_failure(runtime::boot_now(), failure.what());
        return false;
    }
}

// As it was, or else as it is wanted by now.
void Daemon::come_back() {
    if (!enter_again({configuration_, profile_})) {
        if (auto wanted = source_.wanted()) {
            enter_again(*std::move(wanted));
        }
    }
}

// Nothing is left of what cannot be taken up; nor is a machine locked that is told to be down.
void Daemon::enter(WantedConfiguration wanted) {
    try {
        take_up(std::move(wanted));
    } catch (...) {
        presence_.reset();
        if (mark().is_set()) {
            lockdown_.lift();
        }
        throw;
    }
}

void Daemon::take_up(WantedConfiguration wanted) {
    const Configuration& configuration = wanted.configuration;
    log_.show(configuration.log_level);
    lockdown_.enter(configuration);
    if (configuration.home_agent.address.address.is_unspecified()) {
        configuration_ = configuration;
        profile_ = std::move(wanted.profile);
        comeback_.end();
        switching_.search();
        return;
    }
    presence_ = std::make_unique<Presence>(
        configuration, lockdown_, loop_, log_,
        Presence::Listener{.on_event = [this](const auto& event) { on_event(event); },
                           .on_change = [this] { on_change(); }});
    configuration_ = configuration;
    profile_ = std::move(wanted.profile);
    comeback_.end();
    feed_.add("up", {{"home_address", configuration_.home_address.text()}});
    presence_->start();
    on_change();
}

std::optional<WayOutRefusal> Daemon::portal_refusal() const {
    if (is_present()) {
        return way_out_refusal(presence_->state(), presence_->way_out().is_open());
    }
    return mark().is_set() ? WayOutRefusal::down : WayOutRefusal::not_up;
}

void Daemon::leave(std::function<void()> then) {
    if (!presence_) {
        then();
        return;
    }
    if (!departure_.begin(std::move(then))) {
        return;
    }
    pings_.end();
    patience_.expires_after(patience_to_leave(presence_->round_trip()));
    patience_.async_wait([this](const auto& /*error*/) { on_left(); });
    if (!presence_->leave([this] { patience_.cancel(); })) {
        patience_.cancel();
    }
}

void Daemon::on_left() {
    presence_.reset();
    log_.info("down");
    feed_.add("down", Json::object());
    told_.forget();
    departure_.end();
}

// What is asked of this machine is done once the Presence has told it all.
void Daemon::on_event(const mobility::Event& event) {
    moves_.add(event);
    if (const auto* asked = std::get_if<mobility::HomeAgentSwitchAsked>(&event);
        asked != nullptr && is_present()) {
        runtime::asio::post(loop_.context(), [this, home_agents = asked->home_agents] {
            if (is_present()) {  // still: somebody may have ordered something else
                switching_.on_sent_away(home_agents);
            }
        });
    }
    const auto report = [this](const mobility::Path& path) { return presence_->report(path); };
    if (const auto document = document_of(event, report)) {
        feed_.add(document->type, document->details);
    }
}

void Daemon::on_change() {
    if (is_present()) {
        told_.tell(presence_->status());
        switching_.follow(presence_->state(), configuration_.home_agent.is_discovered);
    }
}

Status Daemon::status() const {
    Status status =
        presence_ ? presence_->status() : status_without_presence(configuration_, mark().is_set());
    status.profile = source_.name_now(profile_);
    status.moves = moves_;
    status.lockdown = {.is_wanted = configuration_.lockdown,
                       .is_in_force = Lockdown::is_in_force()};
    const auto complaints = lockdown_.complaints();
    status.health.insert(status.health.end(), complaints.begin(), complaints.end());
    report_confinement(status, confinement_);
    if (!presence_ && switching_.is_searching()) {
        status.health.push_back("looking for a home agent of " +
                                home_prefix_of(configuration_).text());
    }
    if (comeback_.due()) {
        status.health.push_back("not up, though it shall be, which is tried again: " +
                                comeback_.reason());
    }
    return status;
}

std::optional<wire::Ipv6Address> Daemon::own_address(bool is_ipv4) const {
    if (!is_present()) {
        return std::nullopt;
    }
    return is_ipv4 ? presence_->ipv4_home_address()
                   : std::optional(configuration_.home_address.address);
}

Json Daemon::path() const {
    return way_object(presence_ ? presence_->status()
                                : status_without_presence(configuration_, mark().is_set()));
}

void run_daemon(ConfigurationSource source) {
    WantedConfiguration first = source.read();
    give_up_what_is_not_needed(first.configuration, source.file());
    Daemon(std::move(source), std::move(first)).run();
}

}  // namespace godwit::client

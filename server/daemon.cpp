#include "server/daemon.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "server/api/api.hpp"
#include "server/binding_news.hpp"
#include "server/client_rate_limits.hpp"
#include "server/client_service.hpp"
#include "server/clients/enrolled_clients.hpp"
#include "server/core/home_agent.hpp"
#include "server/daemon_parts.hpp"
#include "server/home_discovery.hpp"
#include "server/home_network.hpp"
#include "server/network_configuration.hpp"
#include "server/other_binding_reports.hpp"
#include "server/own_address.hpp"
#include "server/qr_code.hpp"
#include "server/shard_sockets.hpp"
#include "server/status.hpp"
#include "server/store/home_agent_store.hpp"
#include "server/tunnel_queues.hpp"
#include "shared/platform/attempt.hpp"
#include "shared/platform/interface_config.hpp"
#include "shared/platform/signalling_guard.hpp"
#include "shared/platform/signalling_socket.hpp"
#include "shared/runtime/clock.hpp"
#include "shared/runtime/confinement.hpp"
#include "shared/runtime/data_plane.hpp"
#include "shared/runtime/data_plane_drops.hpp"
#include "shared/runtime/event_log.hpp"
#include "shared/runtime/event_loop.hpp"
#include "shared/runtime/http_server.hpp"
#include "shared/runtime/log.hpp"
#include "shared/runtime/node_runner.hpp"
#include "shared/runtime/offload_survey.hpp"
#include "shared/runtime/offload_switches.hpp"
#include "shared/runtime/service_life.hpp"
#include "shared/runtime/table_upkeep.hpp"
#include "shared/security/home_agent_authenticator.hpp"

namespace godwit::server {
namespace {

constexpr std::uint32_t unmarked = 0;
// Many clients that move at once share the pages of the state file that are written: the more
// bindings one write had, the longer the next one waits.
constexpr std::chrono::milliseconds rest_for_each_written{1};
constexpr std::chrono::milliseconds longest_rest{250};

class Daemon final : public runtime::NodeObserver {
  public:
    explicit Daemon(const Configuration& configuration);

    void run();

    void on_event(const mobility::Event& event) override;
    void on_message_in(const wire::MobilityMessage& message) override {
        count(messages_in_, message);
    }
    void on_message_out(const wire::MobilityMessage& message) override {
        count(messages_out_, message);
    }
    void before_actions() override {}

  private:
    void ask_who_was_bound();
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;
    void on_deadline();
    void on_binding(const BindingNews& news);
    void remember(const wire::HomeAddress& home);
    void forget(const wire::HomeAddress& home);
    void write_bindings();
    [[nodiscard]] Status status() const;
    [[nodiscard]] std::vector<std::string> health() const;
    [[nodiscard]] std::string name_of(const wire::HomeAddress& home) const;
    [[nodiscard]] RateReport rates_of(const wire::HomeAddress& home) const;

    const Configuration& configuration_;
    runtime::Log log_;
    runtime::EventLoop loop_;
    HomeAgentStore store_;
    TunnelQueues tun_;
    platform::NetlinkSocket netlink_;
    runtime::OffloadSwitches offloads_;
    bool has_own_address_;  // of its own making: on the TUN interface
    EnrolledClients clients_;
    platform::SignallingGuard guard_;
    runtime::TableUpkeep guard_upkeep_;
    platform::SignallingSocket signalling_;
    ShardSockets sockets_;
    security::HomeAgentAuthenticator authenticator_;
    std::uint32_t restarts_;
    HomeAgent node_;
    runtime::DataPlane data_plane_;
    ClientRateLimits rate_limits_;
    runtime::NodeRunner runner_;
    std::optional<HomeNetwork> network_;
    std::optional<HomeDiscovery> discovery_;
    mobility::Instant next_write_;  // of bindings, at the soonest
    MessageCounts messages_in_;
    MessageCounts messages_out_;
    std::uint64_t endpoint_moves_ = 0;
    runtime::Confinement confinement_;
    Api api_;
    std::optional<ClientService> client_service_;
    runtime::HttpServer http_server_;
};

Daemon::Daemon(const Configuration& configuration)
    : configuration_(configuration),
      log_(configuration.log_level),
      store_(configuration.state_directory),
      tun_(configuration, has_networks(configuration) || store_.has_networks()),
      offloads_(
          runtime::find_offloads(configuration.offloads, netlink_, tun_.queues().front(), log_)),
      has_own_address_(ensure_own_address(netlink_, tun_.interface(), configuration.address)),
      clients_(clients_settings(configuration, tun_.shards(), store_, log_), store_,
               home_agent_keys(configuration, store_)),
      guard_("godwit_ha", {.local = {configuration.address.address}, .peers = {}}),
      guard_upkeep_("ip6 godwit_ha", loop_, log_, [this] { return guard_.put_back(); }),
      signalling_(unmarked),
      sockets_(configuration, tun_.open_others(), offloads_),
      authenticator_(credentials(configuration, clients_, tun_.shards()), store_, &clients_,
                     runtime::boot_now),
      restarts_(store_.count_restart()),
      node_(home_agent_settings(
          configuration, restarts_, clients_,
          [this](const wire::HomeAddress& home) { return network_->judge(home); })),
      data_plane_(sockets_.devices(tun_, offloads_), datapath::LookUpBy::inner_destination,
                  configuration.address, configuration.resend,
                  configuration.copy_dscp ? wire::OuterDscp::copied : wire::OuterDscp::zero,
                  tun_.steering()),
      rate_limits_(data_plane_, configuration.rates),
      runner_(runtime::Role::home_agent,
              {.node = node_,
               .home_agent = configuration.address,
               .authenticator = authenticator_,
               .socket = signalling_,
               .data_plane = data_plane_,
               .observer = *this,
               .log = log_},
              [this](const wire::Ipv6Address& address) {
                  return address == configuration_.address.address;
              }),
      api_(loop_, {.clients = clients_,
                   .status = [this] { return status(); },
                   .document = [](const Status& status) { return to_json(status); },
                   .health = [this] { return health(); },
                   .name_of = [this](const wire::HomeAddress& home) { return name_of(home); },
                   .qr_code = qr_svg,
                   .restarts = restarts_,
                   .send_away =
                       [this](const auto& homes, const SwitchOrder& order) {
                           return client_service_->send_away(homes, order);
                       }}),
      http_server_(loop_, api_.routes(), configuration.status_socket, http_network(configuration)) {
}

void Daemon::run() {
    // Of the interface that leads to all tunnels; what is too long for one the data plane refuses.
    platform::require("set the MTU of " + tun_.name(),
                      platform::change_mtu(netlink_, tun_.interface(), configuration_.path_mtu));
    network_.emplace(home_network_settings(configuration_, tun_.interface()), log_,
                     [this](const HomeAddressDisputed& dispute) {
                         api_.feed().publish_dispute(dispute.home, dispute.by_text());
                     });
    network_->join(loop_);
    discovery_.emplace(home_discovery_settings(configuration_, tun_.interface(), node_), log_);
    discovery_->join(loop_);
    network_->on_home_link(
        [this](mobility::InterfaceIndex interface) { discovery_->on_home_link(interface); });
    const std::vector<Client> clients = clients_.all();
    platform::require("say where mobile nodes may go", network_->apply_policies(clients));
    rate_limits_.apply(clients);
    runner_.join(loop_);
    loop_.on_deadline([this] { return next_deadline(); }, [this] { on_deadline(); });
    loop_.after_each_turn([this] {
        write_bindings();
        api_.on_turn();
    });
    client_service_.emplace(ClientService::Parts{.node = node_,
                                                 .authenticator = authenticator_,
                                                 .runner = runner_,
                                                 .store = store_,
                                                 .network = *network_,
                                                 .rate_limits = rate_limits_,
                                                 .feed = api_.feed(),
                                                 .log = log_});
    clients_.observe(*client_service_);
    log_.info("started", {{"address", configuration_.address},
                          {"home_prefix", configuration_.home_prefix},
                          {"mobile_nodes", configuration_.mobile_nodes.size()},
                          {"clients", clients_.joined().size()},
                          {"workers", tun_.shards().count()}});
    if (!tun_.shortfall().empty()) {
        log_.info("one-pair-of-workers", {{"reason", tun_.shortfall()}});
    }
    if (has_own_address_) {
        log_.info("address-on-tunnel", {{"address", configuration_.address}});
    }
    if (configuration_.allow_unprotected) {
        log_.warning("unprotected-mobile-nodes-allowed");
    }
    ask_who_was_bound();
    confinement_ = end_of_start(configuration_, log_);
    {
        const runtime::ServiceLife life(loop_);
        loop_.run();
    }
    log_.info("stopped");
}

// The wall clock, by which a key's time runs, may be set in between.
std::optional<mobility::Instant> Daemon::next_deadline() const {
    std::optional<mobility::Instant> key, write;
    if (const auto end_of_key = clients_.next_deadline()) {
        key = runtime::boot_now() + (*end_of_key - runtime::wall_now());
    }
    if (store_.unwritten_bindings() > 0) {
        write = next_write_;
    }
    return std::ranges::min(
        {node_.next_deadline(), key, write, discovery_->next_deadline(), network_->next_deadline()},
        {}, [](const auto& at) { return at.value_or(mobility::Instant::max()); });
}

void Daemon::on_deadline() {
    runner_.perform(node_.on_deadline(runtime::boot_now()));
    clients_.on_deadline(std::chrono::floor<std::chrono::seconds>(runtime::wall_now()));
    discovery_->on_deadline();
    network_->on_deadline();
}

void Daemon::ask_who_was_bound() {
    std::vector<LostBinding> lost;
    const auto now = std::chrono::floor<std::chrono::seconds>(runtime::wall_now());
    for (const StoredBinding& binding : store_.bindings(now)) {
        if (node_.mobile_nodes().find(binding.home) != nullptr) {
            network_->vouch_for(binding.home);
            lost.push_back(
                {.home = binding.home,
                 .path = {.encapsulation = binding.encapsulation,
                          .local = binding.local.is_unspecified() ? configuration_.address.address
                                                                  : binding.local,
                          .remote = binding.remote,
                          .local_port = binding.local_port,
                          .remote_port = binding.remote_port}});
        }
    }
    runner_.perform(node_.on_restart(runtime::boot_now(), lost));
}

void Daemon::on_event(const mobility::Event& event) {
    runtime::log_event(log_, event);
    api_.on_event(event);
    if (std::holds_alternative<mobility::EndpointMoved>(event)) {
        ++endpoint_moves_;
    }
    if (const auto news = binding_news(event)) {
        on_binding(*news);
    }
}

void Daemon::on_binding(const BindingNews& news) {
    if (news.what == BindingNews::What::begun) {
        const Binding* binding = node_.bindings().find(news.home, runtime::boot_now());
        network_->intercept(news.home, binding != nullptr && binding->is_router);
    }
    if (news.what == BindingNews::What::ended) {
        forget(news.home);
    } else {
        remember(news.home);
    }
    discovery_->on_binding(news);
}

void Daemon::remember(const wire::HomeAddress& home) {
    const mobility::Instant now = runtime::boot_now();
    if (const Binding* binding = node_.bindings().find(home, now)) {
        store_.put_binding({.home = home,
                            .care_of = binding->care_of,
                            .encapsulation = binding->path.encapsulation,
                            .remote = binding->path.remote,
                            .expires = std::chrono::floor<std::chrono::seconds>(
                                runtime::wall_now() + (binding->expires - now)),
                            .local = binding->path.local,
                            .local_port = binding->path.local_port,
                            .remote_port = binding->path.remote_port});
    }
}

void Daemon::forget(const wire::HomeAddress& home) {
    network_->release(home);
    store_.remove_binding(home);
}

void Daemon::write_bindings() {
    const auto count = static_cast<std::int64_t>(store_.unwritten_bindings());
    if (const mobility::Instant now = runtime::boot_now(); count > 0 && now >= next_write_) {
        store_.write_bindings();
        next_write_ =
            now + std::min<std::chrono::nanoseconds>(count * rest_for_each_written, longest_rest);
    }
}

RateReport Daemon::rates_of(const wire::HomeAddress& home) const {
    const datapath::RateLimits limits = data_plane_.limits(home);
    const runtime::DataPlane::Traffic over = data_plane_.over_limits(home);
    return {.up = limits.received,
            .down = limits.sent,
            .dropped_up = over.received.packets,
            .dropped_down = over.sent.packets};
}

Status Daemon::status() const {
    const mobility::Instant now = runtime::boot_now();
    Status status{.messages_in = messages_in_,
                  .messages_out = messages_out_,
                  .endpoint_moves = endpoint_moves_,
                  .offloads = offloads_.states(sockets_.udp()),
                  .confinement = confinement_now(confinement_),
                  .drops = runner_.drops(),
                  .health = health()};
    for (const auto& [home, binding] : node_.bindings()) {
        const MobileNodeRecord* owner = node_.mobile_nodes().find(home);
        if (!binding.is_valid || owner == nullptr || now >= binding.expires) {
            continue;
        }
        const runtime::DataPlane::Traffic traffic = data_plane_.traffic(home);
        status.bindings.push_back(
            {.name = owner->name,
             .home_address = home,
             .care_of_address = binding.care_of,
             .path = binding.path,
             .is_behind_nat = binding.is_behind_nat(),
             .is_proved = node_.path_checks().is_proved(binding),
             .ipv4_home_address = binding.ipv4,
             .mtu = node_.path_checks().mtu(binding),
             .lifetime = binding.granted,
             .remaining = std::chrono::floor<std::chrono::seconds>(binding.expires - now),
             .sequence = binding.sequence,
             .traffic = {.tx = traffic.sent, .rx = traffic.received},
             .binding_id = binding.binding_id,
             .others = reports_of(node_.other_bindings().of(home)),
             .rates = rates_of(home),
             .network_prefixes = binding.network_prefixes});
    }
    runtime::add_drops(status.drops, data_plane_);
    for (const runtime::DataPlane::Traffic& traffic : data_plane_.traffic_by_shard()) {
        status.workers.push_back({.tx = traffic.sent, .rx = traffic.received});
    }
    return status;
}

std::vector<std::string> Daemon::health() const {
    std::vector<std::string> health;
    if (configuration_.allow_unprotected) {
        health.emplace_back("mobile nodes without any protection are allowed");
    }
    if (configuration_.workers && !tun_.shortfall().empty()) {
        health.push_back(tun_.shortfall());
    }
    std::ranges::move(runtime::complaints(confinement_now(confinement_)),
                      std::back_inserter(health));
    std::ranges::move(guard_upkeep_.complaints(), std::back_inserter(health));
    std::ranges::move(clients_.health(), std::back_inserter(health));
    if (network_) {
        std::ranges::move(network_->health(), std::back_inserter(health));
    }
    if (const auto failure = store_.failure()) {
        health.push_back("the state directory cannot be written: " + failure.message());
    }
    return health;
}

std::string Daemon::name_of(const wire::HomeAddress& home) const {
    const MobileNodeRecord* node = node_.mobile_nodes().find(home);
    return node == nullptr ? "" : node->name;
}

}  // namespace

void run_daemon(const Configuration& configuration) {
    give_up_what_is_not_needed(configuration);
    Daemon(configuration).run();
}

}  // namespace godwit::server

#pragma once
// Which routers are on which link, by their advertisements and answers: RFC 6275 §11.5.1. It tells
// the home link (§11.5.5), and which addresses have lost the router that stood for them, where
// nobody took them away. A hint that a router may be gone (another is heard, it has missed its
// advertisements, the link had a break, the kernel cannot reach it) makes it ask that router at
// once.

#include <map>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "client/core/known_router.hpp"
#include "shared/mobility/attachment.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/neighbor_options.hpp"

namespace godwit::client {

struct SolicitRouters {
    mobility::InterfaceIndex interface;
    bool operator==(const SolicitRouters&) const = default;
};
struct ProbeRouter {  // by a unicast neighbor solicitation
    mobility::InterfaceIndex interface;
    wire::Ipv6Address router;
    wire::LinkLayerAddress link_layer{};
    bool operator==(const ProbeRouter&) const = default;
};
using RouterQuestion = std::variant<SolicitRouters, ProbeRouter>;
using RouterQuestions = std::vector<RouterQuestion>;  // to be asked now

struct ReplacedRouter {
    mobility::InterfaceIndex interface;
    wire::Ipv6Address router;
    std::optional<wire::LinkLayerAddress> link_layer{};
    bool operator==(const ReplacedRouter&) const = default;
};

struct LostPrefix {
    mobility::InterfaceIndex interface;
    wire::Prefix prefix;
    bool operator==(const LostPrefix&) const = default;
};

class RouterWatch {
  public:
    // `home_prefix`: what a router advertises on the home link; nothing: there is no home link.
    explicit RouterWatch(std::optional<wire::Prefix> home_prefix) : home_prefix_(home_prefix) {}

    [[nodiscard]] RouterQuestions on_router_heard(mobility::Instant now, const RouterHeard& heard);
    // It has answered a neighbor solicitation.
    void on_answer(mobility::Instant now, mobility::InterfaceIndex interface,
                   const wire::Ipv6Address& router);
    // The interface itself is gone.
    void on_link_gone(mobility::InterfaceIndex interface);
    // It has lost its link; what was heard on it holds no longer.
    void on_link_lost(mobility::InterfaceIndex interface);
    // It has one, perhaps the one that it had.
    [[nodiscard]] RouterQuestions on_link_up(mobility::Instant now,
                                             mobility::InterfaceIndex interface);
    // It has lost and regained it, too fast for anybody to have seen it.
    [[nodiscard]] RouterQuestions on_link_shaken(mobility::Instant now,
                                                 mobility::InterfaceIndex interface);
    // The kernel has tried to reach this neighbor, and could not.
    [[nodiscard]] RouterQuestions on_unreachable(mobility::Instant now,
                                                 mobility::InterfaceIndex interface,
                                                 const wire::Ipv6Address& neighbor);
    // A question could not be sent for want of an address; it waits until addresses have changed.
    void on_not_asked(const ProbeRouter& question);
    [[nodiscard]] RouterQuestions on_addresses(mobility::Instant now);
    [[nodiscard]] RouterQuestions on_deadline(mobility::Instant now);

    [[nodiscard]] std::optional<mobility::HomeLink> home_link(mobility::Instant now) const;
    // The routers that are not there any more while another one of their link is: nothing should be
    // sent through them.
    [[nodiscard]] std::vector<ReplacedRouter> replaced(mobility::Instant now) const;
    // What only those have advertised: its neighbors are not on that link any more.
    [[nodiscard]] std::vector<LostPrefix> lost_prefixes(mobility::Instant now) const;
    // The routers of this interface that advertise a prefix of this address are silent or
    // withdrawn, or there are others only: of an address that had none, others that advertise a
    // prefix like its own, unique local or not.
    [[nodiscard]] bool is_abandoned(mobility::Instant now, mobility::InterfaceIndex interface,
                                    const wire::Ipv6Address& address) const;
    // When an answer may change without anything being heard, or on_deadline() has something to do.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline(mobility::Instant now) const;

  private:
    using Routers = std::vector<KnownRouter>;  // the one heard last comes last

    std::span<KnownRouter> on(mobility::InterfaceIndex interface);
    [[nodiscard]] static bool has_default_router(mobility::Instant now, const Routers& routers);
    KnownRouter* find(mobility::InterfaceIndex interface, const wire::Ipv6Address& router);
    RouterQuestions due(mobility::Instant now, mobility::InterfaceIndex interface,
                        bool solicit = false);

    std::optional<wire::Prefix> home_prefix_;
    std::map<mobility::InterfaceIndex, Routers> links_;
};

}  // namespace godwit::client

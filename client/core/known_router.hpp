#pragma once
// One router of a link as its advertisements and answers show it, and how far it is still believed
// to be there. RFC 6275 §11.5.1: whatever speaks against it is a hint; a unicast neighbor
// solicitation to it decides. It goes to the link-layer address that the router had, past the
// neighbor cache (RFC 6059 §5.4), since another router elsewhere may have the same fe80::1.

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "shared/mobility/attachment.hpp"
#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/neighbor_options.hpp"

namespace godwit::client {

// What matters here of a router advertisement.
struct RouterHeard {
    struct AdvertisedPrefix {
        wire::Prefix prefix;
        std::chrono::seconds valid_for{};  // 0: no longer
    };
    mobility::InterfaceIndex interface;
    wire::Ipv6Address router;  // link-local
    std::vector<AdvertisedPrefix> prefixes{};
    std::uint32_t mtu = 1500;                             // of the interface, octets
    std::chrono::seconds default_for{};                   // router lifetime; 0: no default router
    std::optional<std::chrono::milliseconds> interval{};  // RFC 6275 §7.3
    std::optional<wire::LinkLayerAddress> link_layer{};
};

class KnownRouter {
  public:
    explicit KnownRouter(const wire::Ipv6Address& address) : address_(address) {}

    void on_heard(mobility::Instant now, const RouterHeard& heard);
    void on_answer(mobility::Instant now);
    // A hint that it may be gone: it is to be asked, unless it was just now.
    void doubt(mobility::Instant now);
    // Its link has lost and regained its carrier, too fast for anybody to have seen it.
    void on_link_shaken(mobility::Instant now);
    // `is_new`: that one was not there before.
    void on_another_heard(mobility::Instant now, bool is_new);
    void on_link_lost();
    void on_link_up(mobility::Instant now);

    // Whether it is to be asked now; it counts as asked then.
    [[nodiscard]] bool take_question(mobility::Instant now);
    // No address to ask from, as yet: the question waits for on_addresses().
    void on_not_asked();
    void on_addresses(mobility::Instant now);
    // It said at what intervals it would be heard, and was not.
    [[nodiscard]] bool has_missed(mobility::Instant now) const;
    // When has_missed(), take_question() or what it stands for may change.
    [[nodiscard]] std::optional<mobility::Instant> next_deadline(mobility::Instant now) const;

    [[nodiscard]] const wire::Ipv6Address& address() const { return address_; }
    [[nodiscard]] const std::optional<wire::LinkLayerAddress>& link_layer() const {
        return link_layer_;
    }
    [[nodiscard]] std::uint32_t mtu() const { return mtu_; }
    // Whether it is believed to be there.
    [[nodiscard]] bool stands() const;
    // It has been asked, and has not answered.
    [[nodiscard]] bool is_silent() const { return standing_ == Standing::silent; }
    [[nodiscard]] bool is_default(mobility::Instant now) const {
        return default_until_ && now < *default_until_;
    }
    // It was a default router, and is none any more.
    [[nodiscard]] bool is_withdrawn(mobility::Instant now) const;
    [[nodiscard]] unsigned asked() const { return asked_; }  // so many times since it was proven
    [[nodiscard]] bool advertises_any(mobility::Instant now) const;
    // One of the same kind, unique local (RFC 4193) or not, that may give an address in its place.
    [[nodiscard]] bool advertises_any_like(mobility::Instant now,
                                           const wire::Ipv6Address& address) const;
    // Now or before.
    [[nodiscard]] bool has_advertised_prefix_of(const wire::Ipv6Address& address) const;
    [[nodiscard]] bool advertises_prefix_of(mobility::Instant now,
                                            const wire::Ipv6Address& address) const;
    [[nodiscard]] bool advertises(mobility::Instant now, const wire::Prefix& prefix) const;
    [[nodiscard]] std::vector<wire::Prefix> advertised(mobility::Instant now) const;

  private:
    enum class Standing : std::uint8_t {
        proven,
        doubted,
        lost,    // with its link; or another router is there instead
        silent,  // it was asked in vain
    };
    struct Advertised {
        wire::Prefix prefix;
        mobility::Instant until;
    };

    [[nodiscard]] bool may_be_another(const RouterHeard& heard) const;
    void on_prefix(mobility::Instant now, const RouterHeard::AdvertisedPrefix& advertised);
    void prove(mobility::Instant now);
    void ask_from(mobility::Instant now);
    [[nodiscard]] mobility::Instant missed_at() const;

    wire::Ipv6Address address_;
    std::optional<wire::LinkLayerAddress> link_layer_;
    std::uint32_t mtu_ = 1500;
    std::vector<Advertised> prefixes_;  // those that have ended too; the one heard last comes last
    std::optional<mobility::Instant> default_until_;  // nothing: it never was a default router
    std::optional<std::chrono::nanoseconds> interval_;
    Standing standing_ = Standing::proven;
    bool was_link_shaken_ = false;  // since it was proven
    // Since it was heard: lost, silent or shaken. An answer alone does not tell on which link.
    bool may_have_moved_ = false;
    mobility::Instant proven_at_;
    std::optional<mobility::Instant> doubted_at_;
    unsigned asked_ = 0;
    std::optional<mobility::Instant> ask_at_;  // or give the verdict
    bool is_put_off_ = false;
};

}  // namespace godwit::client

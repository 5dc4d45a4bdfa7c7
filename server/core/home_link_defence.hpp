#pragma once
// What the home agent says on its home link for those who are away, and whom it lets have their
// addresses there, without any input or output. It answers Neighbor Solicitations for home
// addresses that are bound (RFC 6275 §10.4.1), announces each when it is bound, keeps newcomers
// from it (RFC 4862 §5.4), and finds out before the first binding whether somebody has it already
// (RFC 6275 §10.3.1).
//
// Of an address that is not bound it says nothing: the mobile node may be at home, or come there
// and look for duplicates of its own address (§11.5.5). It listens. Who looks for duplicates may
// have the address from then on, so it finds out again before the next binding; until somebody
// does, what is known to be free stays so, and no binding waits.

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/core/address_claim.hpp"
#include "server/core/neighbor_source.hpp"
#include "server/core/packets_a_second.hpp"

namespace godwit::server {

struct DefenceSettings {
    NeighborSource source{};
    unsigned probes = 1;  // DupAddrDetectTransmits (RFC 4862 §5.1); 0: nothing is found out
    std::chrono::nanoseconds retransmission = std::chrono::seconds(1);  // RetransTimer (RFC 4861)
};

// Somebody else wants a home address, or uses it.
struct HomeAddressDisputed {
    wire::HomeAddress home;
    wire::LinkLayerAddress by{};

    [[nodiscard]] std::string by_text() const;  // "02:00:00:00:00:02"
};

struct DefenceActions {
    std::vector<mobility::NeighborPacket> send;
    std::vector<wire::Ipv6Address> join;  // these groups; as often as they are left
    std::vector<wire::Ipv6Address> leave;
    std::vector<HomeAddressDisputed> disputed;
};

class HomeLinkDefence {
  public:
    static constexpr unsigned announcements = 3;  // MAX_NEIGHBOR_ADVERTISEMENT, RFC 4861 §10
    // Hosts ask once a second each: so many may ask for one address at once, and all for all.
    static constexpr unsigned max_answers_of_one = 20;  // a second
    static constexpr unsigned max_answers = 1000;       // a second
    // Two who are sure of themselves would go on for ever.
    static constexpr std::chrono::nanoseconds defence_interval = std::chrono::seconds(1);
    // How long an answer to duplicate address detection holds. A mobile node asks again after 1.5
    // s, 3 s and 6 s.
    static constexpr std::chrono::nanoseconds verdict_lifetime = std::chrono::seconds(15);
    static constexpr std::chrono::nanoseconds dispute_lifetime = std::chrono::minutes(1);
    // Between the packets for one address and the next, where there are many.
    static constexpr std::chrono::nanoseconds spacing = std::chrono::milliseconds(1);

    explicit HomeLinkDefence(DefenceSettings settings)
        : settings_(settings), sources_(settings.source) {}

    // This machine's place on the link. Those bound are announced again if it is another.
    [[nodiscard]] DefenceActions on_place(mobility::Instant now, const OwnPlace& own);
    // The link was gone, and is back: who is there may have forgotten what was announced, or be new
    // and have an address that nobody kept for its mobile node meanwhile.
    void on_link_back(mobility::Instant now);

    // An address has been given to somebody, or belongs to nobody any more.
    [[nodiscard]] DefenceActions allocate(mobility::Instant now, const wire::HomeAddress& home);
    [[nodiscard]] DefenceActions deallocate(const wire::HomeAddress& home);
    // One that has been allocated was bound when this home agent last ran, so it is nobody else's.
    void vouch_for(const wire::HomeAddress& home);

    // Before it is bound. Where this is not known yet, it begins to find out.
    struct Judgement {
        AddressClaim claim{};
        DefenceActions actions;
    };
    [[nodiscard]] Judgement judge(mobility::Instant now, const wire::HomeAddress& home);
    // `is_router`: it has a network behind it, and is called a router (RFC 3963 §6.2).
    [[nodiscard]] DefenceActions bind(mobility::Instant now, const wire::HomeAddress& home,
                                      bool is_router = false);
    [[nodiscard]] DefenceActions release(const wire::HomeAddress& home);

    [[nodiscard]] DefenceActions on_packet(mobility::Instant now,
                                           const mobility::NeighborPacket& packet);
    [[nodiscard]] DefenceActions on_deadline(mobility::Instant now);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const;

    // Those that somebody else wanted within the last minute.
    [[nodiscard]] std::vector<wire::HomeAddress> disputed(mobility::Instant now) const;

  private:
    enum class Finding : std::uint8_t { unknown, probing, free, taken };
    struct Entry {
        bool is_allocated = false;
        bool is_bound = false;
        bool is_router = false;  // while it is bound
        Finding finding = Finding::unknown;
        bool is_awaited = false;  // a binding update asked
        unsigned probes_sent = 0;
        unsigned announcements_left = 0;
        std::optional<mobility::Instant> due{};
        std::optional<mobility::Instant> defended{};
        std::optional<mobility::Instant> disputed{};
        PacketsASecond answers{};
    };
    using Entries = std::unordered_map<wire::HomeAddress, Entry>;

    Entry& entry(const wire::HomeAddress& home, DefenceActions& actions);
    void drop_if_idle(const wire::HomeAddress& home, DefenceActions& actions);
    void schedule(const wire::HomeAddress& home, Entry& entry,
                  std::optional<mobility::Instant> due);
    void announce_again(mobility::Instant now);
    void find_out_in_time(mobility::Instant now, const wire::HomeAddress& home, Entry& entry);
    void begin_probing(mobility::Instant at, const wire::HomeAddress& home, Entry& entry);
    void probe(mobility::Instant now, const wire::HomeAddress& home, Entry& entry,
               DefenceActions& actions);
    void on_due(mobility::Instant now, const wire::HomeAddress& home, DefenceActions& actions);
    void on_solicitation(mobility::Instant now, const mobility::NeighborPacket& packet,
                         const wire::HomeAddress& home, Entry& entry, DefenceActions& actions);
    void on_claim(mobility::Instant now, const mobility::NeighborPacket& packet,
                  const wire::HomeAddress& home, Entry& entry, DefenceActions& actions);
    void answer(mobility::Instant now, const mobility::NeighborPacket& packet,
                const wire::HomeAddress& home, Entry& entry, DefenceActions& actions);
    void announce(const wire::HomeAddress& home, const Entry& entry, unsigned number,
                  DefenceActions& actions) const;

    DefenceSettings settings_;
    NeighborSourceChoice sources_;
    std::optional<OwnPlace> own_;
    Entries entries_;
    std::set<std::pair<mobility::Instant, wire::HomeAddress>> deadlines_;
    PacketsASecond answers_;
    mobility::Instant last_start_{};  // of finding out about one of many
};

}  // namespace godwit::server

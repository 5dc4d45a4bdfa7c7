#pragma once
// The bindings of a home address beside the one in use (RFC 5648), and what is found out about them
// by heartbeats: whether the mobile node is there, before any data is copied to it, and which
// endpoint a NAT has moved. A home address with one binding costs nothing here.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/core/binding_cache.hpp"
#include "server/core/care_of_proof.hpp"
#include "server/core/endpoint_inquiry.hpp"
#include "server/core/home_deadlines.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::server {

// The lower, the better. 0 is of one who knows RFC 5648 only (RFC 6089 §5.2.1): behind all others.
constexpr unsigned rank(std::uint8_t priority) {
    constexpr unsigned behind_all = 128;
    return priority == 0 ? behind_all : priority;
}

struct OtherBinding {
    std::uint16_t id = 0;       // BID
    std::uint8_t priority = 0;  // BID-PRI
    Whereabouts place;
    wire::Lifetime granted{};
    mobility::Instant expires;
    std::unique_ptr<CareOfProof> proof{};  // until the mobile node has answered from there

    [[nodiscard]] bool is_proved() const { return proof == nullptr; }
};

class OtherBindings {
  public:
    // Beside the one in use. More links at a time than a laptop or a telephone has; each costs the
    // home agent memory, and may have heartbeats sent to wherever it says that it is.
    static constexpr std::size_t max = 4;

    explicit OtherBindings(CareOfProof::Random random) : random_(std::move(random)) {}

    // The newest registration last.
    [[nodiscard]] std::span<const OtherBinding> of(const wire::HomeAddress& home) const;
    [[nodiscard]] const OtherBinding* find(const wire::HomeAddress& home, std::uint16_t id) const;
    // Whether one of them has its endpoint there.
    [[nodiscard]] bool has_path(const wire::HomeAddress& home, mobility::Path path) const;
    // The one with the best priority, of several the newest, that has not expired and that
    // may_serve(OtherBinding); nullptr without any.
    template <class MayServe>
    [[nodiscard]] const OtherBinding* best(mobility::Instant now, const wire::HomeAddress& home,
                                           MayServe&& may_serve) const {
        const OtherBinding* best = nullptr;
        for (const OtherBinding& binding : of(home)) {
            if (now < binding.expires && may_serve(binding) &&
                (best == nullptr || rank(binding.priority) <= rank(best->priority))) {
                best = &binding;
            }
        }
        return best;
    }

    // A binding has been registered, so it is the newest. It has to prove where it is, unless it
    // has already (`is_proved`), or the one before under its number has.
    void put(mobility::Instant now, const wire::HomeAddress& home, OtherBinding binding,
             bool is_proved);
    std::optional<OtherBinding> take(const wire::HomeAddress& home, std::uint16_t id);
    // A NAT has moved it, and it has answered from there; nullptr if none is there.
    const OtherBinding* move(const wire::HomeAddress& home, const EndpointInquiry::Move& move);
    void forget(const wire::HomeAddress& home);
    // None of them lasts any longer than until then.
    void end_by(const wire::HomeAddress& home, mobility::Instant latest);

    // `binding` is the one in use: heartbeats go through its tunnel, whatever path they take.
    void ask(mobility::Instant now, const Binding& binding, mobility::Actions& actions);
    // A heartbeat request has come along this path.
    void on_request(mobility::Instant now, const Binding& binding, mobility::Path path,
                    mobility::Actions& actions);
    // A heartbeat response. Whether it answers a request of these; the binding that it proves.
    struct Answered {
        bool is_ours = false;
        const OtherBinding* proved = nullptr;
    };
    Answered on_answer(mobility::Instant now, const wire::HomeAddress& home, std::uint32_t number);
    // A sealed packet came from where no binding has its endpoint.
    void on_stranger(mobility::Instant now, const Binding& binding, const mobility::Path& stranger,
                     std::span<const mobility::Path> known, mobility::Actions& actions);

    [[nodiscard]] std::size_t size() const { return entries_.size(); }  // home addresses
    [[nodiscard]] std::optional<wire::HomeAddress> due(mobility::Instant now) const {
        return deadlines_.due(now);
    }
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return deadlines_.next();
    }
    // Those that have expired are gone.
    struct Due {
        std::vector<OtherBinding> expired;
        std::vector<EndpointInquiry::Move> moves;
    };
    [[nodiscard]] Due on_deadline(mobility::Instant now, const Binding& binding,
                                  mobility::Actions& actions);

  private:
    struct Entry {
        std::vector<OtherBinding> bindings;
        std::unique_ptr<EndpointInquiry> inquiry;
    };

    void schedule(const wire::HomeAddress& home);

    CareOfProof::Random random_;
    std::unordered_map<wire::HomeAddress, Entry> entries_;
    HomeDeadlines deadlines_;
};

}  // namespace godwit::server

#pragma once
// A network in virtual time: packets take a while, get lost, come twice or overtake each other, as
// a seeded generator decides. Addresses can be reached only while somebody is attached with them.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "shared/mobility/instant.hpp"
#include "shared/wire/address.hpp"
#include "shared/wire/bytes.hpp"
#include "tests/simulation/nat.hpp"
#include "tests/simulation/story.hpp"

namespace godwit::simulation {

using namespace std::chrono_literals;

struct Conditions {
    std::chrono::nanoseconds latency = 20ms;
    std::chrono::nanoseconds jitter{};  // at most; more than the packets' distance reorders them
    double loss = 0;                    // probabilities
    double duplication = 0;
};

class VirtualNetwork {
  public:
    using Deliver = std::function<void(const wire::Bytes& packet)>;
    using Wish = std::function<bool(const wire::Bytes& packet)>;

    explicit VirtualNetwork(std::uint32_t seed) : random_(seed) {}

    Conditions conditions;
    Story story;

    void attach(const wire::Ipv6Address& address, std::string name, Deliver deliver) {
        hosts_[address] = {std::move(name), std::move(deliver)};
    }
    void detach(const wire::Ipv6Address& address) { hosts_.erase(address); }
    [[nodiscard]] bool is_attached(const wire::Ipv6Address& address) const {
        return hosts_.contains(address);
    }
    // Who is attached with an address of this prefix is behind a NAT, which has that address.
    Nat& put_behind_nat(const wire::Prefix& inside, const wire::Ipv6Address& outside) {
        return nats_.emplace_back(inside, outside, Nat(outside)).nat;
    }

    // From one of the attached, who may have left when it arrives.
    void send(const std::string& from, wire::Bytes packet, const std::string& text);
    // Packets for which this holds are lost, from now on; nullptr ends it.
    void lose_where(Wish wish) { lose_ = std::move(wish); }
    // Packets for which this holds take so much longer, from now on; nullptr ends it.
    void delay_where(Wish wish, std::chrono::nanoseconds by = {}) {
        delay_ = std::move(wish);
        delay_by_ = by;
    }
    // Sees every packet that is sent, lost ones too.
    void watch(std::function<void(const wire::Bytes&)> watcher) { watcher_ = std::move(watcher); }

    void at(mobility::Instant when, std::function<void()> what) {
        agenda_.push_back({when, ++order_, std::move(what)});
        std::ranges::push_heap(agenda_, std::greater{});
    }

    [[nodiscard]] mobility::Instant now() const { return now_; }
    // Runs what is due up to `until`, and leaves the clock there.
    void run_until(mobility::Instant until);
    void run_for(std::chrono::nanoseconds time) { run_until(now_ + time); }

    std::mt19937& random() { return random_; }
    bool chance(double probability) {
        return std::uniform_real_distribution<>(0, 1)(random_) < probability;
    }

  private:
    struct Host {
        std::string name;
        Deliver deliver;
    };
    struct Appointment {
        mobility::Instant when;
        std::uint64_t order = 0;
        std::function<void()> what;
        bool operator>(const Appointment& other) const {
            return std::pair(when, order) > std::pair(other.when, other.order);
        }
    };

    struct NatOnThePath {
        NatOnThePath(const wire::Prefix& within, const wire::Ipv6Address& with, Nat by)
            : inside(within), outside(with), nat(std::move(by)) {}
        wire::Prefix inside;
        wire::Ipv6Address outside;
        Nat nat;
    };

    [[nodiscard]] wire::Bytes leave(wire::Bytes packet);
    // Empty: nobody gets it.
    [[nodiscard]] wire::Bytes arrive(const wire::Bytes& packet) const;
    static void record(const wire::Bytes& packet);
    void carry(const std::string& from, const wire::Bytes& packet, const std::string& text);

    std::mt19937 random_;
    mobility::Instant now_{};
    std::uint64_t order_ = 0;
    std::map<wire::Ipv6Address, Host> hosts_;
    std::list<NatOnThePath> nats_;
    Wish lose_;
    Wish delay_;
    std::chrono::nanoseconds delay_by_{};
    std::function<void(const wire::Bytes&)> watcher_;
    std::vector<Appointment> agenda_;  // a heap, the next one in front
};

}  // namespace godwit::simulation

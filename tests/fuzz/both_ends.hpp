#pragma once
// A mobile node, its home agent, and a network that does with each packet what somebody wants; and
// what must hold after each step of it, whoever took it.

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "tests/fuzz/thief.hpp"
#include "tests/simulation/hosts.hpp"

namespace godwit::fuzz {

class BothEnds {
  public:
    BothEnds();

    // Packets that were sent and have not arrived; the oldest is number 0. A number that there is
    // not means another one.
    static constexpr std::size_t newest = static_cast<std::size_t>(-1);
    enum class Fate : std::uint8_t { delivered, delivered_and_kept, lost };
    void decide(std::size_t number, Fate fate);
    // It arrives with other octets than it had, though with a checksum and a mac1 that are right if
    // `completed`, and again as it was later.
    void corrupt(std::size_t number, std::size_t at, std::uint8_t by, bool completed);
    // Sealed in UDP, it comes from another port: a NAT has changed its mind.
    void divert(std::size_t number);
    void pass(std::chrono::nanoseconds time);

    enum class Place : std::uint8_t { a, b, a_in_udp, dual, ipv4, both, home, nowhere };
    void go_to(Place place);
    void sleep();
    void wake();
    void restart_mobile_node();
    void restart_home_agent();
    void revoke(wire::RevocationTrigger trigger);
    void dismiss_thief();
    void admit_thief();
    void send_data(bool to_home_agent);

    // Something that nobody has proved, to either end.
    void hint(wire::BytesView mobility_header, bool to_home_agent, bool in_udp);
    // The thief speaks, or sends through its tunnel.
    void hear_thief(Input& input, bool through_tunnel);

  private:
    struct Flying {
        wire::Bytes packet;
        std::size_t update = 0;  // which of the mobile node's binding updates; 0: none
    };
    // All that says where the home address' packets go.
    struct Seen {
        bool is_bound = false;
        std::optional<wire::SequenceNumber> sequence;
        wire::CareOfAddress care_of;
        mobility::Instant expires;
        std::string all;  // the rest too, as text
    };
    enum class Mover : std::uint8_t { nobody, time, newest_update, sealed_packet };

    void capture(const wire::Bytes& packet);
    [[nodiscard]] Seen seen_by_home_agent(const wire::HomeAddress& home);
    [[nodiscard]] std::string believed_by_mobile_node();
    [[nodiscard]] bool is_for_home_agent(const simulation::Frame& frame) const;
    void arrive(const Flying& flying);
    // Carries out a step in which nothing but `mover` may move the binding.
    template <class Step>
    void take(Mover mover, Step step, std::size_t update = 0);
    // Carries out a step that must change nothing at either end.
    template <class Step>
    void take_in_vain(Step step);
    void check_move(const Seen& before, const Seen& after, Mover mover, std::size_t update);
    void check_rest();

    inline static const wire::Ipv6Address ipv4_of_home_agent = test::ip("::ffff:203.0.113.2");

    simulation::VirtualNetwork network_{1};
    simulation::SimulatedHomeAgent home_agent_;
    simulation::SimulatedMobileNode mobile_node_;
    Thief thief_;
    std::deque<Flying> flying_;
    std::set<wire::Ipv6Address> places_;  // where the mobile node has been
    std::size_t updates_ = 0;             // of the mobile node, that were ever sent
    std::size_t newest_taken_ = 0;
    bool is_asleep_ = false;
    bool is_thief_known_ = true;
};

}  // namespace godwit::fuzz

#pragma once
// The order in which packets that wait leave: FQ-CoDel (RFC 8290), and fair between hosts too, as
// CAKE is. Each flow has a queue of its own, which may send so many octets when its turn comes;
// flows that have just begun to need one come first. So a packet of a sparse flow waits for no
// other's bulk, and nobody gains by having many flows.
//
// It knows packets by their lengths and places alone: whoever has their octets asks it. It reads no
// clock, and after its construction allocates nothing.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "shared/datapath/codel.hpp"
#include "shared/datapath/flow_hash.hpp"
#include "shared/mobility/instant.hpp"

namespace godwit::datapath {

class FlowQueue {
  public:
    static constexpr std::size_t max_packets = 640;
    // Octets that a flow may send in its turn, divided by how many flows its host has in the queue:
    // a quarter of the longest packet, so that one of 64 KiB is paid for in four rounds and a dozen
    // packets of 1400 octets still count as sparse.
    static constexpr std::int32_t quantum = 16'384;

    struct Packet {
        FlowIdentity of;
        std::size_t octets = 0;
        std::size_t room = 1;  // what it takes of the memory, in whatever unit
    };
    struct Departure {
        std::size_t place = 0;
        // RFC 8289: its flow is to be told to slow down, by a mark in it or by what is lost of it.
        bool tells = false;
    };

    FlowQueue();

    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::size_t size() const { return size_; }  // packets

    // Behind all others of its flow. `place` is any number below max_packets that no other packet
    // here has; `now` never goes back.
    void push(mobility::Instant now, std::size_t place, const Packet& packet);
    // Whose turn it is. Nothing if the queue is empty, or if that one has more octets than `most`:
    // then it stays whose turn it is, unless something more urgent comes.
    [[nodiscard]] std::optional<Departure> pop(mobility::Instant now,
                                               std::size_t most = any_length);
    // To make room: takes the oldest packet of the flow that takes the most (RFC 8290 §4.1). Not
    // if it is empty.
    [[nodiscard]] std::size_t drop();

  private:
    static constexpr std::size_t any_length = SIZE_MAX;
    // Flows are told apart in sets, as in a processor's cache: that nine of one set wait at the
    // same time hardly happens.
    static constexpr std::size_t ways = 8;
    static constexpr std::size_t max_flows = 1'024;
    // After so many packets of fresh flows one of the others has its turn, whoever keeps beginning
    // flows: as RFC 8290 has it they would starve the others.
    static constexpr std::size_t max_in_a_row = 64;
    using Index = std::uint16_t;  // of a place or a flow
    static constexpr Index none = UINT16_MAX;

    struct Waiting {
        mobility::Instant since;
        std::uint32_t octets = 0;
        std::uint16_t room = 0;
        Index next = none;  // of the same flow
    };
    struct Host {
        std::uint32_t tag = 0;
        std::uint32_t flows = 0;  // that have their turn to come

        [[nodiscard]] bool is_idle() const { return flows == 0; }
    };
    struct Flow {
        std::uint32_t tag = 0;
        bool is_idle = true;  // in neither list
        // Has others' packets too, for want of room in its set, until it is idle: so that no flow
        // is in two places.
        bool is_shared = false;
        Index next = none;  // in its list
        Index first = none;
        Index last = none;
        Index host = 0;
        std::int32_t deficit = 0;  // octets that it may send in its turn; at most 0: it is over
        std::uint32_t room = 0;    // of all its packets
        std::size_t octets = 0;    // likewise
        Codel codel{};
    };
    // Of flows, by the order of their turns.
    struct List {
        Index first = none;
        Index last = none;
    };

    [[nodiscard]] Index flow_of(std::uint32_t tag);
    [[nodiscard]] Index host_of(std::uint32_t tag);
    void begin(Index index, std::uint32_t host);
    [[nodiscard]] std::int32_t share_of(const Flow& flow) const;
    // The flow whose turn it is, which has packets.
    [[nodiscard]] Flow& next_flow();
    [[nodiscard]] List& next_list();
    // The first flow of the list has nothing to send.
    void leave(List& list);
    void append(List& list, Index index);
    [[nodiscard]] Index take_first(List& list);
    [[nodiscard]] Flow& flow_at(Index index) { return (*flows_)[index]; }
    [[nodiscard]] Index fattest();
    [[nodiscard]] Index take_oldest(Flow& flow);

    std::array<Waiting, max_packets> waiting_;  // by place
    std::unique_ptr<std::array<Flow, max_flows>> flows_;
    std::array<Host, max_flows> hosts_{};
    List fresh_;  // that have not used up their first turn
    List others_;
    std::size_t in_a_row_ = 0;  // packets of fresh flows
    std::size_t size_ = 0;
};

}  // namespace godwit::datapath

#pragma once
// What is remembered of each move that a binding update has made: when the first packet came in
// along the new path, and what became of those that the move had cost. Told once, when both are
// known, or after a while.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "server/core/deadline_heap.hpp"
#include "shared/mobility/node.hpp"

namespace godwit::server {

class BindingMoves {
  public:
    static constexpr std::chrono::milliseconds told_after{500};  // at the latest

    // `waits_for_resent`: packets may be sent again, of which on_resent() tells. Of a move that has
    // not been told of yet, it is told now.
    void begin(mobility::Instant now, const mobility::BindingMoved& moved, bool waits_for_resent,
               mobility::Actions& actions);
    void on_received(mobility::Instant now, const wire::HomeAddress& home,
                     mobility::Actions& actions);
    // Whether it is of a move that has yet to be told of.
    bool on_resent(const mobility::ResentNotice& notice, mobility::Actions& actions);
    void on_deadline(mobility::Instant now, mobility::Actions& actions);
    [[nodiscard]] std::optional<mobility::Instant> next_deadline() const {
        return deadlines_.next();
    }

    [[nodiscard]] std::size_t size() const { return moves_.size(); }  // home addresses

  private:
    struct Move {
        mobility::Instant began;
        mobility::BindingMoveRecorded record;
        bool waits_for_resent = false;
        HeapPlace heap_place;
    };
    using Moves = std::unordered_map<wire::HomeAddress, Move>;

    void tell_if_complete(Moves::iterator move, mobility::Actions& actions);
    void tell(Moves::iterator move, mobility::Actions& actions);

    Moves moves_;
    DeadlineHeap<Move> deadlines_;
};

}  // namespace godwit::server

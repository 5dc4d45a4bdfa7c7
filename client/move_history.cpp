#include "client/move_history.hpp"

#include <variant>

namespace godwit::client {

void MoveHistory::add(const mobility::Event& event) {
    if (const auto* handover = std::get_if<mobility::HandoverCompleted>(&event)) {
        ++handovers;
        last = HandoverReport{.from = handover->from,
                              .to = handover->to,
                              .cause = handover->cause,
                              .gap = handover->gap};
    } else if (const auto* record = std::get_if<mobility::HandoverRecorded>(&event)) {
        log.add(*record);
    }
}

}  // namespace godwit::client

#include "shared/wire/flow_binding_status.hpp"

namespace godwit::wire {

std::string name(FlowBindingStatus status) {
    switch (status) {
        case FlowBindingStatus::accepted:
            return "accepted";
        case FlowBindingStatus::administratively_prohibited:
            return "administratively-prohibited";
        case FlowBindingStatus::reason_unspecified:
            return "reason-unspecified";
        case FlowBindingStatus::malformed:
            return "malformed";
        case FlowBindingStatus::binding_not_found:
            return "binding-not-found";
        case FlowBindingStatus::flow_not_found:
            return "flow-not-found";
        case FlowBindingStatus::selector_format_not_supported:
            return "selector-format-not-supported";
    }
    return "status-" + std::to_string(static_cast<unsigned>(status));
}

}  // namespace godwit::wire

#include "shared/datapath/drop_reason.hpp"

namespace godwit::datapath {

std::string_view name(DropReason reason) {
    switch (reason) {
        using enum DropReason;
        case malformed:
            return "malformed";
        case not_ip:
            return "not-ip";
        case ipv4_options:
            return "ipv4-options";
        case too_big:
            return "too-big";
        case not_tunnelled:
            return "not-tunnelled";
        case encapsulation_limit:
            return "encapsulation-limit";
        case no_binding:
            return "no-binding";
        case rate_limit:
            return "rate-limit";
        case unknown_payload:
            return "unknown-payload";
        case nat_keepalive:
            return "nat-keepalive";
        case unknown_spi:
            return "unknown-spi";
        case replayed:
            return "replayed";
        case bad_tag:
            return "bad-tag";
        case inner_address:
            return "inner-address";
        case outer_source:
            return "outer-source";
        case congestion:
            return "congestion";
        case signalling_overflow:
            return "signalling-overflow";
        case not_deliverable:
            return "not-deliverable";
        case held:
            return "held";
        case exhausted:
            return "exhausted";
        case no_route:
            return "no-route";
        case no_source:
            return "no-source";
        case overload:
            return "overload";
        case queue_full:
            return "queue-full";
        case not_permitted:
            return "not-permitted";
        case not_sent:
            return "not-sent";
    }
    return "unknown";
}

DropReason reason_of(std::error_code refusal) {
    if (refusal == std::errc::network_unreachable || refusal == std::errc::host_unreachable ||
        refusal == std::errc::network_down) {
        return DropReason::no_route;
    }
    // Linux calls a source address that is not, or no longer, ours an invalid argument.
    if (refusal == std::errc::address_not_available || refusal == std::errc::invalid_argument ||
        refusal == std::errc::no_such_device) {
        return DropReason::no_source;
    }
    if (refusal == std::errc::no_buffer_space || refusal == std::errc::operation_would_block) {
        return DropReason::queue_full;
    }
    if (refusal == std::errc::operation_not_permitted || refusal == std::errc::permission_denied) {
        return DropReason::not_permitted;
    }
    return refusal == std::errc::message_size ? DropReason::too_big : DropReason::not_sent;
}

}  // namespace godwit::datapath

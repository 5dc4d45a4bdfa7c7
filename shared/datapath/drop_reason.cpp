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

}  // namespace godwit::datapath

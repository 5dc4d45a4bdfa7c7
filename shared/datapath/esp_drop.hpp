#pragma once
// How the data plane counts what the sealed tunnel refuses.

#include "shared/datapath/drop_reason.hpp"
#include "shared/security/esp.hpp"

namespace godwit::datapath {

constexpr DropReason drop_reason(security::EspError error) {
    switch (error) {
        using enum security::EspError;
        case exhausted:
            return DropReason::exhausted;
        case unknown_spi:
            return DropReason::unknown_spi;
        case replayed:
            return DropReason::replayed;
        case bad_tag:
            return DropReason::bad_tag;
        case bad_protocol:
            return DropReason::not_ip;
        case bad_length:
        case bad_padding:
            break;
    }
    return DropReason::malformed;
}

}  // namespace godwit::datapath

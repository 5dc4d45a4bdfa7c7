#include "shared/security/enrolment.hpp"

#include <string_view>

namespace godwit::security {

Mac join_proof(const PresharedKey& secret, const PublicKey& joiner, const Tai64n& time) {
    constexpr std::string_view label = "godwit join";
    const wire::Bytes start(label.begin(), label.end());
    return keyed_mac(secret.octets(), {start, joiner.octets, time.octets});
}

}  // namespace godwit::security

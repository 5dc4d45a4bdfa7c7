#include "shared/security/suite.hpp"

#include <sodium.h>

#include "shared/security/secret.hpp"

namespace godwit::security {

std::string_view name(Suite suite) {
    switch (suite) {
        case Suite::aes_256_gcm:
            return "aes-256-gcm";
        case Suite::chacha20_poly1305:
            return "chacha20-poly1305";
    }
    return "unknown";
}

SuiteSet SuiteSet::of_this_machine() {
    initialise();  // finds out what the processor can do
    const SuiteSet portable = SuiteSet().with(Suite::chacha20_poly1305);
    return crypto_aead_aes256gcm_is_available() != 0 ? portable.with(Suite::aes_256_gcm) : portable;
}

std::optional<Suite> SuiteSet::best() const {
    for (const Suite suite : {Suite::aes_256_gcm, Suite::chacha20_poly1305}) {
        if (contains(suite)) {
            return suite;
        }
    }
    return std::nullopt;
}

}  // namespace godwit::security

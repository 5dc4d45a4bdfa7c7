#include "shared/security/random.hpp"

#include <sodium.h>

namespace godwit::security {

std::uint32_t random_number() {
    return randombytes_random();
}

}  // namespace godwit::security

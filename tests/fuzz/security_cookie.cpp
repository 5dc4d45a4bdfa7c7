// The data of an Experimental Mobility Header as a mobile node that waits for an answer hears it: a
// cookie reply or nothing, and never one that opens.

#include "shared/security/cookie.hpp"
#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace godwit;
    static const security::CookieKey key{security::PublicKey{}};
    const wire::ExperimentalMessage message{wire::Bytes(data, data + size)};
    if (const auto reply = security::CookieReply::parse(message)) {
        fuzz::require(reply->message() == message);
        fuzz::require(!key.open(*reply, security::Mac{}));
    }
    return 0;
}

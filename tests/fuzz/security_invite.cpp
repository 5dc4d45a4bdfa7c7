// A line that somebody pasted. Whatever can be read can be written, and reads the same again.

#include <string>
#include <string_view>

#include "shared/security/invite.hpp"
#include "tests/fuzz/require.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using godwit::security::Invite;
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    if (const auto invite = Invite::parse(line)) {
        const std::string text = invite->text();
        const auto again = Invite::parse(text);
        godwit::fuzz::require(again && again->text() == text);
        godwit::fuzz::require(text.size() <= Invite::max_text);
    }
    return 0;
}

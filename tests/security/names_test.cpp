// What the log and the status call things by: scripts look for these words.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "shared/security/esp.hpp"
#include "shared/security/invite.hpp"
#include "shared/security/rejection.hpp"
#include "shared/security/suite.hpp"

namespace godwit::security {
namespace {

// Each has a name of its own, in small letters with hyphens; behind the last there is none.
template <class Reason>
void expect_names(Reason first, Reason last, const auto& name_of) {
    std::set<std::string> names;
    const auto begin = static_cast<unsigned>(first);
    const auto end = static_cast<unsigned>(last) + 1;
    for (unsigned number = begin; number < end; ++number) {
        const std::string name(name_of(static_cast<Reason>(number)));
        EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"),
                  std::string::npos)
            << name;
        EXPECT_NE(name, "unknown") << number;
        names.insert(name);
    }
    EXPECT_EQ(names.size(), end - begin);
    EXPECT_EQ(name_of(static_cast<Reason>(end)), "unknown");
}

TEST(SecurityNames, AreOnesOwn) {
    const auto its_own = [](auto reason) { return name(reason); };
    expect_names(EspError::exhausted, EspError::bad_protocol, its_own);
    expect_names(SealError::wrong_role, SealError::too_long, its_own);
    expect_names(InviteError::not_an_invite, InviteError::newer_version, its_own);
    expect_names(Suite::aes_256_gcm, Suite::chacha20_poly1305, its_own);
    expect_names(RejectionReason::malformed, RejectionReason::not_expected,
                 [](RejectionReason reason) { return name(Rejection{.reason = reason}); });
}

TEST(SecurityNames, AreTheParsersWhereTheOctetsAreMalformed) {
    EXPECT_EQ(name(Rejection{.reason = RejectionReason::malformed,
                             .parse_error = wire::ParseError::bad_checksum}),
              wire::name(wire::ParseError::bad_checksum));
}

}  // namespace
}  // namespace godwit::security

#include "shared/security/secret.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>
#include <thread>
#include <vector>

#include "shared/security/api_token.hpp"
#include "shared/security/cookie.hpp"
#include "shared/security/handshake_payload.hpp"
#include "shared/security/invite.hpp"
#include "shared/security/noise_symmetric_state.hpp"
#include "shared/security/session_keys.hpp"

namespace godwit::security {
namespace {

using testing::Each;

using Octets = std::array<std::uint8_t, 32>;

// Nothing that holds a secret can be compared by a slip: is_equal() is the only way.
template <class Type>
concept Comparable = requires(const Type& one, const Type& other) { one == other; } ||
                     requires(const Type& one, const Type& other) { one < other; };
template <class One, class Other>
concept ComparableWith = requires(const One& one, const Other& other) { one == other; } ||
                         requires(const One& one, const Other& other) { other == one; };

static_assert(!Comparable<KeyOctets> && !ComparableWith<KeyOctets, Octets>);
static_assert(!Comparable<Mac> && !ComparableWith<Mac, std::array<std::uint8_t, 16>>);
static_assert(!Comparable<Cookie>);
static_assert(!Comparable<KeyPair> && !Comparable<PresharedKey>);
static_assert(!Comparable<TransportKeys> && !Comparable<NoiseSymmetricState>);
static_assert(!Comparable<TunnelKey> && !Comparable<TunnelKeys> && !Comparable<SignallingKeys>);
static_assert(!Comparable<JoinRequest> && !Comparable<InitiationPayload>);
static_assert(!Comparable<ProtectedPeer> && !Comparable<Invite> && !Comparable<ApiToken>);
static_assert(Comparable<PublicKey>, "what is public may be");

TEST(Secret, BeginsZeroed) {
    {
        const auto secret = make_secret<Octets>();
        secret->fill(0xaa);
    }
    EXPECT_THAT(*make_secret<Octets>(), Each(0));
}

TEST(Secret, IsWipedWhenItIsGivenBack) {
    auto secret = make_secret<Octets>();
    secret->fill(0xaa);
    const volatile std::uint8_t* slot = secret->data();
    secret.reset();
    // The slab stays mapped, so that one may look.
    for (std::size_t octet = 0; octet < sizeof(Octets); ++octet) {
        EXPECT_EQ(slot[octet], 0);
    }
}

TEST(Secret, IsWipedOfEveryOctetWhenItsLengthIsNoMultipleOfTheAlignment) {
    using Odd = std::array<std::uint8_t, 45>;
    auto secret = make_secret<Odd>();
    secret->fill(0xaa);
    const volatile std::uint8_t* slot = secret->data();
    secret.reset();
    for (std::size_t octet = 0; octet < sizeof(Odd); ++octet) {
        EXPECT_EQ(slot[octet], 0);
    }
}

TEST(Secret, ReusesWhatHasBeenGivenBack) {
    auto first = make_secret<Octets>();
    const void* slot = first.get();
    first.reset();
    EXPECT_EQ(make_secret<Octets>().get(), slot);
}

TEST(Secret, IsAlignedForAnyCipher) {
    for (int count = 0; count < 100; ++count) {
        const auto secret = make_secret<std::array<std::uint8_t, 65>>();
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(secret.get()) % secret_alignment, 0U);
    }
}

TEST(Secret, NeverSharesASlotAcrossSlabs) {
    std::vector<Secret<Octets>> secrets;
    std::set<const void*> slots;
    for (int count = 0; count < 5000; ++count) {  // more than two slabs of 32 octets
        secrets.push_back(make_secret<Octets>());
        slots.insert(secrets.back().get());
    }
    EXPECT_EQ(slots.size(), secrets.size());
}

TEST(Secret, IsTakenAndGivenBackByAnyThread) {
    const auto work = [](std::uint8_t mark) {
        for (int round = 0; round < 2000; ++round) {
            const auto one = make_secret<Octets>();
            const auto other = make_secret<Octets>();
            one->fill(mark);
            other->fill(mark);
            ASSERT_THAT(*one, Each(mark));
        }
    };
    std::thread first(work, std::uint8_t{1});
    std::thread second(work, std::uint8_t{2});
    first.join();
    second.join();
}

TEST(Transient, IsWipedAtTheEndOfItsScope) {
    alignas(Transient<Octets>) std::array<std::uint8_t, sizeof(Transient<Octets>)> place{};
    auto* transient = new (place.data()) Transient<Octets>;
    transient->value.fill(0xaa);
    transient->~Transient();
    const volatile std::uint8_t* octets = place.data();
    for (std::size_t octet = 0; octet < place.size(); ++octet) {
        EXPECT_EQ(octets[octet], 0);
    }
}

}  // namespace
}  // namespace godwit::security

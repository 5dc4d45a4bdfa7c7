#include "shared/security/invite.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <functional>
#include <string>
#include <utility>

#include "shared/security/message_authentication.hpp"
#include "tests/security/sample_keys.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::security {
namespace {

using namespace std::chrono_literals;

Invite sample() {
    return {.home_agent_key = key_pair(2).public_key(),
            .home_agent = test::home_agent,
            .endpoints = {"vps.example.org"},
            .ports = {4191, 443},
            .client = "laptop",
            .home = test::home,
            .home_prefix = wire::Prefix::around(test::home.address, 64),
            .id = {{1, 2, 3, 4, 5, 6, 7, 8}},
            .secret = preshared_key(9),
            .expires = std::chrono::sys_seconds(1'800'000'000s)};
}

void expect_same(const Invite& read, const Invite& written) {
    EXPECT_EQ(read.home_agent_key, written.home_agent_key);
    EXPECT_EQ(read.home_agent, written.home_agent);
    EXPECT_EQ(read.endpoints, written.endpoints);
    EXPECT_EQ(read.ports, written.ports);
    EXPECT_EQ(read.client, written.client);
    EXPECT_EQ(read.home, written.home);
    EXPECT_EQ(read.home_prefix, written.home_prefix);
    EXPECT_EQ(read.id, written.id);
    EXPECT_TRUE(is_equal(read.secret.octets(), written.secret.octets()));
    EXPECT_EQ(read.expires, written.expires);
}

std::optional<InviteError> error_of(const std::string& text) {
    const auto invite = Invite::parse(text);
    return invite ? std::nullopt : std::optional(invite.error());
}

TEST(Invite, HasTheOctetsOfItsPicture) {
    EXPECT_EQ(
        sample().text(),
        "godwit://vps.example.org/laptop#Ac6NOtHMtjPse3DBeBSlx27NApaFBQ00R0W6BYcOWH1ZCQkJCQkJCQkJ"
        "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkBAgMEBQYHCGtJ0gAgAQ24AA8AAAAAAAAAAAABIAENuAAPAAAAAAAAAAAA"
        "CUACEF8BuwATdoAP");
}

TEST(Invite, SaysThatItIsOfALaterProgram) {
    EXPECT_EQ(error_of("godwit://vps.example.org/"
                       "laptop#As6NOtHMtjPse3DBeBSlx27NApaFBQ00R0W6BYcOWH1ZCQkJCQkJCQkJ"
                       "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkBAgMEBQYHCGtJ0gAgAQ24AA8AAAAAAAAAAAABIAENuAA"
                       "PAAAAAAAAAAAA"
                       "CUACEF8BuwDCEOR0"),
              InviteError::newer_version);
}

TEST(Invite, IsOneShortLineThatShowsWhoseItIs) {
    const std::string line = sample().text();
    EXPECT_THAT(line, testing::StartsWith("godwit://vps.example.org/laptop#"));
    EXPECT_LE(line.size(), 210U) << "a QR code of version 9 has room for 230 octets";
    EXPECT_EQ(line.find_first_of(" \n"), std::string::npos);
}

TEST(Invite, SaysAllOfItAgain) {
    const Invite written = sample();
    const auto read = Invite::parse(written.text());
    ASSERT_TRUE(read);
    expect_same(*read, written);
}

TEST(Invite, SaysAllOfItAgainWithSeveralEndpointsAndNoHomePrefix) {
    Invite written = sample();
    written.endpoints = {"2001:db8::1", "192.0.2.1", "vps.example.org"};
    written.home_prefix.reset();
    EXPECT_THAT(written.text(), testing::StartsWith("godwit://[2001:db8::1]/laptop#"));
    const auto read = Invite::parse(written.text());
    ASSERT_TRUE(read);
    expect_same(*read, written);
}

TEST(Invite, IsReadThoughTheLineIsBroken) {
    std::string line = sample().text();
    line.insert(90, "\r\n    ");
    EXPECT_TRUE(Invite::parse("  " + line + "\n"));
}

TEST(Invite, IsDamagedWithAnyOfItsCharactersChanged) {
    const std::string line = sample().text();
    for (std::size_t i = std::string("godwit://").size(); i < line.size(); ++i) {
        for (const char other : {'A', 'b', '7', '-', '/', '#', '.', '\0'}) {
            std::string changed = line;
            changed[i] = other;
            EXPECT_EQ(error_of(changed),
                      other == line[i] ? std::nullopt : std::optional(InviteError::damaged))
                << i << other;
        }
    }
}

TEST(Invite, IsDamagedWhereItIsCutShort) {
    const std::string line = sample().text();
    for (std::size_t length = std::string("godwit://").size(); length < line.size(); ++length) {
        EXPECT_EQ(error_of(line.substr(0, length)), InviteError::damaged) << length;
    }
}

// Whoever makes invites could make these: a checksum is no proof.
TEST(Invite, IsDamagedWhereItsFieldsAreNoneBehindARightChecksum) {
    const std::pair<const char*, std::function<void(Invite&)>> changes[] = {
        {"no client", [](Invite& invite) { invite.client.clear(); }},
        {"a long client", [](Invite& invite) { invite.client = std::string(64, 'a'); }},
        {"a client that is no name", [](Invite& invite) { invite.client = "a b"; }},
        {"a client that is a path", [](Invite& invite) { invite.client = "../a"; }},
        {"no host", [](Invite& invite) { invite.endpoints = {""}; }},
        {"a long host", [](Invite& invite) { invite.endpoints = {std::string(254, 'a')}; }},
        {"a host that is none", [](Invite& invite) { invite.endpoints = {"a!b"}; }},
        {"a host in half a bracket", [](Invite& invite) { invite.endpoints = {"[a"}; }},
        {"an address that is none", [](Invite& invite) { invite.endpoints = {"a::b::c"}; }},
        {"a second endpoint that is none", [](Invite& invite) { invite.endpoints = {"a", "!"}; }},
        {"five endpoints", [](Invite& invite) { invite.endpoints = {"a", "b", "c", "d", "e"}; }},
        {"port 0", [](Invite& invite) { invite.ports = {4191, 0}; }},
        {"seven ports", [](Invite& invite) { invite.ports = {1, 2, 3, 4, 5, 6, 7}; }},
        {"a prefix longer than an address",
         [](Invite& invite) { invite.home_prefix = wire::Prefix{invite.home.address, 129}; }},
        {"a home agent of no address", [](Invite& invite) { invite.home_agent = {}; }},
        {"a home address of all", [](Invite& invite) { invite.home = {test::ip("ff02::1")}; }}};
    for (const auto& [what, change] : changes) {
        Invite invite = sample();
        change(invite);
        EXPECT_EQ(error_of(invite.text()), InviteError::damaged) << what;
    }
}

// Of another payload behind a right checksum.
std::optional<InviteError> error_behind(const std::function<void(wire::Bytes&)>& change) {
    constexpr std::size_t checksum = 4;  // octets
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    const std::string line = sample().text();
    const std::size_t hash = line.find('#');
    const std::string place = line.substr(9, hash - 9);  // behind "godwit://"
    const std::string encoded = line.substr(hash + 1);
    wire::Bytes payload(encoded.size());
    std::size_t length = 0;
    EXPECT_EQ(sodium_base642bin(payload.data(), payload.size(), encoded.data(), encoded.size(),
                                nullptr, &length, nullptr, variant),
              0);
    payload.resize(length - checksum);
    change(payload);
    const auto octets = [](std::string_view text) {
        return wire::BytesView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    };
    const Mac mac =
        keyed_mac(KeyOctets{}, {octets("godwit invite"), octets(place), wire::BytesView(payload)});
    payload.insert(payload.end(), mac.begin(), mac.begin() + checksum);
    std::string again(sodium_base64_encoded_len(payload.size(), variant), '\0');
    sodium_bin2base64(again.data(), again.size(), payload.data(), payload.size(), variant);
    again.pop_back();
    return error_of("godwit://" + place + "#" + again);
}

TEST(Invite, IsDamagedWhereItIsTooShortOrTooLongBehindARightChecksum) {
    EXPECT_EQ(error_behind([](wire::Bytes&) {}), std::nullopt);
    EXPECT_EQ(error_behind([](wire::Bytes& payload) { payload.push_back(0); }),
              InviteError::damaged);
    EXPECT_EQ(error_behind([](wire::Bytes& payload) { payload.pop_back(); }), InviteError::damaged);
    EXPECT_EQ(error_behind([](wire::Bytes& payload) { payload.back() = 1; }), InviteError::damaged)
        << "a second endpoint that is not there";
    EXPECT_EQ(error_behind([](wire::Bytes& payload) {
                  payload.resize(payload.size() - 6);  // two ports, how many, and no more endpoints
                  payload.insert(payload.end(), {0, 0});
              }),
              InviteError::damaged)
        << "no port";
}

TEST(Invite, SaysWhatIsWrongByAName) {
    EXPECT_EQ(name(InviteError::not_an_invite), "not-an-invite");
    EXPECT_EQ(name(InviteError::damaged), "damaged");
    EXPECT_EQ(name(InviteError::newer_version), "newer-version");
}

TEST(Invite, IsNoneWhereSomethingElseIsPasted) {
    for (const std::string text : {"", "https://example.org/#AQ", "laptop", "godwit"}) {
        EXPECT_EQ(error_of(text), InviteError::not_an_invite) << text;
    }
    EXPECT_EQ(error_of(std::string(100'000, 'x')), InviteError::not_an_invite);
}

}  // namespace
}  // namespace godwit::security

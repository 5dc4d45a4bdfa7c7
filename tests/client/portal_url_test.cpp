#include "client/core/portal_url.hpp"

#include <gtest/gtest.h>

#include <array>

namespace godwit::client {
namespace {

std::optional<std::string> led_to(unsigned status, std::string_view location) {
    static const std::array<std::string, 1> own{"ha.example.net"};
    return portal_url({.status = status, .location = location, .host = "203.0.113.2"}, own);
}

TEST(PortalUrl, IsWhatABrowserMayBeGiven) {
    for (const char* url :
         {"http://login.example/", "https://login.example:8443/a?b=c&d=%20#e", "http://10.0.0.1",
          "http://[2001:db8::1]:8080/x", "http://login.example/?to=http://a@b/"}) {
        EXPECT_EQ(portal_url(url), url);
    }
    EXPECT_EQ(portal_url("HTtP://Login.example/A"), "http://Login.example/A");
}

TEST(PortalUrl, IsNothingElse) {
    for (const std::string& text :
         {std::string(), std::string("http://"), std::string("http:///path"),
          std::string("javascript:alert(1)"), std::string("file:///etc/passwd"),
          std::string("--help"), std::string("ftp://login.example/"), std::string("login.example"),
          std::string("http://login.example/a b"), std::string("http://login.example/\x1b[2J"),
          std::string("http://login.example/\n"), std::string("http://login.example/\x7f"),
          std::string("http://[2001:db8::1/"), std::string("http://login.example/\xc3\xa4"),
          std::string("http://login.example/'$(id)\""), std::string("http://bank@evil.example/"),
          std::string("http://login.example/") + std::string(1, '\0'),
          "http://login.example/" + std::string(2048, 'a'),
          std::string("urn:ietf:params:capport:unrestricted")}) {
        EXPECT_EQ(portal_url(text), std::nullopt) << text;
    }
}

TEST(PortalUrl, IsWhereAnAnswerLeadsTo) {
    for (const unsigned status : {302U, 303U, 307U, 511U}) {
        EXPECT_EQ(led_to(status, "http://login.example/"), "http://login.example/") << status;
    }
    EXPECT_EQ(led_to(302, "/login"), "http://203.0.113.2/login");
    EXPECT_EQ(led_to(511, ""), "http://203.0.113.2/");
}

TEST(PortalUrl, IsNoPageAndNoErrorThatAnswers) {
    for (const unsigned status : {0U, 200U, 204U, 301U, 304U, 404U, 500U}) {
        EXPECT_EQ(led_to(status, "http://login.example/"), std::nullopt) << status;
    }
    EXPECT_EQ(led_to(302, ""), std::nullopt);
    EXPECT_EQ(led_to(302, "javascript:alert(1)"), std::nullopt);
    EXPECT_EQ(led_to(302, "//login.example/"), std::nullopt);
}

TEST(PortalUrl, IsNotTheHomeAgentsOwnWebServer) {
    EXPECT_EQ(led_to(302, "https://203.0.113.2/"), std::nullopt);
    EXPECT_EQ(led_to(302, "https://HA.example.net:443/start"), std::nullopt);
    EXPECT_EQ(led_to(302, "https://ha.example.net.evil.example/"),
              "https://ha.example.net.evil.example/");
}

}  // namespace
}  // namespace godwit::client

// What `godwit doctor` looks at the system by.

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string_view>
#include <thread>

#include "shared/platform/asking_socket.hpp"
#include "shared/platform/dhcp_lease.hpp"
#include "shared/platform/dns_channel.hpp"
#include "shared/platform/foreign_rules.hpp"
#include "shared/platform/interface_config.hpp"
#include "shared/platform/wait.hpp"
#include "shared/platform/web_probe.hpp"
#include "tests/platform/name_server.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/support/addresses.hpp"

namespace godwit::platform {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

class AskingSocketOnALink : public OnALink {
  protected:
    static mobility::Path path(const char* local, const char* remote) {
        return {.encapsulation = mobility::Encapsulation::udp,
                .interface = find_interface("near").value(),
                .local = test::ip(local),
                .remote = test::ip(remote),
                .remote_port = 4191};
    }
};

TEST_F(AskingSocketOnALink, HearsThatNobodyHearsThere) {
    far_.enter();
    run("ip addr add 192.0.2.2/24 dev far");
    near_.enter();
    run("ip addr add 192.0.2.1/24 dev near");
    for (const auto& [local, remote] :
         {std::pair{"2001:db8::1", "2001:db8::2"}, {"::ffff:192.0.2.1", "::ffff:192.0.2.2"}}) {
        const AskingSocket socket(path(local, remote), 0);
        const wire::Bytes payload{1, 2, 3};
        ASSERT_FALSE(socket.send(payload));
        std::array watched{Watched{.descriptor = socket.descriptor()}};
        wait_until_readable(watched, std::chrono::seconds(10));
        std::array<std::uint8_t, 16> buffer{};
        EXPECT_EQ(socket.receive(buffer).error(), std::errc::connection_refused) << remote;
    }
}

TEST_F(AskingSocketOnALink, SaysThatNoRouteLeadsThere) {
    near_.enter();
    EXPECT_THROW(AskingSocket(path("2001:db8::1", "2001:db8:99::2"), 0), std::system_error);
}

class ForeignRules : public OnALink {};

TEST_F(ForeignRules, AreThoseOfOthersBeforeAPriority) {
    near_.enter();
    EXPECT_THAT(foreign_rules_before(4190), IsEmpty()) << "the system has some of its own";
    run("ip -6 rule add priority 100 table 77");
    run("ip rule add priority 200 table 78");
    run("ip rule add priority 5210 table 52");
    run("ip rule add priority 300 table 4191 protocol 191");
    EXPECT_THAT(foreign_rules_before(4190),
                ElementsAre(Field(&PolicyRule::table, 77U), Field(&PolicyRule::table, 78U)));
}

class AskedNameServer : public OnALink {
  protected:
    static bool says_something(const NameServer& server, const std::string& name) {
        DnsChannel channel({.servers = server.address(), .first_timeout = 50ms});
        bool has_said = false;
        channel.ask(name, AddressFamily::ipv6,
                    [&](const DnsAnswer& answer) { has_said = answer.is_from_server; });
        channel.wait(10s, -1);
        return has_said;
    }
};

TEST_F(AskedNameServer, IsToldFromASilentOneThoughItKnowsNoSuchName) {
    near_.enter();
    const NameServer server({}, {"silent.example"});
    EXPECT_TRUE(says_something(server, "godwit-doctor.invalid"));
    EXPECT_FALSE(says_something(server, "silent.example"));
}

TEST(WebProbe, ReadsStatusAndWhereItLeads) {
    EXPECT_EQ(web_answer_in("HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n"),
              (WebAnswer{302, "http://login.example/"}));
    EXPECT_EQ(web_answer_in("HTTP/1.0 200 OK\r\n\r\nlocation"), (WebAnswer{200, ""}));
}

TEST(WebProbe, TakesNothingElseForHttp) {
    for (const char* text : {"", "HTTP/1.1", "HTTP/1.1 2", "HTTP/1.1 abc\r\n", "SSH-2.0-x\r\n"}) {
        EXPECT_EQ(web_answer_in(text), std::nullopt) << text;
    }
}

TEST(WebProbe, TakesNoControlCharactersFromWhoAnswers) {
    EXPECT_EQ(web_answer_in("HTTP/1.1 302 x\r\nLOCATION: \x1b[2Ja\tb\r\n\r\n")->location, "[2Jab");
}

// Answers at [::1] port 80 at once, and then goes on with an octet each 10 ms, so that nobody who
// waits anew for each ever gives up; where it leads it says at the very end.
class DrippingWebServer {
  public:
    DrippingWebServer() {
        sockaddr_in6 here{};
        here.sin6_family = AF_INET6;
        here.sin6_addr = in6addr_loopback;
        here.sin6_port = htons(80);
        check_syscall("bind", ::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&here),
                                     sizeof here));
        check_syscall("listen", ::listen(socket_.number(), 1));
        thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    }
    DrippingWebServer(const DrippingWebServer&) = delete;
    DrippingWebServer& operator=(const DrippingWebServer&) = delete;
    ~DrippingWebServer() {
        thread_.request_stop();
        ::shutdown(socket_.number(), SHUT_RDWR);  // wakes one who waits for a connection
    }

  private:
    static bool send(const FileDescriptor& to, std::string_view text) {
        return ::send(to.number(), text.data(), text.size(), MSG_NOSIGNAL) >= 0;
    }
    void serve(const std::stop_token& stop) const {
        const FileDescriptor asker(::accept(socket_.number(), nullptr, nullptr));
        bool is_heard = send(asker, "HTTP/1.1 302 Found\r\nX: ");
        for (int octet = 0; is_heard && octet < 2000 && !stop.stop_requested(); ++octet) {
            std::this_thread::sleep_for(10ms);
            is_heard = send(asker, "x");
        }
        send(asker, "\r\nLocation: http://login.example/\r\n\r\n");
    }

    FileDescriptor socket_{
        check_syscall("open a socket", ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0))};
    std::jthread thread_;
};

class AskedWebServer : public InNamespace {};

TEST_F(AskedWebServer, IsHeardForTheGivenTimeInAllHoweverSlowlyItAnswers) {
    const DrippingWebServer server;
    const mobility::Path path{.local = test::ip("::1"), .remote = test::ip("::1")};
    const auto answer = ask_for_web_page(path, 0, 1s);
    EXPECT_EQ(answer.value_or(WebAnswer{302, ""}).location, "") << "it was heard to its end";
}

TEST(DhcpLease, TellsOfACaptivePortalAsNetworkdWritesItDown) {
    EXPECT_EQ(
        captive_portal_of_networkd("OPER_STATE=routable\nCAPTIVE_PORTAL=https://a.example/\n"),
        "https://a.example/");
    for (const char* text : {"", "CAPTIVE_PORTAL=\n", "X_CAPTIVE_PORTAL=https://a.example/\n"}) {
        EXPECT_EQ(captive_portal_of_networkd(text), std::nullopt) << text;
    }
}

TEST(DhcpLease, TellsOfACaptivePortalAsDhclientWritesItDown) {
    const auto lease = [](const std::string& interface, const std::string& option) {
        return "lease {\n  interface \"" + interface + "\";\n  option routers 192.0.2.1;\n" +
               option + "}\n";
    };
    const std::string old = lease("eth0", "  option default-url \"https://old.example/\";\n");
    const std::string present = lease("eth0", "  option unknown-114 \"https://a.example/\";\n");
    const std::string none = lease("eth0", "");
    const std::string other = lease("wlan0", "  option default-url \"https://b.example/\";\n");
    EXPECT_EQ(captive_portal_of_dhclient(old + present + other, "eth0"), "https://a.example/");
    EXPECT_EQ(captive_portal_of_dhclient(old + none, "eth0"), std::nullopt) << "it left that one";
    for (const std::string& text :
         {std::string(), other, std::string("lease {\n  interface \"eth0\n"),
          std::string("  option default-url \"\n}\n")}) {
        EXPECT_EQ(captive_portal_of_dhclient(text, "eth0"), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace godwit::platform

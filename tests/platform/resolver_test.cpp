#include "shared/platform/resolver.hpp"

#include <gmock/gmock.h>
#include <sched.h>

#include <functional>
#include <thread>

#include "shared/platform/attempt.hpp"
#include "tests/platform/name_server.hpp"
#include "tests/platform/network_namespace.hpp"
#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

constexpr auto soon = 300ms;  // for what is not answered
constexpr auto at_length = 20s;

constexpr std::uint16_t dns_port = 53;

// Calls `test` with a file that is this machine's /etc/resolv.conf, as it sees it.
void with_resolver_configuration(const std::function<void(const std::string&)>& test) {
    std::thread([&] {
        check_syscall("make a mount namespace", ::unshare(CLONE_NEWNS));
        const tests::TemporaryDirectory directory;
        const std::filesystem::path file = directory.write("resolv.conf", "");
        run("mount --make-rprivate /; mount --bind " + file.string() + " /etc/resolv.conf");
        test(file);
    }).join();
}

class Resolver : public InNamespace {
  protected:
    [[nodiscard]] static ResolverOptions options(const NameServer& server,
                                                 std::vector<std::string> names) {
        return {.names = std::move(names), .timeout = at_length, .servers = server.address()};
    }
};

TEST_F(Resolver, FindsTheAddressesOfBothFamilies) {
    const NameServer server(
        {{"ha.example",
          {address("2001:db8::1"), address("2001:db8::2"), address("::ffff:192.0.2.1")}}});
    const Resolution found = resolve(options(server, {"ha.example"}));
    EXPECT_THAT(found.addresses, ElementsAre(address("2001:db8::1"), address("2001:db8::2"),
                                             address("::ffff:192.0.2.1")));
    EXPECT_THAT(found.unresolved, IsEmpty());
    EXPECT_THAT(server.questions(),
                UnorderedElementsAre("ha.example A", "ha.example AAAA", "ipv4only.arpa AAAA"));
}

TEST_F(Resolver, KeepsTheOrderOfTheNamesWhoeverAnswersFirst) {
    const NameServer server({{"one.example", {address("::ffff:192.0.2.1")}},
                             {"two.example", {address("2001:db8::2")}}});
    EXPECT_THAT(resolve(options(server, {"one.example", "2001:db8::77", "two.example", "192.0.2.9",
                                         "one.example"}))
                    .addresses,
                ElementsAre(address("::ffff:192.0.2.1"), address("2001:db8::77"),
                            address("2001:db8::2"), address("::ffff:192.0.2.9")));
}

TEST_F(Resolver, AsksNobodyForIpv6Literals) {
    const NameServer server({});
    EXPECT_THAT(resolve(options(server, {"2001:db8::1"})).addresses,
                ElementsAre(address("2001:db8::1")));
    EXPECT_THAT(server.questions(), IsEmpty());
}

TEST_F(Resolver, WritesIpv4AddressesAsTheNat64OfTheNetworkDoes) {
    const NameServer server(
        {{"ha.example", {address("::ffff:192.0.2.1")}},
         {"ipv4only.arpa", {address("64:ff9b::192.0.0.170"), address("64:ff9b::192.0.0.171")}}});
    EXPECT_THAT(resolve(options(server, {"ha.example", "2001:db8::7", "198.51.100.1"})).addresses,
                ElementsAre(address("::ffff:192.0.2.1"), address("2001:db8::7"),
                            address("::ffff:198.51.100.1"), address("64:ff9b::192.0.2.1"),
                            address("64:ff9b::198.51.100.1")));
}

TEST_F(Resolver, SaysThatNobodyHasToldWhetherThereIsANat64) {
    const NameServer silent({}, {"ipv4only.arpa"});
    ResolverOptions asked = options(silent, {"192.0.2.1"});
    asked.timeout = soon;
    EXPECT_TRUE(resolve(asked).is_nat64_unknown);
    asked.names = {"2001:db8::1"};
    EXPECT_FALSE(resolve(asked).is_nat64_unknown) << "nobody needs one";
}

TEST_F(Resolver, TakesThatThereIsNoNat64ForAnAnswer) {
    const NameServer without_name({});
    EXPECT_FALSE(resolve(options(without_name, {"192.0.2.1"})).is_nat64_unknown);
    const NameServer without_record(NameServer::Zone{{"ipv4only.arpa", {}}});
    EXPECT_FALSE(resolve(options(without_record, {"192.0.2.1"})).is_nat64_unknown);
    const NameServer with_nat64({{"ipv4only.arpa", {address("64:ff9b::192.0.0.170")}}});
    EXPECT_FALSE(resolve(options(with_nat64, {"192.0.2.1"})).is_nat64_unknown);
}

TEST_F(Resolver, SaysWhyThereIsNoAddress) {
    const NameServer server({{"empty.example", {}}, {"blocked.example", {address("::")}}},
                            {"silent.example"});
    ResolverOptions asked = options(
        server, {"absent.example", "empty.example", "blocked.example", "silent.example", "a..b"});
    asked.timeout = soon;
    const Resolution found = resolve(asked);
    EXPECT_THAT(found.addresses, IsEmpty());
    EXPECT_THAT(
        found.unresolved,
        ElementsAre(UnresolvedName{"absent.example", "Domain name not found"},
                    UnresolvedName{"empty.example", "DNS server returned answer with no data"},
                    UnresolvedName{"blocked.example", "has no address to be reached at"},
                    UnresolvedName{"silent.example", "no answer in time"},
                    UnresolvedName{"a..b", "Misformatted domain name"}));
}

TEST_F(Resolver, DoesNotLetOneNameWaitForAnother) {
    const NameServer server({{"ha.example", {address("2001:db8::1")}}}, {"silent.example"});
    ResolverOptions asked = options(server, {"silent.example", "ha.example"});
    asked.timeout = soon;
    const Resolution found = resolve(asked);
    EXPECT_THAT(found.addresses, ElementsAre(address("2001:db8::1")));
    EXPECT_THAT(found.unresolved,
                ElementsAre(UnresolvedName{"silent.example", "no answer in time"}));
}

TEST_F(Resolver, AsksAgainWhereNobodyAnswers) {
    const NameServer server({}, {"silent.example"});
    ResolverOptions asked = options(server, {"silent.example"});
    asked.timeout = 700ms;
    resolve(asked);
    EXPECT_THAT(server.questions(), testing::SizeIs(testing::Ge(4)));
}

TEST_F(Resolver, ReadsAnewWhichNameServersThisMachineHas) {
    const NameServer server({{"ha.example", {address("2001:db8::1")}}}, {}, dns_port);
    with_resolver_configuration([&](const std::string& file) {
        run("echo 'nameserver 127.0.0.2' > " + file);
        EXPECT_THAT(resolve({.names = {"ha.example"}, .timeout = soon}).addresses, IsEmpty());
        run("echo 'nameserver 127.0.0.1' > " + file);
        EXPECT_THAT(resolve({.names = {"ha.example"}, .timeout = at_length}).addresses,
                    ElementsAre(address("2001:db8::1")));
    });
}

TEST_F(Resolver, TakesNamesAsTheyStand) {
    const NameServer server({}, {}, dns_port);
    with_resolver_configuration([&](const std::string& file) {
        run("echo 'nameserver 127.0.0.1\nsearch office.example' > " + file);
        resolve({.names = {"ha", "ha.example"}, .timeout = at_length});
    });
    EXPECT_THAT(server.questions(),
                UnorderedElementsAre("ha A", "ha AAAA", "ha.example A", "ha.example AAAA"));
}

TEST_F(Resolver, StopsWhenItIsTold) {
    const NameServer server({}, {"silent.example"});
    std::stop_source stop;
    const std::jthread stopper([&] {
        while (server.questions().empty()) {
            std::this_thread::yield();
        }
        stop.request_stop();
    });
    EXPECT_THAT(resolve(options(server, {"silent.example"}), stop.get_token()).unresolved,
                ElementsAre(UnresolvedName{"silent.example", "nobody waits for the answer"}));
}

TEST_F(Resolver, DoesNotBeginWhenItHasBeenToldToStop) {
    const NameServer server({{"ha.example", {address("2001:db8::1")}}});
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THAT(resolve(options(server, {"ha.example"}), stop.get_token()).addresses, IsEmpty());
}

TEST_F(Resolver, MarksItsQuestions) {
    const NameServer server({{"ha.example", {address("2001:db8::1")}}});
    run("nft 'table ip filter { chain leaving { type filter hook output priority filter;"
        "udp dport " +
        std::to_string(server.port()) + " meta mark != 0x4191 drop; }; }'");
    ResolverOptions asked = options(server, {"ha.example"});
    asked.timeout = soon;
    EXPECT_THAT(resolve(asked).addresses, IsEmpty());
    asked.mark = 0x4191;
    asked.timeout = at_length;
    EXPECT_THAT(resolve(asked).addresses, Not(IsEmpty()));
}

TEST_F(Resolver, GoesOnWithoutAnyNameServer) {
    const Resolution found = resolve(
        {.names = {"ha.example", "2001:db8::1"}, .timeout = at_length, .servers = "127.0.0.1:9"});
    EXPECT_THAT(found.addresses, ElementsAre(address("2001:db8::1")));
    EXPECT_THAT(found.unresolved,
                ElementsAre(testing::Field(&UnresolvedName::reason, Not(IsEmpty()))));
}

TEST(LiteralAddress, IsOfEitherFamily) {
    EXPECT_EQ(literal_address("192.0.2.1"), address("::ffff:192.0.2.1"));
    EXPECT_EQ(literal_address("2001:db8::1"), address("2001:db8::1"));
    EXPECT_EQ(literal_address("ha.example"), std::nullopt);
    EXPECT_EQ(literal_address("192.0.2"), std::nullopt);
}

}  // namespace
}  // namespace godwit::platform

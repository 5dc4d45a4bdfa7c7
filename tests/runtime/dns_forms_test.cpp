// What both configuration files may say of name servers.

#include "shared/runtime/dns_forms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::runtime {
namespace {

using testing::HasSubstr;

struct Read {
    std::vector<wire::Ipv6Address> servers;
    std::vector<wire::DomainName> domains;
    std::string wrong = "nothing";
};

Read read(const std::string& text) {
    const tests::TemporaryDirectory directory;
    Read read;
    try {
        TomlFile file(directory.write("x.toml", text));
        file.root().read("dns", dns_servers(), read.servers);
        file.root().read("search_domains", search_domains(), read.domains);
        file.finish();
    } catch (const InvalidConfiguration& invalid) {
        read.wrong = invalid.what();
    }
    return read;
}

std::string list_of(int count, const std::string& start) {
    std::string list = "[";
    for (int number = 1; number <= count; ++number) {
        list += (number == 1 ? "\"" : ", \"") + start + std::to_string(number) + '"';
    }
    return list + "]\n";
}

TEST(DnsForms, TakeServersOfBothFamiliesAndDomains) {
    const Read found =
        read("dns = [\"2001:db8:f::53\", \"10.19.0.1\"]\nsearch_domains = [\"Home.Example.\"]\n");
    EXPECT_EQ(found.wrong, "nothing");
    ASSERT_EQ(found.servers.size(), 2U);
    EXPECT_EQ(found.servers.back().text(), "::ffff:10.19.0.1");
    ASSERT_EQ(found.domains.size(), 1U);
    EXPECT_EQ(found.domains.front().text(), "home.example");
}

TEST(DnsForms, TakeFourServersAndEightDomainsAtMost) {
    EXPECT_EQ(read("dns = " + list_of(4, "2001:db8::")).wrong, "nothing");
    EXPECT_THAT(read("dns = " + list_of(5, "2001:db8::")).wrong, HasSubstr("has 5 of them"));
    EXPECT_EQ(read("search_domains = " + list_of(8, "home")).wrong, "nothing");
    EXPECT_THAT(read("search_domains = " + list_of(9, "home")).wrong, HasSubstr("has 9 of them"));
}

TEST(DnsForms, TakeNoMoreDomainsThanOneOptionHasRoomFor) {
    const std::string label(25, 'a');
    EXPECT_THAT(read("search_domains = " + list_of(8, label)).wrong,
                HasSubstr("all together have 224 octets, and room is for 187"));
}

TEST(DnsForms, RefuseWhatIsNoServerOrNoDomain) {
    for (const char* server : {"ns.example", "fe80::1", "::1", "127.0.0.53", "224.0.0.1", "",
                               "2001:db8::53%eth0", "10.19.0.1:53"}) {
        EXPECT_THAT(read("dns = [\"" + std::string(server) + "\"]\n").wrong,
                    HasSubstr("is no address to be reached at"))
            << server;
    }
    for (const char* domain : {"", ".", "a b", "-a", "a..b", "~home.example"}) {
        EXPECT_THAT(read("search_domains = [\"" + std::string(domain) + "\"]\n").wrong,
                    HasSubstr("is no name of the DNS"))
            << domain;
    }
    EXPECT_THAT(read("dns = \"10.19.0.1\"\n").wrong, HasSubstr("not a list"));
    EXPECT_THAT(read("dns = [\"10.19.0.1\", \"10.19.0.1\"]\n").wrong, HasSubstr("is there twice"));
}

}  // namespace
}  // namespace godwit::runtime

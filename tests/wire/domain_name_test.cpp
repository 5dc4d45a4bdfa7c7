#include "shared/wire/domain_name.hpp"

#include <gtest/gtest.h>

namespace godwit::wire {
namespace {

Parsed<DomainName> read(const Bytes& bytes) {
    Reader in(bytes);
    return DomainName::read(in);
}

TEST(DomainName, HasTheOctetsOfRfc1035) {
    Bytes out;
    Writer writer(out);
    DomainName::parse("Home.Example.")->serialize(writer);
    EXPECT_EQ(out, (Bytes{4, 'h', 'o', 'm', 'e', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0}));
    EXPECT_EQ(DomainName::parse("home.example")->wire_length(), out.size());
    EXPECT_EQ(read(out)->text(), "home.example");
}

TEST(DomainName, IsLettersDigitsDashesAndUnderscores) {
    for (const char* text : {"a", "a-b.c", "_dns.example", "4.example", "xn--bcher-kva.example"}) {
        EXPECT_TRUE(DomainName::parse(text)) << text;
    }
    for (const char* text : {"", ".", "a..b", ".a", "a..", "-a.b", "a-.b", "a b", "a\nb",
                             "b\xc3\xbc", "a/b", "a\\.b"}) {
        EXPECT_FALSE(DomainName::parse(text)) << text;
    }
}

TEST(DomainName, HasLabelsOf63AndAllOf255OctetsAtMost) {
    const std::string label(63, 'a');
    EXPECT_TRUE(DomainName::parse(label));
    EXPECT_FALSE(DomainName::parse(label + "a"));
    const std::string three = label + "." + label + "." + label + ".";
    EXPECT_EQ(DomainName::parse(three + std::string(61, 'b'))->wire_length(), 255U);
    EXPECT_FALSE(DomainName::parse(three + std::string(62, 'b')));
}

TEST(DomainName, IsNoneWhereTheOctetsAreNot) {
    EXPECT_EQ(read({4, 'h', 'o', 'm'}).error(), ParseError::truncated);
    EXPECT_EQ(read({1, 'a'}).error(), ParseError::truncated) << "no label of length 0";
    EXPECT_EQ(read({}).error(), ParseError::truncated);
    EXPECT_EQ(read({0}).error(), ParseError::bad_option) << "the root";
    EXPECT_EQ(read({0xc0, 0x0c}).error(), ParseError::bad_length) << "a compression pointer";
    EXPECT_EQ(read({3, 'a', '.', 'b', 0}).error(), ParseError::bad_option);
    EXPECT_EQ(read({3, 'a', '\n', 'b', 0}).error(), ParseError::bad_option);
    EXPECT_EQ(read({1, 0, 0}).error(), ParseError::bad_option);
    Bytes endless;
    for (int label = 0; label < 130; ++label) {
        endless.insert(endless.end(), {1, 'a'});
    }
    endless.push_back(0);
    EXPECT_FALSE(read(endless));
}

}  // namespace
}  // namespace godwit::wire

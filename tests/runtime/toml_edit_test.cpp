#include "shared/runtime/toml_edit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit::runtime {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr auto sample = R"(# Written by hand, für daheim.
lifetime = 600  # seconds
routes = [
    "::/0",     # everything
]

[home_agent]
address = "2001:db8:f::1"  # the VPS
ports = [4191, 443]

[[flow]]
match = "udp port 5060"
via = "wired"
)";

TomlKey key(const char* text) {
    return *TomlKey::parse(text);
}

std::string changed(const std::string& text, const char* name, const std::string& value) {
    return change_toml(text, key(name), value).value_or("(refused)");
}

std::string with(std::string text, const std::string& before, const std::string& after) {
    return text.replace(text.find(before), before.size(), after);
}

TEST(TomlEdit, ChangesAValueAndNothingElse) {
    EXPECT_EQ(changed(sample, "lifetime", "300"), with(sample, "600", "300"));
    EXPECT_EQ(changed(sample, "home_agent.ports", "[443]"), with(sample, "[4191, 443]", "[443]"));
    EXPECT_EQ(changed(sample, "home_agent.address", "\"2001:db8::1\""),
              with(sample, "2001:db8:f::1", "2001:db8::1"));
}

TEST(TomlEdit, ChangesAValueOfSeveralLines) {
    EXPECT_EQ(changed(sample, "routes", "[]"),
              with(sample, "[\n    \"::/0\",     # everything\n]", "[]"));
}

TEST(TomlEdit, PutsANewKeyBehindTheLastOfItsTable) {
    EXPECT_EQ(changed(sample, "ipv4", "false"),
              with(sample, "# everything\n]\n", "# everything\n]\nipv4 = false\n"));
    EXPECT_EQ(changed(sample, "home_agent.public_key", "\"k\""),
              with(sample, "443]\n", "443]\npublic_key = \"k\"\n"));
}

TEST(TomlEdit, PutsANewTableAtTheEnd) {
    EXPECT_EQ(changed("a = 1", "more.b", "2"), "a = 1\n\n[more]\nb = 2\n");
}

TEST(TomlEdit, PutsATopKeyBeforeTheFirstTable) {
    EXPECT_EQ(changed("[t]\nb = 2\n", "a", "1"), "a = 1\n[t]\nb = 2\n");
    EXPECT_EQ(changed("", "a", "1"), "a = 1\n");
}

TEST(TomlEdit, FillsAnEmptyTable) {
    EXPECT_EQ(changed("[t]\n[u]\n", "t.a", "1"), "[t]\na = 1\n[u]\n");
}

// As some editors begin a file.
TEST(TomlEdit, LeavesAByteOrderMarkWhereItIs) {
    const std::string mark = "\xef\xbb\xbf";
    EXPECT_EQ(changed(mark + "a = 1\nb = 2\n", "a", "300"), mark + "a = 300\nb = 2\n");
    EXPECT_EQ(changed(mark + "[t]\nb = 2\n", "a", "1"), mark + "a = 1\n[t]\nb = 2\n");
    EXPECT_EQ(find_in_toml(mark + "a = 'x'\n", key("a")), "'x'");
    EXPECT_EQ(*remove_from_toml(mark + "a = 1\nb = 2\n", key("a")), mark + "b = 2\n");
}

TEST(TomlEdit, RefusesWhatItWouldSpoil) {
    EXPECT_FALSE(change_toml(sample, key("home_agent"), "1")) << "a table";
    EXPECT_FALSE(change_toml("a = ", key("a"), "1")) << "no TOML";
    EXPECT_FALSE(change_toml("t.a = 1\n", key("t.b"), "2")) << "a table without a header";
    EXPECT_FALSE(change_toml("a = 0\n", key("a"), "1\nb = 2")) << "more than its value";
}

TEST(TomlEdit, FindsAValueAsItIsWritten) {
    EXPECT_EQ(find_in_toml(sample, key("home_agent.ports")), "[4191, 443]");
    EXPECT_EQ(find_in_toml(sample, key("lifetime")), "600");
    EXPECT_EQ(find_in_toml(sample, key("nothing")), std::nullopt);
    EXPECT_EQ(find_in_toml(sample, key("no.such")), std::nullopt);
}

TEST(TomlEdit, ListsInTheOrderOfTheFile) {
    EXPECT_THAT(*list_toml("b = 1\na = 'x'\n[t]\nc = true\n"),
                ElementsAre(Pair("b", "1"), Pair("a", "'x'"), Pair("t.c", "true")));
}

TEST(TomlEdit, RemovesAKeyWithItsLine) {
    EXPECT_EQ(*remove_from_toml(sample, key("home_agent.ports")),
              with(sample, "ports = [4191, 443]\n", ""));
    EXPECT_EQ(*remove_from_toml(sample, key("lifetime")),
              with(sample, "lifetime = 600  # seconds\n", ""));
    EXPECT_EQ(*remove_from_toml(sample, key("ipv4")), sample);
}

TEST(TomlEdit, RemovesNoKeyThatSharesItsLine) {
    EXPECT_FALSE(remove_from_toml("a = {b = 1, c = 2}\n", key("a.b")));
    EXPECT_FALSE(remove_from_toml("a = {b = [\n1], c = 2}\n", key("a.c")));
}

TEST(TomlEdit, TakesForATextWhatIsNoValue) {
    EXPECT_EQ(toml_value("600"), "600");
    EXPECT_EQ(toml_value("true"), "true");
    EXPECT_EQ(toml_value("['::/0']"), "['::/0']");
    EXPECT_THAT(toml_value("debug"), testing::AnyOf("\"debug\"", "'debug'"));
}

TEST(TomlEdit, LetsNoValueBeMoreThanOne) {
    const std::string value = toml_value("1\nprotection = \"none\"");
    EXPECT_THAT(*list_toml(changed("a = 0\n", "a", value)), ElementsAre(Pair("a", testing::_)));
}

TEST(TomlKey, IsOneNameOrTwo) {
    EXPECT_EQ(key("home_agent.ports").table, "home_agent");
    EXPECT_EQ(key("home_agent.ports").key, "ports");
    EXPECT_EQ(key("lifetime").table, "");
    for (const char* wrong : {"", ".", "a.", ".a", "a.b.c", "a b", "a=1", "[a]", "ä"}) {
        EXPECT_FALSE(TomlKey::parse(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace godwit::runtime

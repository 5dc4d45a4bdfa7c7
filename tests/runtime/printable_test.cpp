// What a terminal is shown of texts that somebody else has written.

#include "shared/runtime/printable.hpp"

#include <gtest/gtest.h>

#include <string>

#include "shared/runtime/configuration_error.hpp"
#include "shared/runtime/finding.hpp"

namespace godwit::runtime {
namespace {

TEST(Printable, ShowsControlCharactersInDigits) {
    EXPECT_EQ(printable("a\x1b[2Jb\r\n\t\x7f"), R"(a\x1b[2Jb\x0d\x0a\x09\x7f)");
    EXPECT_EQ(printable(std::string(1, '\0')), R"(\x00)");
}

TEST(Printable, ShowsThoseOfTwoOctetsToo) {
    EXPECT_EQ(printable("\xc2\x80\xc2\x9b"
                        "2J\xc2\x9f"),
              R"(\xc2\x80\xc2\x9b2J\xc2\x9f)");
}

TEST(Printable, LeavesAllElseAsItWas) {
    const std::string text = "für daheim, \xc2\xa0 \xe2\x82\xac \"\\ ~";
    EXPECT_EQ(printable(text), text);
    EXPECT_EQ(printable("\xc2"), "\xc2") << "cut off";
    EXPECT_EQ(printable(""), "");
}

TEST(Printable, LeavesJsonWhatItIs) {
    EXPECT_EQ(printable_json("{\n\t\"a\": \"\\u001b f\xc3\xbcr\"\r}"),
              "{\n \"a\": \"\\u001b f\xc3\xbcr\" }");
    EXPECT_EQ(printable_json("[\"\x7f\xc2\x9b"
                             "2J\"]"),
              R"(["\u007f\u009b2J"])");
    EXPECT_EQ(printable_json("[\x1b[2J"), R"([\x1b[2J)") << "it is none";
}

TEST(Printable, IsWhatAConfigurationErrorSays) {
    const InvalidConfiguration invalid({{"mn.toml", 1, 2, "\"\x1b]0;x\nforged", "write another"},
                                        {"mn.toml", 3, 4, "missing", "write it"}});
    EXPECT_STREQ(invalid.what(),
                 "mn.toml:1:2: \"\\x1b]0;x\\x0aforged; write another\n"
                 "mn.toml:3:4: missing; write it");
}

TEST(Printable, IsWhatAFindingSays) {
    EXPECT_EQ(text_of({wrong("key", "\x1b[31m is missing", "write \x1b[0m")}),
              "wrong  key: \\x1b[31m is missing\n       remedy: write \\x1b[0m\n");
}

}  // namespace
}  // namespace godwit::runtime

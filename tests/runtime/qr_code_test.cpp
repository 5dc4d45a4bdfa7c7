#include "server/qr_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace godwit::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(QrCode, DrawsBlackOnWhiteWhateverTheTerminalIs) {
    const std::string code = qr_terminal("godwit://x");
    EXPECT_EQ(std::ranges::count(code, '\n'), 15) << "21 modules and 8 around, two in a line";
    EXPECT_THAT(code, StartsWith("\x1b[30;107m"));
    EXPECT_THAT(code, HasSubstr("\u2580"));
}

TEST(QrCode, DrawsAnImageForAPage) {
    const std::string image = qr_svg("godwit://x");
    EXPECT_THAT(image,
                StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\""));
    EXPECT_THAT(image, HasSubstr("M4 4h1v1h-1z")) << "the corner of the first finder pattern";
}

TEST(QrCode, WritesAnImageFile) {
    EXPECT_THAT(qr_png("godwit://x"), StartsWith("\x89PNG\r\n\x1a\n"));
}

TEST(QrCode, HasNoneForATextThatIsTooLong) {
    const std::string text(4000, 'x');
    EXPECT_EQ(qr_terminal(text), "");
    EXPECT_EQ(qr_svg(text), "");
    EXPECT_EQ(qr_png(text), "");
}

}  // namespace
}  // namespace godwit::server

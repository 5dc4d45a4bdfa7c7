#include "shared/runtime/exit_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::runtime {
namespace {

using testing::HasSubstr;

std::string documented(const std::string& file) {
    return tests::read_file(std::string(GOLDEN_DIRECTORY) + "/../../../docs/" + file);
}

TEST(ExitCodes, AreCountedFromZero) {
    int next = 0;
    for (const ExitCodeMeaning& known : exit_codes) {
        EXPECT_EQ(static_cast<int>(known.code), next++);
    }
}

TEST(ExitCodes, StandInTheDocumentsAsInTheCode) {
    const std::string page = documented("configuration.md");
    const std::string manual = documented("man/godwit.8.scd");
    for (const ExitCodeMeaning& known : exit_codes) {
        const std::string number = std::to_string(static_cast<int>(known.code));
        const std::string meaning(known.meaning);
        EXPECT_THAT(page, HasSubstr("| " + number + " | " + meaning));
        EXPECT_THAT(manual, HasSubstr("*" + number + "*\n\t" + meaning));
    }
}

}  // namespace
}  // namespace godwit::runtime

#include "server/event_text.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::server {
namespace {

std::string golden(const std::string& name) {
    return tests::read_file(std::string(GOLDEN_DIRECTORY) + "/" + name);
}

TEST(EventText, IsALineForEachEvent) {
    std::istringstream lines(golden("events.ndjson"));
    std::string text;
    for (std::string line; std::getline(lines, line);) {
        text += event_text(runtime::Json::parse(line)) + '\n';
    }
    EXPECT_EQ(text, golden("events.txt"));
}

TEST(EventText, OfATypeThatIsNotKnownIsItsName) {
    EXPECT_EQ(event_text({{"time", "now"}, {"type", "eclipse"}, {"home_address", 7}}),
              "now  eclipse");
}

}  // namespace
}  // namespace godwit::server

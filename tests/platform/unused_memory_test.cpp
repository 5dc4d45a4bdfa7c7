#include "shared/platform/unused_memory.hpp"

#include <gtest/gtest.h>

#include <string>

#include "shared/platform/process_usage.hpp"

namespace godwit::platform {
namespace {

TEST(UnusedMemory, IsGivenBack) {
    const auto before = process_usage().resident;
    give_back_unused_memory();
    EXPECT_LT(process_usage().resident, before);
}

TEST(UnusedMemory, IsNothingThatHasBeenWritten) {
    static std::string written_once;
    written_once = "a text that is longer than what fits into the object itself";
    const std::string copy = written_once;
    give_back_unused_memory();
    EXPECT_EQ(written_once, copy);
}

}  // namespace
}  // namespace godwit::platform

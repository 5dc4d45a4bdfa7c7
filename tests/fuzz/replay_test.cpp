// Runs one fuzz target over its corpus, which holds a seed of every shape and whatever once broke
// it.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

TEST(Corpus, HoldsWhatMustHold) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(GODWIT_CORPUS)) {
        SCOPED_TRACE(entry.path().string());
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string octets(std::istreambuf_iterator<char>(file), {});
        const std::vector<std::uint8_t> input(octets.begin(), octets.end());
        LLVMFuzzerTestOneInput(input.data(), input.size());
        ++files;
    }
    EXPECT_GT(files, 0U);
}

}  // namespace

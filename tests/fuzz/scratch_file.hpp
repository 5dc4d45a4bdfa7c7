#pragma once
// A file that the next input is put into, for what reads files only. Gone at the end.

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "shared/security/random.hpp"

namespace godwit::fuzz {

class ScratchFile {
  public:
    explicit ScratchFile(const std::string& name)
        : path_(std::filesystem::temp_directory_path() /
                (name + "-" + std::to_string(security::random_number()))) {}
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;
    ~ScratchFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }

    const std::filesystem::path& holding(const std::string& text) const {
        std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
        return path_;
    }

  private:
    std::filesystem::path path_;
};

}  // namespace godwit::fuzz

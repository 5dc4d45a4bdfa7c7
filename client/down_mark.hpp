#pragma once
// That this machine shall be down, remembered across restarts of the daemon and of the machine.

#include <filesystem>

namespace godwit::client {

class DownMark {
  public:
    explicit DownMark(const std::filesystem::path& state_directory)
        : file_(state_directory / "down") {}

    [[nodiscard]] bool is_set() const;
    // On the disk when this returns. Both throw std::system_error, and then all is as before.
    void set() const;
    void clear() const;

  private:
    std::filesystem::path file_;
};

}  // namespace godwit::client

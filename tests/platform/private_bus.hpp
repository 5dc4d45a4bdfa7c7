#pragma once
// A D-Bus of a test's own, on which anybody may have any name.

#include <sys/types.h>

#include <string>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {

class PrivateBus {
  public:
    explicit PrivateBus(const tests::TemporaryDirectory& directory);
    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;
    ~PrivateBus() { stop(); }

    void stop();
    [[nodiscard]] const std::string& address() const { return address_; }

  private:
    std::string address_;
    pid_t process_ = -1;
};

}  // namespace godwit::platform

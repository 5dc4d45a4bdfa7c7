#pragma once
// Somebody who is not root.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace godwit::platform {

// For as long as it lives this process is none of root's; it is root again afterwards, if it was.
class OtherUser {
  public:
    OtherUser() { become(nobody); }
    OtherUser(const OtherUser&) = delete;
    OtherUser& operator=(const OtherUser&) = delete;
    ~OtherUser() { become(0); }

    // False: this process is not root, or there are no other users here.
    static bool is_given(const std::filesystem::path& path) {
        return ::geteuid() == 0 && ::chown(path.c_str(), nobody, nobody) == 0;
    }
    // Whether files in there can be that user's.
    static bool may_work_in(const std::filesystem::path& directory) {
        return ::geteuid() != 0 || is_given(directory);
    }

  private:
    static constexpr uid_t nobody = 65534;

    void become(uid_t user) const {
        if (was_root_ && ::seteuid(user) != 0) {
            ADD_FAILURE() << "cannot become " << user;
        }
    }

    const bool was_root_ = ::getuid() == 0;
};

}  // namespace godwit::platform

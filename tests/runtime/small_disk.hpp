#pragma once
// A file system in memory that only this process sees: one that can be full, or read-only.

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

namespace godwit::tests {

class SmallDisk {
  public:
    // `size` as mount(8) has it: "1m". Needs no rights: without them it makes a user namespace.
    SmallDisk(const std::filesystem::path& directory, const std::string& size)
        : directory_(directory) {
        const int user = geteuid() == 0 ? 0 : CLONE_NEWUSER;
        require(::unshare(CLONE_NEWNS | user));
        require(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
        std::filesystem::create_directories(directory_);
        require(
            ::mount("none", directory_.c_str(), "tmpfs", 0, ("mode=0777,size=" + size).c_str()));
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() { ::umount2(directory_.c_str(), MNT_DETACH); }

    void make_read_only() const {
        require(::mount(nullptr, directory_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr));
    }

  private:
    static void require(int result) {
        if (result != 0) {
            throw std::system_error(errno, std::generic_category(), "make a small disk");
        }
    }

    std::filesystem::path directory_;
};

}  // namespace godwit::tests

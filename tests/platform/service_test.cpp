#include "shared/platform/service.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/runtime/temporary_directory.hpp"

namespace godwit::platform {
namespace {

// A systemctl that notes what it is told, and fails at what a file is called like.
class ServiceTest : public testing::Test {
  protected:
    ServiceTest() {
        const auto program =
            directory_.write("systemctl", "#!/bin/sh\necho \"$*\" >> " + log_.string() +
                                              "\n[ \"$1\" != --quiet ] || shift\n! [ -e " +
                                              directory_.path().string() + "/no-$1 ]\n");
        std::filesystem::permissions(program, std::filesystem::perms(0755));
        ::setenv("PATH", (directory_.path().string() + ":" + path_).c_str(), 1);
    }
    ~ServiceTest() override { ::setenv("PATH", path_.c_str(), 1); }

    void refuse(const std::string& order) const { directory_.write("no-" + order, ""); }
    [[nodiscard]] std::string told() const {
        const std::string all = tests::read_file(log_);
        std::filesystem::remove(log_);
        return all;
    }

    tests::TemporaryDirectory directory_;
    const std::filesystem::path log_ = directory_.path() / "log";
    const std::string path_ = std::getenv("PATH");
};

TEST_F(ServiceTest, StartsAnewAndAtEachBoot) {
    EXPECT_TRUE(start_service("a.service"));
    EXPECT_EQ(told(), "enable a.service\nrestart a.service\n");
    refuse("restart");
    EXPECT_FALSE(start_service("a.service"));
}

TEST_F(ServiceTest, IsPutBackToWhatItWas) {
    const ServiceState of_both = state_of_service("a.service");
    EXPECT_EQ(told(), "--quiet is-enabled a.service\n--quiet is-active a.service\n");
    EXPECT_TRUE(put_back_service("a.service", of_both));
    EXPECT_EQ(told(), "enable a.service\nrestart a.service\n");
    refuse("is-enabled");
    refuse("is-active");
    const ServiceState of_neither = state_of_service("a.service");
    EXPECT_EQ(told(), "--quiet is-enabled a.service\n--quiet is-active a.service\n");
    EXPECT_TRUE(put_back_service("a.service", of_neither));
    EXPECT_EQ(told(), "disable a.service\nstop a.service\n");
    refuse("disable");
    EXPECT_FALSE(put_back_service("a.service", of_neither));
    EXPECT_EQ(told(), "disable a.service\nstop a.service\n") << "whatever can be done is";
}

}  // namespace
}  // namespace godwit::platform

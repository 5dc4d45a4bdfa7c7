// Some of these tests send packets between network namespaces of their own, as root or as somebody
// who may make user namespaces.

#include <gtest/gtest.h>

#include "tests/platform/network_namespace.hpp"

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (!testing::GTEST_FLAG(list_tests)) {
        godwit::platform::become_root_of_a_user_namespace();
    }
    return RUN_ALL_TESTS();
}

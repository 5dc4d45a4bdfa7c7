// Most of these tests change the network: they run in namespaces of their own, as root or as
// somebody who may make user namespaces.

#include <gtest/gtest.h>
#include <sched.h>

#include "shared/platform/attempt.hpp"
#include "tests/platform/network_namespace.hpp"

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (!testing::GTEST_FLAG(list_tests)) {
        // One CPU: packets are then dealt with in the order in which they are sent.
        cpu_set_t first;
        CPU_ZERO(&first);
        CPU_SET(0, &first);
        godwit::platform::check_syscall("stay on one CPU",
                                        ::sched_setaffinity(0, sizeof first, &first));
        godwit::platform::become_root_of_a_user_namespace();
    }
    return RUN_ALL_TESTS();
}

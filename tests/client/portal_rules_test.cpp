#include "client/core/portal_rules.hpp"

#include <gtest/gtest.h>

namespace godwit::client {
namespace {

TEST(PortalRules, MarkWhatOneCgroupBeginsAndItsAnswers) {
    EXPECT_EQ(portal_chains("user.slice/godwit-portal-7.scope", "godwit0"), R"(  chain choosing {
    type route hook output priority mangle
    oifname "lo" return
    ct direction original socket cgroupv2 level 2 "user.slice/godwit-portal-7.scope" meta mark set 16782 ct mark set 16782
  }
  chain answers {
    type filter hook prerouting priority mangle
    ct direction reply ct mark 16782 meta mark set 16782
  }
  chain leaving {
    type nat hook postrouting priority srcnat
    meta mark 16782 oifname != "godwit0" masquerade
  }
  chain arriving {
    type filter hook input priority filter - 1
    ct mark 16782 meta mark set 16782
  }
)");
}

TEST(PortalRules, AreForACgroupOfThatNameAlone) {
    for (const char* path :
         {"godwit-portal-aZ3",
          "user.slice/user-1000.slice/user@1000.service/app.slice/godwit-portal-7.scope",
          "system.slice/a\\x2db.service/godwit-portal-7"}) {
        EXPECT_TRUE(is_portal_cgroup(path)) << path;
    }
    for (const char* path :
         {"", "user.slice", "godwit-portal-", "godwit-portal-7/", "godwit-portal-7/app",
          "/godwit-portal-7", "a//godwit-portal-7", "../godwit-portal-7",
          "godwit-portal-7\" accept", "a\n/godwit-portal-7", "a b/godwit-portal-7"}) {
        EXPECT_FALSE(is_portal_cgroup(path)) << path;
    }
}

}  // namespace
}  // namespace godwit::client

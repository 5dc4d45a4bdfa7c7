#include "client/departure.hpp"

#include <gtest/gtest.h>

#include <string>

namespace godwit::client {
namespace {

class DepartureTest : public testing::Test {
  protected:
    std::function<void()> saying(const std::string& word) {
        return [this, word] { said_ += word; };
    }

    Departure departure_;
    std::string said_;
};

TEST_F(DepartureTest, DoesWhatComesNextOnce) {
    EXPECT_TRUE(departure_.begin(saying("next")));
    EXPECT_TRUE(departure_.is_under_way());
    EXPECT_EQ(said_, "");
    departure_.end();
    departure_.end();
    EXPECT_EQ(said_, "next");
    EXPECT_FALSE(departure_.is_under_way());
}

TEST_F(DepartureTest, KeepsToWhatWasOrderedFirst) {
    EXPECT_TRUE(departure_.begin(saying("first")));
    EXPECT_FALSE(departure_.begin(saying("second")));
    departure_.end();
    EXPECT_EQ(said_, "first");
}

TEST_F(DepartureTest, EndsTheDaemonInPlaceOfWhatWasOrdered) {
    EXPECT_TRUE(departure_.begin(saying("first")));
    departure_.end_with(saying("stop"));
    departure_.end();
    EXPECT_EQ(said_, "stop");
}

TEST_F(DepartureTest, MayBeFollowedByAnotherOne) {
    EXPECT_TRUE(departure_.begin([this] { EXPECT_TRUE(departure_.begin(saying("second"))); }));
    departure_.end();
    EXPECT_TRUE(departure_.is_under_way());
    departure_.end();
    EXPECT_EQ(said_, "second");
}

}  // namespace
}  // namespace godwit::client

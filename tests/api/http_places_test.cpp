#include "shared/runtime/http_places.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace godwit::runtime {
namespace {

using Places = std::vector<std::unique_ptr<HttpPlace>>;

class HttpPlacesTest : public testing::Test {
  protected:
    void take(Places& taken, const std::string& origin, std::size_t count) {
        for (std::size_t place = 0; place < count; ++place) {
            taken.push_back(places_.take({.origin = origin}));
        }
    }
    static std::size_t kept(const Places& taken) {
        return static_cast<std::size_t>(
            std::ranges::count_if(taken, [](const auto& place) { return !place->is_lost(); }));
    }
    [[nodiscard]] std::unique_ptr<HttpPlace> take_privileged() {
        return places_.take({.origin = "user 0", .is_privileged = true});
    }

    HttpPlaces places_;
};

TEST_F(HttpPlacesTest, LetsNobodyFillThemAlone) {
    Places greedy;
    take(greedy, "user 1000", 64);
    EXPECT_EQ(kept(greedy), HttpPlaces::most_of_one);
    EXPECT_FALSE(greedy.back()->is_lost()) << "who came last stays";
    Places other;
    take(other, "user 1001", 1);
    EXPECT_EQ(kept(other), 1U);
    EXPECT_EQ(kept(greedy), HttpPlaces::most_of_one);
}

TEST_F(HttpPlacesTest, KeepsThoseOfThePrivilegedApart) {
    const auto before = take_privileged();
    Places many;
    for (int user = 1000; user < 1064; ++user) {
        take(many, "user " + std::to_string(user), HttpPlaces::most_of_one);
    }
    EXPECT_EQ(kept(many), HttpPlaces::most);
    const auto after = take_privileged();
    EXPECT_FALSE(before->is_lost());
    EXPECT_FALSE(after->is_lost());
    EXPECT_EQ(kept(many), HttpPlaces::most) << "nobody had to go for it";
}

TEST_F(HttpPlacesTest, AreFewForThePrivilegedToo) {
    Places privileged;
    for (std::size_t place = 0; place < 2 * HttpPlaces::most; ++place) {
        privileged.push_back(take_privileged());
    }
    EXPECT_EQ(kept(privileged), HttpPlaces::most);
}

TEST_F(HttpPlacesTest, AreTakenFromWhoHasSaidNothingForLongest) {
    Places taken;
    take(taken, "192.0.2.1", HttpPlaces::most_of_one);
    taken.front()->on_asked();
    int lost = 0;
    taken[1]->on_lost([&lost] { ++lost; });
    const auto next = places_.take({.origin = "192.0.2.1"});
    EXPECT_EQ(lost, 1);
    EXPECT_EQ(kept(taken), HttpPlaces::most_of_one - 1);
}

TEST_F(HttpPlacesTest, AreTakenFromWhoIsAnsweredWhereAllHaveAsked) {
    Places taken;
    take(taken, "192.0.2.1", HttpPlaces::most_of_one);
    for (const auto& place : taken) {
        place->on_asked();
    }
    ASSERT_TRUE(taken.front()->follow());
    const auto next = places_.take({.origin = "192.0.2.1"});
    EXPECT_FALSE(taken.front()->is_lost()) << "it follows";
    EXPECT_TRUE(taken[1]->is_lost());
}

TEST_F(HttpPlacesTest, AreFreeAgainWithTheirConnections) {
    Places taken;
    take(taken, "user 1000", HttpPlaces::most_of_one);
    taken.pop_back();
    take(taken, "user 1000", 1);
    EXPECT_EQ(kept(taken), HttpPlaces::most_of_one);
}

TEST_F(HttpPlacesTest, BelongToThePrivilegedOnceThatIsProved) {
    Places taken;
    take(taken, "192.0.2.1", 1);
    taken.front()->on_privileged();
    Places others;
    take(others, "192.0.2.1", 64);
    EXPECT_FALSE(taken.front()->is_lost());
    EXPECT_EQ(kept(others), HttpPlaces::most_of_one);
}

TEST_F(HttpPlacesTest, LetEachFollowInHalfOfHisPlaces) {
    Places taken;
    take(taken, "user 1000", HttpPlaces::most_streams_of_one + 1);
    for (std::size_t place = 0; place < HttpPlaces::most_streams_of_one; ++place) {
        EXPECT_TRUE(taken[place]->follow());
    }
    EXPECT_FALSE(taken.back()->follow());
    taken.front().reset();
    EXPECT_TRUE(taken.back()->follow());
}

TEST_F(HttpPlacesTest, LetThePrivilegedFollowWhoeverElseDoes) {
    Places taken;
    for (int user = 1000; user < 1004; ++user) {
        take(taken, "user " + std::to_string(user), HttpPlaces::most_streams_of_one);
    }
    for (const auto& place : taken) {
        ASSERT_TRUE(place->follow());
    }
    EXPECT_FALSE(places_.take({.origin = "user 1005"})->follow());
    EXPECT_TRUE(take_privileged()->follow());
}

TEST_F(HttpPlacesTest, MayBeTheLastToGo) {
    auto places = std::make_unique<HttpPlaces>();
    const auto place = places->take({.origin = "user 1000"});
    places.reset();
    EXPECT_FALSE(place->is_lost());
}

}  // namespace
}  // namespace godwit::runtime
